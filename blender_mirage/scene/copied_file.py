"""Where the open .blend belongs. Mostly that is where it lies; a second Blender reads a copy in a temporary folder, and
what is named relative to the .blend, or after its place, stays as it is in the one that the user works in.
"""

from __future__ import annotations

import os
from pathlib import Path

import bpy

_copied_from: list[str] = []
"""Path of the .blend that the open file is a copy of, empty for one that was never saved; nothing: it is no copy."""


def is_copy_of(original: str) -> None:
    """The open file is a copy of `original`, until this process ends."""
    _copied_from[:] = [original]


def own_path() -> str:
    """Path of the .blend as the user knows it; empty where it was never saved."""
    return _copied_from[0] if _copied_from else bpy.data.filepath


def absolute(path: str) -> Path:
    """A path that may begin with `//`, as a property of ours holds it."""
    folder = os.path.dirname(_copied_from[0]) if _copied_from else None
    return Path(bpy.path.abspath(path, start=folder)).absolute()


def relative_to_blend(path: str) -> str:
    """A path that Blender itself keeps, and rewrites in a copy: relative to the .blend where it can be, however the
    file says it, with slashes."""
    whole = os.path.normpath(bpy.path.abspath(path)) if _copied_from else bpy.path.abspath(path)
    try:
        found = bpy.path.relpath(whole, start=os.path.dirname(own_path())) if own_path() else whole
    except ValueError:  # on another drive than the .blend, on Windows
        found = whole
    return found.replace("\\", "/")
