"""Lays a take where the filmmaker looks: strips on the timeline and the camera's own background.

The edit belongs to the editor: a strip that shows the shot is never removed or made anew. The take goes into all of
them, wherever they were put; a shot that no timeline shows yet gets one. The caller pushes one undo step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from ..compat import show_in_sequencers, strips
from ..core.errors import TakeFilesMissing
from ..core.held_frames import held
from ..core.shots import Shot
from ..core.take_files import frames_on_disk
from .camera_background import TAKE, set_background
from .fill_strip import fill, follow, lay
from .fit_strip import note_fit
from .lay_strip import channel_of_takes, new_strip
from .strip_colors import show_as_it_is
from .take_strips import (
    MARK_COMPARED,
    MARK_SHOT,
    Facts,
    Placed,
    folder_of,
    is_take,
    mark,
    parts_of,
    placed_strips,
    strip_of,
)

__all__ = ["MARK_COMPARED", "MARK_SHOT", "folder_of", "is_take", "show_take", "strip_facts", "strip_of"]


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
    facts: Facts | None = None,
    whole: bool = True,
) -> TakeShown:
    """Shows the finished `frames` (Blender's numbers) of the take in `folder`: strips and camera background.

    All strips of the shot show it in place of the take that they showed before; a shot without one gets one.
    `camera_name`: another than the shot's. `facts` become custom properties of the strips (`mirage_<key>`). `whole`: no
    more frames come; otherwise the strip has the shot's length at once. Raises TakeFilesMissing where a frame is not on
    disk, SceneNotReady where the camera or a free channel is missing.
    """
    made = _files(folder, frames)
    asked, (shot, files) = shot, shot.laid_out(made)
    content = _content(shot, files) if whole else _content_so_far(shot, files)
    cut = max(min(content), min(shot.start, max(content))), min(max(content), max(shot.end, min(content))) + 1
    parts = parts_of(scene, shot.name, folder.parent)
    for part in parts:
        fill(part, folder, content, cut, shot.shift)
        show_as_it_is(part.strip, part.scene)
    if not parts:
        parts = [_put_strip(scene, shot, folder, content, cut)]
    for part in parts:
        mark(part.strip, shot.name, scene, folder, facts or {})
    for timeline in {part.scene for part in parts}:
        for placed in placed_strips(timeline):
            if is_take(placed.strip):
                follow(placed)
    through = replace(asked, camera=camera_name, camera_id="", camera_uid=0) if camera_name else asked
    image = set_background(scene, through, held(made, whole), TAKE)
    return TakeShown(str((strip_of(scene, shot.name) or parts[0].strip).name), image)


def strip_facts(facts: Mapping[str, Any]) -> Facts:
    """What of a take's sidecar is worth a custom property of its strip."""
    return {name: facts[name] for name in ("take_id", "seed", "engine", "prompt") if name in facts}


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


def _put_strip(
    scene: bpy.types.Scene, shot: Shot, folder: Path, content: Mapping[int, Path], cut: tuple[int, int]
) -> Placed:
    """A new strip, trimmed to the shot's cut."""
    among, start = strips(scene.sequence_editor_create()), min(content) + shot.shift
    channel = channel_of_takes(among, start, start + len(content))
    strip = new_strip(scene, f"{shot.name} {folder.name}", content, start, channel)
    lay(strip, content, cut, shot.shift)
    note_fit(strip, content[min(content)], scene)
    show_in_sequencers(scene)
    return Placed(strip, among, scene)
