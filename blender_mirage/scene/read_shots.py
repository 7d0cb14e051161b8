"""The shots of a scene: cut at the markers that cameras are bound to, else the scene's camera over its range."""

from __future__ import annotations

import bpy

from ..core.errors import SceneNotReady
from ..core.shots import CameraMarker, Shot, shots_from_markers


def read_shots(scene: bpy.types.Scene) -> list[Shot]:
    """Shots in the order of time. Raises SceneNotReady where there is no camera or no frame."""
    start, end = scene.frame_start, scene.frame_end
    if end < start:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no frame: it starts at {start} and ends at {end}.",
            "Set an end frame that is not before the start frame.",
        )
    # Blender itself passes over markers whose camera is hidden from render.
    markers = [
        CameraMarker(marker.frame, marker.name, marker.camera.name)
        for marker in scene.timeline_markers
        if marker.camera is not None and not marker.camera.hide_render
    ]
    if markers:
        return list(shots_from_markers(markers, start, end))
    if scene.camera is None:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no camera.",
            "Add one, or make one the scene's camera (Ctrl+Numpad 0 with the camera selected).",
        )
    return [Shot(scene.camera.name, scene.camera.name, start, end)]


def find_shot(scene: bpy.types.Scene, name: str) -> Shot:
    """The shot of that name. Raises SceneNotReady, naming those there are."""
    shots = read_shots(scene)
    for shot in shots:
        if shot.name == name:
            return shot
    there = ", ".join(repr(shot.name) for shot in shots)
    raise SceneNotReady(f"There is no shot {name!r} in the scene {scene.name!r}.", f"Choose one of {there}.")
