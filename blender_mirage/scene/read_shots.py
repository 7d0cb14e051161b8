"""The shots of a scene: its cut list of markers, its scene strips, or its camera over its range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import bpy

from ..core.errors import SceneNotReady
from ..core.scene_strips import shots_from_strips
from ..core.shots import Shot, shots_from_markers
from .find import by_session
from .read_strips import camera_cuts, read_strips


def read_shots(scene: bpy.types.Scene) -> list[Shot]:
    """Shots in the order of time, from where the scene's settings say. One that no take can be made of says why
    (`Shot.refusal`). Raises SceneNotReady where there is no camera or no frame."""
    settings = scene.mirage
    made = {"MARKERS": read_cut_list, "STRIPS": _from_strips, "CAMERA": _from_camera}[settings.shot_source](scene)
    return [replace(shot, handles=settings.handles) for shot in made]


def read_cut_list(scene: bpy.types.Scene) -> list[Shot]:
    """The cut list; without any marker that a camera is bound to, the scene's camera over the scene's range."""
    markers = camera_cuts(scene)
    if not markers:
        return [_of_camera(scene, *_range(scene))]
    return list(shots_from_markers(markers, *_range(scene)))


def _from_camera(scene: bpy.types.Scene) -> list[Shot]:
    """The scene's camera over the preview range, where that is on."""
    if scene.use_preview_range:
        return [_of_camera(scene, scene.frame_preview_start, scene.frame_preview_end)]
    return [_of_camera(scene, *_range(scene))]


def _from_strips(scene: bpy.types.Scene) -> list[Shot]:
    """The scene strips of the timeline that are not muted, each through its own cameras. One of which no take can be
    made says so itself; where that is so of all, it is an error."""
    shown = read_strips(scene)
    if not shown:
        raise SceneNotReady(
            f"The timeline of {scene.name!r} has no scene strip.",
            "Add one (Add > Scene in the sequencer), or make the shots of markers.",
        )
    shots = list(shots_from_strips(shown, scene.mirage.handles))
    if all(shot.refusal for shot in shots):
        require_takeable(shots)
    return shots


def _of_camera(scene: bpy.types.Scene, start: int, end: int) -> Shot:
    if scene.camera is None:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no camera.",
            "Add a camera, or select one and press Ctrl+Numpad 0 to make it the scene's camera.",
        )
    return Shot(scene.camera.name, scene.camera.name, start, end, camera_uid=scene.camera.session_uid)


def _range(scene: bpy.types.Scene) -> tuple[int, int]:
    start, end = scene.frame_start, scene.frame_end
    if end < start:
        raise SceneNotReady(
            f"The scene {scene.name!r} has no frame: it starts at {start} and ends at {end}.",
            "Set an end frame that is not before the start frame.",
        )
    return start, end


def scene_of(scene: bpy.types.Scene, shot: Shot) -> bpy.types.Scene:
    """That `shot` of the timeline of `scene` is shot in. Raises SceneNotReady where it has gone."""
    found = scene
    if shot.scene:
        found = by_session(bpy.data.scenes, shot.scene_uid) or bpy.data.scenes.get(shot.scene)
    if found is None:
        raise SceneNotReady(f"There is no scene {shot.scene!r}.", "It was removed or renamed. Select the shot again.")
    return found


def require_takeable(shots: Iterable[Shot]) -> None:
    """Raises SceneNotReady where no take can be made of one of them."""
    for shot in shots:
        if shot.refusal:
            raise SceneNotReady(shot.refusal, shot.hint)


def find_shot(scene: bpy.types.Scene, name: str) -> Shot:
    """The shot of that name. Raises SceneNotReady, naming those there are."""
    shots = read_shots(scene)
    for shot in shots:
        if shot.name == name:
            return shot
    there = ", ".join(repr(shot.name) for shot in shots)
    raise SceneNotReady(f"There is no shot {name!r} in the scene {scene.name!r}.", f"Choose one of {there}.")
