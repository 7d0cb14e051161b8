"""Blender's settings changed for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy


@contextmanager
def changed(owner: Any, **values: Any) -> Iterator[None]:
    """Sets attributes of a Blender value for the block and puts the old ones back, in the same order."""
    before = {name: getattr(owner, name) for name in values}
    try:
        for name, value in values.items():
            setattr(owner, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


@contextmanager
def silenced_render_handlers() -> Iterator[None]:
    """No handler of any add-on hears of a render within the block. (Some of them write files, send mail, or switch the
    machine off when a render ends.)"""
    handlers = bpy.app.handlers
    lists = [getattr(handlers, name) for name in dir(handlers) if name.startswith("render_")]
    before = [list(one) for one in lists]
    try:
        for one in lists:
            one.clear()
        yield
    finally:
        for one, kept in zip(lists, before, strict=True):
            one[:] = kept
