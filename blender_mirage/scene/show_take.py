"""Lays a take where the filmmaker looks: a strip on the timeline and the camera's own background.

Everything is found by name or by its mark (custom properties), so that renames, undo and a file load while the take was
made do no harm. A shot has one strip, whose take can be swapped. The caller pushes one undo step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..compat import set_strip_span, show_in_sequencers, strip_content_start, strip_span, strips
from ..core.errors import SceneNotReady, TakeFilesMissing
from ..core.shots import Shot
from ..core.take_files import frames_on_disk
from .camera_background import TAKE, blend_path, set_background

MARK_SHOT = "mirage_shot"
MARK_FOLDER = "mirage_folder"
MARK_COMPARED = "mirage_compared"
"""Of strips that only hold a take against another."""

_CHANNELS = 128

_DISPLAYED = {"AgX": "AgX Base sRGB", "Filmic": "Filmic sRGB", "Khronos PBR Neutral": "Khronos PBR Neutral sRGB"}
"""View transform -> the colour space of a picture that went through it already."""


@dataclass(frozen=True)
class TakeShown:
    """Names of what was made. `image` is empty where the camera's data is linked and cannot be written."""

    strip: str
    image: str


Facts = Mapping[str, str | int | float]


def show_take(
    scene: bpy.types.Scene,
    shot: Shot,
    folder: Path,
    frames: Sequence[int],
    camera_name: str = "",
    facts: Facts | None = None,
    whole: bool = True,
) -> TakeShown:
    """Shows the finished `frames` (Blender's numbers) of the take in `folder`: strip and camera background.

    The shot's strip shows it in place of the take that it showed before; a shot without one gets one. `camera_name`:
    another than the shot's. `facts` become custom properties of the strip (`mirage_<key>`). `whole`: no more frames
    come; otherwise the strip has the shot's length at once. Raises TakeFilesMissing where a frame is not on disk,
    SceneNotReady where the camera or a free channel is missing.
    """
    files = _files(folder, frames)
    content = _content(shot, files) if whole else _content_so_far(shot, files)
    strip = strip_of(scene, shot.name)
    if strip is not None and (strip_content_start(strip), len(strip.elements)) == (
        min(content) + shot.shift,
        len(content),
    ):
        _fill(strip, folder, content)
    else:
        strip = _put_strip(scene, shot, folder, content, strip)
    _mark(strip, shot.name, folder, facts or {})
    camera_id = "" if camera_name else shot.camera_id
    return TakeShown(str(strip.name), set_background(camera_name or shot.camera, files, TAKE, camera_id))


def strip_facts(facts: Mapping[str, Any]) -> Facts:
    """What of a take's sidecar is worth a custom property of its strip."""
    return {name: facts[name] for name in ("take_id", "seed", "engine", "prompt") if name in facts}


def strip_of(scene: bpy.types.Scene, shot_name: str) -> Any | None:
    """The strip that shows the shot's take: of several the one that is active, else the highest. None without any."""
    editor = scene.sequence_editor
    if editor is None:
        return None
    active = editor.active_strip
    found = [strip for strip in strips(editor) if is_take(strip) and strip.get(MARK_SHOT) == shot_name]
    return active if active in found else max(found, key=lambda strip: strip.channel, default=None)


def is_take(strip: Any) -> bool:
    """Whether a strip shows a take, and not only to compare."""
    return strip.type == "IMAGE" and MARK_FOLDER in strip and MARK_COMPARED not in strip


def folder_of(strip: Any) -> Path:
    """Where the take lies that a strip shows: beside the .blend, also when both were moved."""
    return Path(bpy.path.abspath(strip.directory))


def new_strip(scene: bpy.types.Scene, name: str, content: Mapping[int, Path], start: int, channel: int) -> Any:
    """An image strip with a picture a frame from `start` on."""
    pictures = list(content.values())
    strip = strips(scene.sequence_editor_create()).new_image(
        name=name, filepath=blend_path(pictures[0]), channel=channel, frame_start=start, fit_method="STRETCH"
    )
    _show_as_it_is(strip, scene.view_settings.view_transform)
    for picture in pictures[1:]:
        strip.elements.append(picture.name)
    return strip


def free_channel(editor: bpy.types.SequenceEditor, start: int, end: int) -> int:
    """The channel above all strips that overlap [start, end), so that it is seen; else any free one."""
    used = {int(strip.channel) for strip in strips(editor) if _overlaps(strip, start, end)}
    above = max(used, default=0) + 1
    candidates = (above, *range(1, _CHANNELS + 1)) if above <= _CHANNELS else range(1, _CHANNELS + 1)
    free = next((channel for channel in candidates if channel not in used), 0)
    if free == 0:
        raise SceneNotReady(
            f"All {_CHANNELS} channels of the timeline are taken between frames {start} and {end}.",
            "Remove strips that are no longer needed.",
        )
    return free


def _files(folder: Path, frames: Sequence[int]) -> dict[int, Path]:
    """The wanted frames' files, rising."""
    there = frames_on_disk(folder)
    missing = sorted(set(frames) - set(there))
    if missing or not frames:
        lacking = ", ".join(map(str, missing))
        what = f"The take in {folder} lacks the frames {lacking}." if missing else f"The take in {folder} is empty."
        raise TakeFilesMissing(what, "Generate the take again.")
    return {frame: there[frame] for frame in sorted(frames)}


def _content(shot: Shot, files: Mapping[int, Path]) -> dict[int, Path]:
    """A picture for every frame, for the timeline needs one: a frame that was left out (a step, or not finished) shows
    the one before. The last picture holds as long as the others do, but not past the shot."""
    numbers = sorted(files)
    hold = min((after - before for before, after in zip(numbers, numbers[1:], strict=False)), default=1)
    content, shown = {}, files[numbers[0]]
    for frame in range(numbers[0], max(numbers[-1], min(shot.last, numbers[-1] + hold - 1)) + 1):
        shown = content[frame] = files.get(frame, shown)
    return content


def _content_so_far(shot: Shot, files: Mapping[int, Path]) -> dict[int, Path]:
    """A picture for every frame of the shot: one that has not come yet shows the nearest before it, or the first."""
    content, shown = {}, files[min(files)]
    for frame in range(min(shot.first, min(files)), shot.last + 1):
        shown = content[frame] = files.get(frame, shown)
    return content


def _fill(strip: Any, folder: Path, content: Mapping[int, Path]) -> None:
    """The strip shows other pictures; whatever was done to it stays."""
    strip.directory = blend_path(folder)
    for element, picture in zip(strip.elements, content.values(), strict=True):
        if element.filename != picture.name:
            element.filename = picture.name


def _put_strip(
    scene: bpy.types.Scene, shot: Shot, folder: Path, content: Mapping[int, Path], before: Any | None
) -> Any:
    """A new strip, trimmed to the shot's cut, on the channel of `before`, whose place it takes."""
    editor, start = scene.sequence_editor_create(), min(content) + shot.shift
    channel, look = 0, {}
    if before is not None:
        channel = int(before.channel)
        look = {name: getattr(before, name) for name in ("mute", "blend_type", "blend_alpha")}
        strips(editor).remove(before)
    channel = channel or _channel_of_takes(editor, start, start + len(content))
    strip = new_strip(scene, f"{shot.name} {folder.name}", content, start, channel)
    for name, value in look.items():
        setattr(strip, name, value)
    set_strip_span(strip, max(min(content), shot.start) + shot.shift, min(max(content), shot.end) + 1 + shot.shift)
    show_in_sequencers(scene)
    return strip


def _mark(strip: Any, shot_name: str, folder: Path, facts: Facts) -> None:
    """Name and custom properties say which take it is."""
    strip.name = f"{shot_name} {folder.name}"
    for key in [key for key in strip.keys() if key.startswith("mirage_")]:
        del strip[key]
    strip[MARK_SHOT], strip[MARK_FOLDER] = shot_name, str(folder)
    for key, value in facts.items():
        strip[f"mirage_{key}"] = value


def _channel_of_takes(editor: bpy.types.SequenceEditor, start: int, end: int) -> int:
    """Where the scene's other takes lie, where that is free; else the channel above whatever is there."""
    taken = {int(strip.channel) for strip in strips(editor) if _overlaps(strip, start, end)}
    of_takes = sorted({int(strip.channel) for strip in strips(editor) if is_take(strip)} - taken)
    above = free_channel(editor, start, end)
    return next((channel for channel in of_takes if channel >= above), above)


def _show_as_it_is(strip: Any, view_transform: str) -> None:
    """A take is a finished picture, but the timeline sends strips through the scene's view transform once more, which
    greys them. Told that the picture went through it, Blender undoes it first."""
    space = _DISPLAYED.get(view_transform)
    if space is None:
        return
    with suppress(TypeError):  # this Blender's (or studio's) colour configuration has no such space
        strip.colorspace_settings.name = space


def _overlaps(strip: Any, start: int, end: int) -> bool:
    first, after = strip_span(strip)
    return first < end and start < after
