"""Two takes of a shot held against each other on the timeline: side by side, or with a wipe between them.

It lays strips of its own over the shot's, so that nothing of the user's is touched, and takes them away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..compat import new_color_strip, set_strip_span, strip_content_start, strip_span, strips
from .show_take import MARK_COMPARED, folder_of, free_channel, new_strip

WIPE, SIDE_BY_SIDE = "WIPE", "SIDE_BY_SIDE"

_BACKDROP, _LEFT, _RIGHT = "backdrop", "left", "right"
_COLUMNS = "mirage_columns"
"""Of a compared strip's pictures; crops are in their pixels."""


def compare(scene: bpy.types.Scene, shown: Any, other: Mapping[int, Path], columns: int, mode: str) -> None:
    """Holds the take that the strip `shown` shows (left) against the pictures `other` (right; by frame of the scene
    that they were made in), which are `columns` pixels wide. What was compared before goes.

    Raises SceneNotReady where the timeline has no free channel.
    """
    stop_comparing(scene)
    left = [folder_of(shown) / element.filename for element in shown.elements]
    right = _as_long(other, len(left))
    if mode == SIDE_BY_SIDE:
        first, after = strip_span(shown)
        channel = free_channel(scene.sequence_editor, first, after)
        new_color_strip(scene.sequence_editor, "Mirage backdrop", channel, first, after)[MARK_COMPARED] = _BACKDROP
        _put_beside(scene, _lay(scene, shown, left, _LEFT, columns), -1)
        _put_beside(scene, _lay(scene, shown, right, _RIGHT, columns), 1)
    else:
        _lay(scene, shown, right, _RIGHT, columns)


def set_split(scene: bpy.types.Scene, split: float) -> None:
    """Moves the wipe: share of the picture's width that is left of it. Does nothing to takes side by side."""
    wiped = list(_compared(scene))
    if len(wiped) == 1:
        wiped[0].crop.min_x = round(split * int(wiped[0][_COLUMNS]))


def stop_comparing(scene: bpy.types.Scene) -> int:
    """Takes the strips away that only compare; returns how many there were."""
    gone = list(_compared(scene))
    for strip in gone:
        strips(scene.sequence_editor).remove(strip)
    return len(gone)


def _compared(scene: bpy.types.Scene) -> Iterator[Any]:
    if scene.sequence_editor is not None:
        yield from (strip for strip in strips(scene.sequence_editor) if MARK_COMPARED in strip)


def _as_long(pictures: Mapping[int, Path], count: int) -> list[Path]:
    """As many pictures as the other take has, from the first; the last one holds where there are fewer."""
    numbers = sorted(pictures)
    held, shown = [], pictures[numbers[0]]
    for frame in range(numbers[0], numbers[0] + count):
        shown = pictures.get(frame, shown)
        held.append(shown)
    return held


def _lay(scene: bpy.types.Scene, shown: Any, pictures: Sequence[Path], side: str, columns: int) -> Any:
    """A strip with `pictures` over that of the take, as long as it is."""
    span = strip_span(shown)
    channel = free_channel(scene.sequence_editor, *span)
    strip = new_strip(scene, f"Mirage {side}", dict(enumerate(pictures)), strip_content_start(shown), channel)
    set_strip_span(strip, *span)
    strip[MARK_COMPARED], strip[_COLUMNS] = side, columns
    return strip


def _put_beside(scene: bpy.types.Scene, strip: Any, side: int) -> None:
    """Half as large, in the left (-1) or right (1) half of the picture."""
    strip.transform.scale_x *= 0.5
    strip.transform.scale_y *= 0.5
    strip.transform.offset_x = side * scene.render.resolution_x * scene.render.resolution_percentage / 100 / 4
