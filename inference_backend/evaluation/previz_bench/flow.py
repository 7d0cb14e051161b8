"""Does the picture move as the geometry does? Error of the optical flow between two frames against the exact flow.

The second frame is carried back onto the first by the exact flow; what is then still displaced is the end-point error.
It is found by matching blocks within REACH pixels, to a fraction of a pixel, where there is texture enough to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..metrics import luma
from ..reprojection import SurfaceMap, bilinear, correspond

REACH = 3
"""Pixels that a block is looked for each way."""
BLOCK = 13
MIN_VARIANCE = 60.0
"""Of the luma, 0..255 squared, after its slow part is taken off: below it a block fits anywhere."""
MIN_SHARE = 0.8
"""Of a block's pixels that both frames must show."""
MIN_CURVATURE = 0.2
"""By how much, in variances, the least distinct direction must raise the difference a pixel away: along a mere edge a
block slides freely."""


@dataclass
class EndPoints:
    """Errors in pixels, pooled over pairs of frames."""

    total: float = 0.0
    blocks: int = 0

    @property
    def mean(self) -> float | None:
        return self.total / self.blocks if self.blocks else None

    def add(self, errors: NDArray[np.float64]) -> None:
        self.total += float(errors.sum())
        self.blocks += len(errors)


def end_point_errors(a: SurfaceMap, b: SurfaceMap) -> NDArray[np.float64]:
    """[N] of the textured blocks of `a`'s picture, in pixels, one a pixel at a block's middle."""
    height, width = a.view.image.shape[:2]
    pixels, sample = correspond(a, b)
    back, valid = np.zeros((height * width, 3)), np.zeros(height * width, bool)
    back[pixels], valid[pixels] = bilinear(b.view.image, sample), True
    return residual(luma(a.view.image), luma(back.reshape(height, width, 3)), valid.reshape(height, width))


def residual(first: NDArray[np.float64], second: NDArray[np.float64], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """[N] lengths of the displacements between two lumas [H,W] that should be one, of the blocks worth matching."""
    weight = valid.astype(np.float64)
    first, second = _detail(first, weight), _detail(second, weight)
    steps = range(-REACH, REACH + 1)
    cost = np.stack([[_difference(first, second, weight, dy, dx) for dx in steps] for dy in steps])
    variance = _mean(first**2 * weight) / np.maximum(_mean(weight), 1e-9)
    worth = (variance > MIN_VARIANCE) & (_mean(weight) >= MIN_SHARE)
    edge = REACH + BLOCK // 2
    inner = np.zeros(valid.shape, bool)
    inner[edge:-edge, edge:-edge] = True
    rows = np.flatnonzero(worth & inner)
    if len(rows) == 0:
        return np.zeros(0)
    at = cost.reshape(len(steps), len(steps), -1)[:, :, rows]
    best = at.reshape(-1, len(rows)).argmin(0)
    row, column = best // len(steps), best % len(steps)
    down, bend_down = _vertex(at, row, column, 0)
    right, bend_right = _vertex(at, row, column, 1)
    distinct = np.minimum(bend_down, bend_right) > MIN_CURVATURE * variance.reshape(-1)[rows]
    return np.hypot(row - REACH + down, column - REACH + right)[distinct]


def _detail(image: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    return (image - _mean(image * weight) / np.maximum(_mean(weight), 1e-9)) * weight


def _difference(
    first: NDArray[np.float64], second: NDArray[np.float64], weight: NDArray[np.float64], dy: int, dx: int
) -> NDArray[np.float64]:
    """[H,W] mean squared difference of each block to the one (dy, dx) pixels away in the second picture."""
    moved, known = np.roll(second, (-dy, -dx), (0, 1)), np.roll(weight, (-dy, -dx), (0, 1)) * weight
    return _mean((first - moved) ** 2 * known) / np.maximum(_mean(known), 1e-9)


def _vertex(
    cost: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64], axis: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """([N] steps from the best shift to the vertex of the parabola through it and its neighbours, [N] how far those
    rise) along `axis`. At the end of the range the vertex is the end."""
    each, last = np.arange(len(row)), cost.shape[0] - 1
    at = (row, column)[axis]

    def near(step: int) -> NDArray[np.float64]:
        moved = np.clip(at + step, 0, last)
        return cost[(moved, column, each) if axis == 0 else (row, moved, each)]

    before, middle, after = near(-1), near(0), near(1)
    bend = before + after - 2 * middle
    ends = (at == 0) | (at == last)
    shift = np.where(ends | (bend <= 0), 0.0, 0.5 * (before - after) / np.maximum(bend, 1e-9))
    # Of the two neighbours at an end of the range one is the end itself.
    rise = np.where(ends, np.maximum(before, after) - middle, 0.5 * bend)
    return np.clip(shift, -0.5, 0.5), rise


def _mean(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """[H,W] mean over the block round each pixel; wrong within half a block of the border."""
    half = BLOCK // 2
    padded = np.pad(field, half, mode="edge")
    for axis in (0, 1):
        total = np.cumsum(padded, axis)
        total = np.insert(total, 0, 0.0, axis)
        count = total.shape[axis]
        padded = (np.take(total, range(BLOCK, count), axis) - np.take(total, range(count - BLOCK), axis)) / BLOCK
    return padded
