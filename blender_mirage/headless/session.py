"""The add-on enabled for one command, and Blender's operators run for it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import bpy

from .. import preferences
from ..core.errors import MirageError
from ..event_pump import pump
from .arguments import TOKEN_VARIABLE
from .ending import signals_put_off, was_told_to_stop


@contextmanager
def addon_enabled(arguments: argparse.Namespace) -> Iterator[None]:
    """The add-on registered and enabled, with the preferences that the arguments name; all is undone after."""
    from .. import registration  # which imports the command line

    registered = hasattr(bpy.types.Scene, "mirage")
    if not registered:
        registration.register()
    addons = bpy.context.preferences.addons
    enabled = preferences.MiragePreferences.bl_idname in addons
    if not enabled:
        addons.new().module = preferences.MiragePreferences.bl_idname
    chosen = preferences.current(bpy.context)
    wanted = {
        "address": getattr(arguments, "backend", None),
        "token": os.environ.get(TOKEN_VARIABLE),
        "data_dir": str(arguments.data_dir.absolute()) if getattr(arguments, "data_dir", None) else None,
    }
    before = {name: getattr(chosen, name) for name in wanted}
    try:
        for name, value in wanted.items():
            if value is not None:
                setattr(chosen, name, value)
        yield
    finally:
        pump.stop_started()
        # Looked up again: loading factory settings frees all preferences.
        addons = bpy.context.preferences.addons
        addon = addons.get(preferences.MiragePreferences.bl_idname)
        if addon is not None:
            for name, value in before.items():
                setattr(addon.preferences, name, value)
            if not enabled:
                addons.remove(addon)
        if not registered:
            registration.unregister()  # the bpy module crashes at its end where Python classes are left in it


def run(operator: Any, **values: Any) -> None:
    """Runs an operator. Raises MirageError with what it reports, KeyboardInterrupt where a signal came meanwhile."""
    try:
        with quiet(), signals_put_off():
            result = operator(**values)
    except RuntimeError as error:
        if was_told_to_stop():
            raise KeyboardInterrupt from error
        message, _, hint = str(error).strip().removeprefix("Error: ").partition("\n")
        raise MirageError(message.strip(), hint) from error
    if was_told_to_stop():
        raise KeyboardInterrupt
    if result != {"FINISHED"}:
        raise MirageError(f"{operator.idname_py()} did not finish.", "Blender's own words above may say why.")


@contextmanager
def quiet() -> Iterator[None]:
    """Blender's own standard output left out: it echoes every report, and Cycles prints a line a sample."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def real_output() -> Iterator[TextIO]:
    """The standard output, also while `quiet` keeps Blender's own lines out of it."""
    sys.stdout.flush()
    with open(os.dup(1), "w", encoding=sys.stdout.encoding or "utf-8", errors="replace") as stream:
        yield stream
