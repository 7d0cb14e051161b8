"""How large the frames of a live look are asked for: small while the camera moves, so that they come often, and full
once it stands still."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

STEP = 8
"""Sides are multiples of it."""
MIN_SIDE, MAX_SIDE = 64, 4096
SMALL_PIXELS = 256 * 144
LEAST_PIXELS = 160 * 88
WANTED_S = 0.11
"""From one frame to the next while something moves."""
_BAND = 1.4
"""So far from what is wanted nothing is changed: a size that changes all the time would be seen."""


@dataclass(frozen=True)
class FrameSize:
    height: int
    width: int

    @property
    def pixels(self) -> int:
        return self.height * self.width


def frame_size(pixels: float, ratio: float) -> FrameSize:
    """About so many pixels, `ratio` wide to high."""
    width = math.sqrt(pixels * ratio)
    return FrameSize(_side(width / ratio), _side(width))


class Pace:
    """Of one live look: adapts the size of moving frames to how long they take."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pixels = float(SMALL_PIXELS)
        self._seconds = 0.0
        self._came: float | None = None

    def size(self, mode: str, full: FrameSize, still: bool) -> FrameSize:
        """mode: AUTO, SMALL or FULL. full: that of a take."""
        ratio = full.width / full.height
        if mode == "FULL" or (mode == "AUTO" and still):
            return full
        pixels = SMALL_PIXELS if mode == "SMALL" else self._pixels
        return full if pixels >= full.pixels else frame_size(pixels, ratio)

    def note(self, size: FrameSize, seconds: float, full: FrameSize) -> None:
        """A frame of that size took so long, from being asked for to being there."""
        self._came = self._now()
        self._seconds = seconds if not self._seconds else 0.7 * self._seconds + 0.3 * seconds
        if size == full and size.pixels > self._pixels:
            return  # it was asked for because nothing moved
        slower = seconds / WANTED_S
        if not 1 / _BAND < slower < _BAND:
            # In part it takes as long whatever the size: no leap on the word of one frame.
            change = min(1.3, max(0.6, 1 / slower))
            self._pixels = min(float(full.pixels), max(float(LEAST_PIXELS), self._pixels * change))

    @property
    def rate(self) -> float:
        """Frames a second, of late."""
        return 1 / self._seconds if self._seconds else 0.0


def _side(pixels: float) -> int:
    return min(MAX_SIDE, max(MIN_SIDE, round(pixels / STEP) * STEP))
