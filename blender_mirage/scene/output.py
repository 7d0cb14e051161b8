"""Where takes are written and the look is read, and what a new world is called."""

from __future__ import annotations

from pathlib import Path

import bpy

from .copied_file import absolute, own_path

UNSAVED_FOLDER = "Mirage"


def output_folder(scene: bpy.types.Scene) -> tuple[Path, str]:
    """The folder that holds a folder a shot, and a note where it is not the one that was asked for."""
    asked = scene.mirage.output_folder or "//mirage"
    if asked.startswith("//") and not own_path():
        folder = Path.home() / UNSAVED_FOLDER / asked[2:]
        return folder, f"Save the file so its takes stay with it. Until then they go to {folder}."
    return absolute(asked), ""


def look_path(scene: bpy.types.Scene) -> Path | None:
    """The look image's file, or None where none is named."""
    named = scene.mirage.look_path.strip()
    return absolute(named) if named else None


def own_look_path(scene: bpy.types.Scene, shot: str) -> Path | None:
    """The image's file of a shot's own look, or None where it has none."""
    own = scene.mirage.overrides.get(shot)
    named = own.look_path.strip() if own is not None and own.use_look else ""
    return absolute(named) if named else None


def world_name() -> str:
    """What a new world of this file is called."""
    return Path(own_path()).stem or "Untitled"
