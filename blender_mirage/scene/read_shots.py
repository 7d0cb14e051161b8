"""The shots of a scene: its cut list of markers, its scene strips, or its camera over its range."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..compat import strip_content_start, strip_span, strips
from ..core.errors import SceneNotReady
from ..core.shots import CameraMarker, SceneStrip, Shot, shots_from_markers, shots_from_strips


def read_shots(scene: bpy.types.Scene) -> list[Shot]:
    """Shots in the order of time, from where the scene's settings say. Raises SceneNotReady where there is no camera or
    no frame."""
    settings = scene.mirage
    made = {"MARKERS": read_cut_list, "STRIPS": _from_strips, "CAMERA": _from_camera}[settings.shot_source](scene)
    return [replace(shot, handles=settings.handles) for shot in made]


def read_cut_list(scene: bpy.types.Scene) -> list[Shot]:
    """The cut list; without any marker that a camera is bound to, the scene's camera over the scene's range."""
    # Blender itself passes over markers whose camera is hidden from render.
    markers = [
        CameraMarker(marker.frame, marker.name, marker.camera.name)
        for marker in scene.timeline_markers
        if marker.camera is not None and not marker.camera.hide_render
    ]
    if not markers:
        return [_of_camera(scene, *_range(scene))]
    return list(shots_from_markers(markers, *_range(scene)))


def _from_camera(scene: bpy.types.Scene) -> list[Shot]:
    """The scene's camera over the preview range, where that is on."""
    if scene.use_preview_range:
        return [_of_camera(scene, scene.frame_preview_start, scene.frame_preview_end)]
    return [_of_camera(scene, *_range(scene))]


def _from_strips(scene: bpy.types.Scene) -> list[Shot]:
    """The scene strips of the timeline that are not muted, each through its own camera."""
    editor = scene.sequence_editor
    shown = [strip for strip in strips(editor) if strip.type == "SCENE" and not strip.mute] if editor else []
    shown = [strip for strip in shown if strip.scene is not None]
    if not shown:
        raise SceneNotReady(
            f"The timeline of {scene.name!r} has no scene strip.",
            "Add one (Add > Scene in the sequencer), or make the shots of markers.",
        )
    return list(shots_from_strips([_scene_strip(strip) for strip in shown]))


def _scene_strip(strip: Any) -> SceneStrip:
    scene = strip.scene
    camera = strip.scene_camera or scene.camera
    if camera is None:
        raise SceneNotReady(
            f"The scene {scene.name!r} of the strip {strip.name!r} has no camera.", "Give it one, or mute the strip."
        )
    shift = strip_content_start(strip) - scene.frame_start - int(strip.animation_offset_start)
    return SceneStrip(strip.name, scene.name, camera.name, *strip_span(strip), shift)


def _of_camera(scene: bpy.types.Scene, start: int, end: int) -> Shot:
    if scene.camera is None:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no camera.",
            "Add one, or make one the scene's camera (Ctrl+Numpad 0 with the camera selected).",
        )
    return Shot(scene.camera.name, scene.camera.name, start, end)


def _range(scene: bpy.types.Scene) -> tuple[int, int]:
    start, end = scene.frame_start, scene.frame_end
    if end < start:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no frame: it starts at {start} and ends at {end}.",
            "Set an end frame that is not before the start frame.",
        )
    return start, end


def find_shot(scene: bpy.types.Scene, name: str) -> Shot:
    """The shot of that name. Raises SceneNotReady, naming those there are."""
    shots = read_shots(scene)
    for shot in shots:
        if shot.name == name:
            return shot
    there = ", ".join(repr(shot.name) for shot in shots)
    raise SceneNotReady(f"There is no shot {name!r} in the scene {scene.name!r}.", f"Choose one of {there}.")
