"""Opens a .blend for a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import MirageError, SceneNotReady
from .session import run


def open_file(path: Path) -> Any:
    """Opens a .blend and returns its scene. Raises SceneNotReady."""
    import bpy

    if not path.is_file():
        raise SceneNotReady(f"There is no file {path}.", "Check the path for a typing error.")
    try:
        run(bpy.ops.wm.open_mainfile, filepath=str(path.absolute()), load_ui=False)
    except MirageError as error:
        raise SceneNotReady(
            f"{path} could not be opened: {error.message}", "Is it a .blend of a newer Blender?"
        ) from error
    return bpy.context.scene
