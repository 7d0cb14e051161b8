"""Two takes of a shot held against each other on the timeline: side by side, or with a wipe between them.

It lays strips of its own over the shot's, so that nothing of the user's is touched, and takes them away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..compat import new_color_strip, strip_span
from .fill_strip import frame_in
from .lay_strip import free_channel, new_strip
from .take_strips import MARK_COMPARED, MARK_SHOT, Placed, folder_of, is_take, place_of, placed_strips

WIPE, SIDE_BY_SIDE = "WIPE", "SIDE_BY_SIDE"

_BACKDROP, _LEFT, _RIGHT = "backdrop", "left", "right"
_COLUMNS = "mirage_columns"
"""Of a compared strip's pictures; crops are in their pixels."""


def compare(scene: bpy.types.Scene, shown: Any, other: Mapping[int, Path], columns: int, mode: str) -> None:
    """Holds the take that the strip `shown` shows (left) against the pictures `other` (right; by frame of the scene
    that they were made in), which are `columns` pixels wide, in every part of the shot on that timeline. What was
    compared before goes.

    Raises SceneNotReady where the timeline has no free channel.
    """
    stop_comparing(scene)
    for part in _parts_beside(shown):
        names = [_shown_by(part.strip, frame) for frame in range(*strip_span(part.strip))]
        right = [_at(other, frame_in(name)) for name in names]
        if mode == SIDE_BY_SIDE:
            _lay_backdrop(part)
            _put_beside(_lay(part, [folder_of(part.strip) / name for name in names], _LEFT, columns), part.scene, -1)
            _put_beside(_lay(part, right, _RIGHT, columns), part.scene, 1)
        else:
            _lay(part, right, _RIGHT, columns)


def set_split(scene: bpy.types.Scene, split: float) -> None:
    """Moves the wipe: share of the picture's width that is left of it. Does nothing to takes side by side."""
    compared = [part.strip for part in _compared(scene)]
    if any(strip[MARK_COMPARED] == _LEFT for strip in compared):
        return
    for strip in compared:
        strip.crop.min_x = round(split * int(strip[_COLUMNS]))


def stop_comparing(scene: bpy.types.Scene) -> int:
    """Takes the strips away that only compare; returns how many there were."""
    gone = list(_compared(scene))
    for part in gone:
        part.container.remove(part.strip)
    return len(gone)


def _compared(scene: bpy.types.Scene) -> Iterator[Placed]:
    yield from (part for part in placed_strips(scene) if MARK_COMPARED in part.strip)


def _parts_beside(shown: Any) -> list[Placed]:
    """All parts of the shot that show the same take on the same timeline."""
    home = place_of(shown)
    return [
        part
        for part in placed_strips(home.scene)
        if is_take(part.strip)
        and part.strip[MARK_SHOT] == shown[MARK_SHOT]
        and folder_of(part.strip) == folder_of(shown)
    ]


def _shown_by(strip: Any, frame: int) -> str:
    """The file that a strip shows at a frame of the timeline, however it was slipped, reversed or retimed."""
    return str(strip.strip_elem_from_frame(frame).filename)


def _at(pictures: Mapping[int, Path], frame: int) -> Path:
    """The picture of a frame; where there is none, the one before, or the first."""
    return pictures[max((number for number in pictures if number <= frame), default=min(pictures))]


def _lay(part: Placed, pictures: Sequence[Path], side: str, columns: int) -> Any:
    """A strip with `pictures` over that of the take, as long as it is."""
    span = strip_span(part.strip)
    channel = free_channel(part.container, *span)
    strip = new_strip(part.scene, f"Mirage {side}", dict(enumerate(pictures)), span[0], channel, part.container)
    strip[MARK_COMPARED], strip[_COLUMNS] = side, columns
    return strip


def _lay_backdrop(part: Placed) -> None:
    first, after = strip_span(part.strip)
    channel = free_channel(part.container, first, after)
    new_color_strip(part.container, "Mirage backdrop", channel, first, after)[MARK_COMPARED] = _BACKDROP


def _put_beside(strip: Any, scene: bpy.types.Scene, side: int) -> None:
    """Half as large, in the left (-1) or right (1) half of the picture."""
    strip.transform.scale_x *= 0.5
    strip.transform.scale_y *= 0.5
    strip.transform.offset_x = side * scene.render.resolution_x / 4
