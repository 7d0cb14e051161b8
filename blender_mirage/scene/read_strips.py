"""The scene strips of a timeline: where each lies, how it plays, through which cameras; and which cannot be taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import bpy

from ..compat import animates, channel_is_muted, content_length, strip_content_start, strip_span, strips
from ..core.scene_strips import Playing, SceneStrip
from ..core.shots import CameraMarker

_SHAPE_TOLERANCE = 0.01
_OPAQUE = {"REPLACE", "CROSS", "ALPHA_OVER"}
"""Ways to lie over what is below that hide it, where the strip itself is opaque."""


class _Place(NamedTuple):
    """A scene strip and the meta strips that it lies in, the outermost first."""

    strip: Any
    metas: tuple[Any, ...]


def read_strips(scene: bpy.types.Scene) -> list[SceneStrip]:
    """The scene strips of the scene's timeline that are not muted, in meta strips too."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    effects = _effects_on(editor)
    return [_read(scene, place, effects) for place in _shown(editor)]


def camera_cuts(scene: bpy.types.Scene) -> list[CameraMarker]:
    """The markers that a camera is bound to. Blender itself passes over those whose camera is hidden from render."""
    return [
        _cut(marker.frame, marker.camera, marker.name)
        for marker in scene.timeline_markers
        if marker.camera is not None and not marker.camera.hide_render
    ]


def _cut(frame: int, camera: bpy.types.Object, name: str = "") -> CameraMarker:
    return CameraMarker(frame, name, camera.name, camera.session_uid)


def _shown(owner: Any, metas: tuple[Any, ...] = ()) -> Iterator[_Place]:
    """The scene strips of an editor or a meta strip that are not muted, themselves or with what holds them."""
    for strip in strips(owner):
        if strip.mute or channel_is_muted(owner, strip):
            continue
        if strip.type == "META":
            yield from _shown(strip, (*metas, strip))
        elif strip.type == "SCENE" and strip.scene is not None:
            yield _Place(strip, metas)


def _effects_on(editor: bpy.types.SequenceEditor) -> dict[str, list[Any]]:
    """By the name of a strip, the effects that act on it and are not muted."""
    found: dict[str, list[Any]] = defaultdict(list)
    owners: list[Any] = [editor]
    for owner in owners:
        for strip in strips(owner):
            if strip.type == "META":
                owners.append(strip)
            if strip.mute or channel_is_muted(owner, strip):
                continue
            for name in ("input_1", "input_2"):
                source = getattr(strip, name, None)
                if source is not None:
                    found[source.name].append(strip)
    return found


def _read(edit: bpy.types.Scene, place: _Place, effects: Mapping[str, Sequence[Any]]) -> SceneStrip:
    strip, scene = place.strip, place.strip.scene
    if strip.scene_camera is not None:
        cameras = [_cut(scene.frame_start, strip.scene_camera)]
    else:
        own = [] if scene.camera is None else [_cut(scene.frame_start, scene.camera)]
        cameras = camera_cuts(scene) or own
    chain = (*place.metas, strip)
    refusal, hint = _why_not(edit, chain, effects, bool(cameras))
    mixed = {source.name for effect in effects.get(strip.name, ()) for source in _inputs(effect)}
    return SceneStrip(
        strip.name,
        scene.name,
        tuple(cameras) or (CameraMarker(scene.frame_start, "", ""),),
        _playing(strip),
        scene.frame_start + int(strip.animation_offset_start),
        tuple(_playing(meta) for meta in place.metas),
        tuple(int(part.channel) for part in chain),
        all(_hides(edit, part) for part in chain) and not effects.get(strip.name),
        frozenset(mixed),
        refusal,
        hint,
        scene.session_uid,
    )


def _playing(strip: Any) -> Playing:
    return Playing(
        strip_content_start(strip),
        content_length(strip),
        *strip_span(strip),
        bool(strip.use_reverse_frames),
        float(strip.strobe),
    )


def _inputs(effect: Any) -> list[Any]:
    found = (getattr(effect, name, None) for name in ("input_1", "input_2"))
    return [source for source in found if source is not None]


def _hides(edit: bpy.types.Scene, strip: Any) -> bool:
    """Whether nothing below the strip is seen through it or beside it."""
    if strip.blend_type not in _OPAQUE or strip.blend_alpha < 1.0 or animates(edit, strip):
        return False
    if strip.type == "SCENE" and strip.blend_type == "ALPHA_OVER" and strip.scene.render.film_transparent:
        return False
    moved, cropped = strip.transform, strip.crop
    whole = (moved.offset_x, moved.offset_y, moved.rotation, moved.scale_x, moved.scale_y) == (0, 0, 0, 1, 1)
    return whole and not any((cropped.min_x, cropped.max_x, cropped.min_y, cropped.max_y))


def _why_not(
    edit: bpy.types.Scene, chain: Sequence[Any], effects: Mapping[str, Sequence[Any]], seen: bool
) -> tuple[str, str]:
    """Why the last strip of `chain` (behind the meta strips that it lies in) can be no shot, and what to do; `seen`:
    there is a camera. Empty where it can."""
    strip, scene = chain[-1], chain[-1].scene
    if scene == edit:
        return (
            f"The strip {strip.name!r} shows the scene whose timeline it lies on.",
            "Make the shots of markers, or lay it on the timeline of another scene.",
        )
    if strip.scene_input == "SEQUENCER":
        return (
            f"The strip {strip.name!r} shows the timeline of {scene.name!r}, which no camera sees.",
            "Set its input to Camera, or mute it.",
        )
    for part in chain:
        if len(getattr(part, "retiming_keys", ())):
            return (
                f"The strip {part.name!r} is retimed.",
                "Reset its retiming to make takes, and retime the takes themselves; or mute it.",
            )
        if any(effect.type == "SPEED" for effect in effects.get(part.name, ())):
            return (
                f"A speed effect plays the strip {part.name!r}.",
                "Mute the effect to make takes, and put it on the takes themselves; or mute the strip.",
            )
    if not seen:
        return (
            f"The scene {scene.name!r} of the strip {strip.name!r} has no camera.",
            "Give it one, or mute the strip.",
        )
    return _other_shape(edit, scene)


def _other_shape(edit: bpy.types.Scene, scene: bpy.types.Scene) -> tuple[str, str]:
    """Where the scene of a strip has another frame than the timeline that it lies on."""
    shapes = [
        (render.resolution_x * render.pixel_aspect_x) / (render.resolution_y * render.pixel_aspect_y)
        for render in (scene.render, edit.render)
    ]
    if abs(shapes[0] / shapes[1] - 1.0) <= _SHAPE_TOLERANCE:
        return "", ""
    own, other = scene.render, edit.render
    return (
        f"The scene {scene.name!r} is {own.resolution_x}x{own.resolution_y}, and the timeline that shows it "
        f"{other.resolution_x}x{other.resolution_y}.",
        "Give both the same resolution, so that the camera sees what the timeline shows.",
    )
