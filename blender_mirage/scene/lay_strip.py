"""New image strips: their pictures, and a channel where they are seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import bpy

from ..compat import append_strip_pictures, strip_span, strips
from ..core.errors import SceneNotReady
from .camera_background import blend_path
from .strip_colors import show_as_it_is
from .take_strips import is_take

_CHANNELS = 128


def new_strip(
    scene: bpy.types.Scene,
    name: str,
    content: Mapping[int, Path],
    start: int,
    channel: int,
    container: Any | None = None,
) -> Any:
    """An image strip with a picture a frame from `start` on, which fills the frame. `container`: the strips of a meta
    strip that it goes among, where it does not go onto the timeline itself."""
    pictures = list(content.values())
    among = strips(scene.sequence_editor_create()) if container is None else container
    strip = among.new_image(
        name=name, filepath=blend_path(pictures[0]), channel=channel, frame_start=start, fit_method="STRETCH"
    )
    append_strip_pictures(strip, [picture.name for picture in pictures[1:]], scene)
    show_as_it_is(strip, scene)
    return strip


def free_channel(container: Iterable[Any], start: int, end: int) -> int:
    """The channel above all strips that overlap [start, end), so that it is seen; else any free one."""
    used = {int(strip.channel) for strip in container if _overlaps(strip, start, end)}
    above = max(used, default=0) + 1
    candidates = (above, *range(1, _CHANNELS + 1)) if above <= _CHANNELS else range(1, _CHANNELS + 1)
    free = next((channel for channel in candidates if channel not in used), 0)
    if free == 0:
        raise SceneNotReady(
            f"All {_CHANNELS} channels of the timeline are taken between frames {start} and {end}.",
            "Remove strips that are no longer needed.",
        )
    return free


def channel_of_takes(container: Iterable[Any], start: int, end: int) -> int:
    """Where the scene's other takes lie, where that is free; else the channel above whatever is there."""
    taken = {int(strip.channel) for strip in container if _overlaps(strip, start, end)}
    of_takes = sorted({int(strip.channel) for strip in container if is_take(strip)} - taken)
    above = free_channel(container, start, end)
    return next((channel for channel in of_takes if channel >= above), above)


def _overlaps(strip: Any, start: int, end: int) -> bool:
    first, after = strip_span(strip)
    return first < end and start < after
