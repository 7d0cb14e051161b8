"""A second Blender without a window: the command that starts it, and the copy of the file that it is given."""

from __future__ import annotations

import ast
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import bpy

from ..core.errors import SceneNotReady
from ..core.reading_process import TEMPORARY
from ..scene.temporary import changed, silenced_save_handlers

RUN_IN = Path(__file__).parents[2]
"""Working folder of the command: `-m` finds the add-on in it."""
_HARMLESS = {"all", "any", "abs", "bool", "float", "int", "len", "max", "min", "pow", "round", "sum", *dir(math)} | {
    "frame", "self", "depsgraph", "noise", "clamp", "lerp", "smoothstep"}  # fmt: skip
"""Names that an expression may use without permission; some more do no harm here."""
_PACKAGE = __package__.rpartition(".")[0]


def headless_command() -> list[str]:
    """The command that runs this add-on without a window, in another process."""
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "--addons", _PACKAGE, "--command", "mirage"]
    return [sys.executable, "-m", _PACKAGE]


def new_folder() -> Path:
    """An empty temporary folder, where the preferences want such. Raises SceneNotReady."""
    wanted = bpy.path.abspath(bpy.context.preferences.filepaths.temporary_directory)
    try:
        return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=wanted if os.path.isdir(wanted) else None))
    except OSError as error:
        raise SceneNotReady(
            f"A copy of the file could not be saved for a second Blender: {error}.",
            "See that the disk of the temporary folder is not full.",
        ) from error


def save_copy(folder: Path) -> Path:
    """Writes the file as it is now into an empty folder, under its own name; the file itself stays as it is.

    It is never the saved file that is given to a second Blender: what add-ons and scripts change does not always count
    as an unsaved change. Simulations that were baked to disk are found by the name of the .blend, beside it.
    Raises SceneNotReady where it cannot be written.
    """
    original = Path(bpy.data.filepath) if bpy.data.filepath else None
    blend = folder / (original.name if original is not None else "untitled.blend")
    preferences = bpy.context.preferences
    dirty = preferences.is_dirty
    try:
        with changed(preferences.filepaths, file_preview_type="NONE"), silenced_save_handlers():  # a preview is drawn
            bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True, check_existing=False, compress=False)
    except RuntimeError as error:
        raise SceneNotReady(
            f"A copy of the file could not be saved for a second Blender: {str(error).strip()}.",
            "See that the disk of the temporary folder is not full.",
        ) from error
    finally:
        preferences.is_dirty = dirty
    if original is not None:
        _link(original.with_name(f"blendcache_{original.stem}"), folder)
    return blend


def scripts_run() -> bool:
    """Whether scripts and drivers of the open file may run: where the preferences say so or the user allowed it.

    Blender does not tell the latter. But where a driver that needs it was evaluated and nothing was held back, it was.
    """
    if bpy.app.autoexec_fail:
        return False
    return bool(bpy.context.preferences.filepaths.use_scripts_auto_execute) or any(map(_needs_scripts, _evaluated()))


def _evaluated() -> Iterator[bpy.types.Driver]:
    """The drivers with an expression that the viewport shows the results of."""
    for block in bpy.context.evaluated_depsgraph_get().ids:
        animation = getattr(block.original, "animation_data", None)
        for curve in animation.drivers if animation is not None else ():
            if not curve.mute and curve.driver.type == "SCRIPTED" and curve.driver.is_valid:
                yield curve.driver


def _needs_scripts(driver: bpy.types.Driver) -> bool:
    """Whether Blender evaluates it only where scripts may run: it names what is not in Blender's own short list."""
    try:
        parts = list(ast.walk(ast.parse(driver.expression.strip(), mode="eval")))
    except (SyntaxError, ValueError):
        return False
    harmless = _HARMLESS | {variable.name for variable in driver.variables}
    return any(isinstance(part, ast.Name) and part.id not in harmless for part in parts)


def _link(target: Path, folder: Path) -> None:
    if not target.is_dir():
        return
    with suppress(OSError):  # a disk that knows no links: the simulation is read as if it was not baked
        if sys.platform == "win32":  # a symbolic link would need an administrator there
            import _winapi

            _winapi.CreateJunction(str(target), str(folder / target.name))
        else:
            os.symlink(target, folder / target.name, target_is_directory=True)
