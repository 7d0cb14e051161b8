"""Blender's settings changed for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
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


def silenced_render_handlers() -> AbstractContextManager[None]:
    """No handler of any add-on hears of a render within the block. (Some of them write files, send mail, or switch the
    machine off when a render ends.)"""
    return _silenced([name for name in dir(bpy.app.handlers) if name.startswith("render_")])


def silenced_save_handlers() -> AbstractContextManager[None]:
    """No handler hears that a file was saved. (Some of them upload it, or make another version of it.) What add-ons
    write into it right before is written."""
    return _silenced([name for name in dir(bpy.app.handlers) if name.startswith("save_post")])


@contextmanager
def _silenced(names: Sequence[str]) -> Iterator[None]:
    lists = [getattr(bpy.app.handlers, name) for name in names]
    before = [list(one) for one in lists]
    try:
        for one in lists:
            one.clear()
        yield
    finally:
        for one, kept in zip(lists, before, strict=True):
            one[:] = kept
