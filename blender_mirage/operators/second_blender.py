"""A second Blender without a window: the command that starts it, and the copy of the file that it is given."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import bpy

from ..core.errors import SceneNotReady
from ..core.reading_process import TEMPORARY
from ..scene.temporary import changed, silenced_save_handlers

RUN_IN = Path(__file__).parents[2]
"""Working folder of the command: `-m` finds the add-on in it."""
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

    Blender does not tell the latter. But where a driver with a script was evaluated and nothing was held back, it was.
    """
    if bpy.app.autoexec_fail:
        return False
    return bool(bpy.context.preferences.filepaths.use_scripts_auto_execute) or _has_scripted_driver()


def _has_scripted_driver() -> bool:
    collections = (prop.identifier for prop in bpy.data.bl_rna.properties if prop.type == "COLLECTION")
    blocks = (block for name in collections for block in getattr(bpy.data, name))
    owners = (owner for block in blocks for owner in (block, getattr(block, "node_tree", None)))
    animations = (animation for owner in owners if (animation := getattr(owner, "animation_data", None)) is not None)
    drivers = (curve.driver for animation in animations for curve in animation.drivers)
    return any(driver.type == "SCRIPTED" and not driver.is_simple_expression for driver in drivers)


def _link(target: Path, folder: Path) -> None:
    if not target.is_dir():
        return
    with suppress(OSError):  # a disk that knows no links: the simulation is read as if it was not baked
        if sys.platform == "win32":  # a symbolic link would need an administrator there
            import _winapi

            _winapi.CreateJunction(str(target), str(folder / target.name))
        else:
            os.symlink(target, folder / target.name, target_is_directory=True)
