"""Lays a take where the filmmaker looks: a strip on the timeline and the camera's own background.

Everything is found by name or by its mark (custom properties), so that renames, undo and a file load while the take was
made do no harm. The caller pushes one undo step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..compat import strip_span, strips
from ..core.errors import SceneNotReady, TakeFilesMissing
from ..core.shots import Shot
from ..core.take_files import frames_on_disk
from .camera_background import TAKE, blend_path, set_background

MARK_SHOT = "mirage_shot"
MARK_FOLDER = "mirage_folder"

_CHANNELS = 128

_DISPLAYED = {"AgX": "AgX Base sRGB", "Filmic": "Filmic sRGB", "Khronos PBR Neutral": "Khronos PBR Neutral sRGB"}
"""View transform -> the colour space of a picture that went through it already."""


@dataclass(frozen=True)
class TakeShown:
    """Names of what was made. `image` is empty where the camera's data is linked and cannot be written."""

    strip: str
    image: str


def show_take(
    scene: bpy.types.Scene,
    shot: Shot,
    folder: Path,
    frames: Sequence[int],
    camera_name: str = "",
    facts: Mapping[str, str | int | float] | None = None,
) -> TakeShown:
    """Shows the finished `frames` (Blender's numbers) of the take in `folder`: strip and camera background.

    `camera_name`: another than the shot's. `facts` become custom properties of the strip (`mirage_<key>`). Showing a
    take again replaces its strip. Raises TakeFilesMissing where a frame is not on disk, SceneNotReady where the camera
    or a free channel is missing.
    """
    files = _files(folder, frames)
    strip = add_strip(scene, shot, folder, files, facts or {})
    camera_id = "" if camera_name else shot.camera_id
    return TakeShown(strip, set_background(camera_name or shot.camera, files, TAKE, camera_id))


def add_strip(
    scene: bpy.types.Scene,
    shot: Shot,
    folder: Path,
    files: Mapping[int, Path],
    facts: Mapping[str, str | int | float],
) -> str:
    """Adds the image strip above whatever lies at its frames and returns its name.

    The timeline needs a picture for every frame: one that was left out (a step, or not finished) shows the one before.
    """
    first, length = _span(shot, files)
    editor = scene.sequence_editor_create()
    channel = _remove_strip_of(editor, folder) or _free_channel(editor, first, first + length)
    strip = strips(editor).new_image(
        name=f"{shot.name} {folder.name}",
        filepath=blend_path(files[first]),
        channel=channel,
        frame_start=first,
        fit_method="STRETCH",
    )
    _show_as_it_is(strip, scene.view_settings.view_transform)
    shown = files[first]
    for frame in range(first + 1, first + length):
        shown = files.get(frame, shown)
        strip.elements.append(shown.name)
    strip[MARK_SHOT], strip[MARK_FOLDER] = shot.name, str(folder)
    for key, value in facts.items():
        strip[f"mirage_{key}"] = value
    return str(strip.name)


def _files(folder: Path, frames: Sequence[int]) -> dict[int, Path]:
    """The wanted frames' files, rising."""
    there = frames_on_disk(folder)
    missing = sorted(set(frames) - set(there))
    if missing or not frames:
        what = f"lacks the frames {', '.join(map(str, missing))}" if missing else "has no finished frame"
        raise TakeFilesMissing(f"The take in {folder} {what}.", "Generate the take again.")
    return {frame: there[frame] for frame in sorted(frames)}


def _span(shot: Shot, files: Mapping[int, Path]) -> tuple[int, int]:
    """(first frame, length). The last picture holds as long as the others do, but not past the shot."""
    numbers = sorted(files)
    hold = min((after - before for before, after in zip(numbers, numbers[1:], strict=False)), default=1)
    end = max(numbers[-1], min(shot.end, numbers[-1] + hold - 1))
    return numbers[0], end - numbers[0] + 1


def _remove_strip_of(editor: bpy.types.SequenceEditor, folder: Path) -> int:
    """Removes the strip that shows this take already and returns its channel, 0 where there is none."""
    for strip in strips(editor):
        if strip.get(MARK_FOLDER) == str(folder):
            channel = int(strip.channel)
            strips(editor).remove(strip)
            return channel
    return 0


def _free_channel(editor: bpy.types.SequenceEditor, start: int, end: int) -> int:
    """The channel above all strips that overlap [start, end), so that the newest take is seen; else any free one."""
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
