"""Opens a .blend for a command, however it was saved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import bpy
from bpy.app.handlers import persistent

from ..core.errors import SceneNotReady
from ..scene.leave_modes import leave_modes
from .session import quiet

Block = TypeVar("Block", bound=bpy.types.ID)

_FEW = 3


def open_file(path: Path, scene: str | None = None, scripts: bool | None = None) -> Any:
    """Opens a .blend and returns its scene of that name, or the one that it was saved in, which is now the shown one.

    scripts: whether its scripts and drivers run; None: as the preferences say. What Blender reports of a file that it
    opened all the same is printed as notes. Raises SceneNotReady where it was not opened, or there is no such scene.
    """
    if not path.is_file():
        raise SceneNotReady(f"There is no file {path}.", "Check the path for a typing error.")
    for text in _opened(path, {} if scripts is None else {"use_scripts": scripts}):
        print(f"Note: {text}")
    chosen = _choose_scene(scene)
    if left := leave_modes():
        print(f"Note: {_named(left)} left edit mode, or another; what was edited is kept.")
    return chosen


def _opened(path: Path, options: dict[str, bool]) -> list[str]:
    """What Blender says of the file that it opened, line by line. Raises SceneNotReady where it did not open it."""
    loaded: list[str] = []

    @persistent
    def note_load(*_: object) -> None:
        loaded.append(bpy.data.filepath)

    bpy.app.handlers.load_post.append(note_load)
    said = ""
    try:
        with quiet():
            bpy.ops.wm.open_mainfile(filepath=str(path.absolute()), load_ui=False, **options)
    except RuntimeError as error:  # of what it reports, be the file open or not
        said = str(error)
    finally:
        bpy.app.handlers.load_post.remove(note_load)
    lines = list(dict.fromkeys(line.strip().removeprefix("Error: ") for line in said.splitlines() if line.strip()))
    if not loaded:
        raise SceneNotReady(
            f"{path} could not be opened: {' '.join(lines) or 'Blender does not say why.'}",
            "Is it a .blend of a newer Blender?",
        )
    return lines


def _choose_scene(name: str | None) -> Any:
    window = bpy.context.window_manager.windows[0]
    if name is None:
        return window.scene
    chosen = the_one_named(bpy.data.scenes, name, "scene")
    window.scene = chosen
    return chosen


def the_one_named(blocks: Iterable[Block], name: str, kind: str) -> Block:
    """The data-block of that name, or of that name with its library behind it (`Camera [props.blend]`). Of one here and
    one in a library it is the one here. Raises SceneNotReady where there is none, or several libraries have one."""
    every = list(blocks)
    found = [block for block in every if block.name_full == name] or [block for block in every if block.name == name]
    there = ", ".join(repr(block.name_full) for block in (found or every)) or "none"
    if not found:
        raise SceneNotReady(f"There is no {kind} {name!r} in the file.", f"These are there: {there}.")
    if len(found) > 1:
        raise SceneNotReady(f"{len(found)} {kind}s are called {name!r}.", f"Say which: {there}.")
    return found[0]


def _named(names: list[str]) -> str:
    few = ", ".join(repr(name) for name in names[:_FEW])
    return few if len(names) <= _FEW else f"{few} and {len(names) - _FEW} more"
