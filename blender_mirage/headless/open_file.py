"""Opens a .blend for a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import MirageError, SceneNotReady
from .session import run


def open_file(path: Path, scripts: bool | None = None) -> Any:
    """Opens a .blend and returns its scene. `scripts`: whether its scripts and drivers run; None: as the preferences
    say. Raises SceneNotReady."""
    import bpy

    if not path.is_file():
        raise SceneNotReady(f"There is no file {path}.", "Check the path for a typing error.")
    how = {} if scripts is None else {"use_scripts": scripts}
    try:
        run(bpy.ops.wm.open_mainfile, filepath=str(path.absolute()), load_ui=False, **how)
    except MirageError as error:
        raise SceneNotReady(
            f"{path} could not be opened: {error.message}", "Is it a .blend of a newer Blender?"
        ) from error
    return bpy.context.scene
