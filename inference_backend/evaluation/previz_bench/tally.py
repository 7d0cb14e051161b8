"""Sums over pictures: error and sharpness of the same pixels of what was made and of the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..metrics import luma, psnr_from_error
from .visible import eroded

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
_INNER = 1
"""Pixels that a sharpness stays away from the edge of its mask: a gradient reaches so far."""


@dataclass
class Tally:
    """PSNR and sharpness ratio over the pixels of any number of pictures, pooled."""

    squared_error: float = 0.0
    pixels: int = 0
    detail: float = 0.0
    true_detail: float = 0.0

    def add(self, made: NDArray[np.generic], truth: Picture, mask: Mask) -> None:
        """made, truth: [H,W,3] 0..255; mask: [H,W]."""
        difference = made[mask].astype(np.float64) - truth[mask].astype(np.float64)
        self.squared_error += float((difference**2).mean(-1).sum())
        self.pixels += int(mask.sum())
        inner = eroded(mask, _INNER)
        self.detail += float(detail(made)[inner].sum())
        self.true_detail += float(detail(truth)[inner].sum())

    @property
    def psnr(self) -> float:
        """Decibels; raises ValueError where nothing was compared."""
        if self.pixels == 0:
            raise ValueError("expected some pixels to compare, got none: the views share no surface")
        return psnr_from_error(self.squared_error / self.pixels)

    @property
    def sharpness(self) -> float:
        """Ratio to the truth's; 1 where neither has any."""
        return self.detail / self.true_detail if self.true_detail else 1.0


def detail(picture: NDArray[np.generic]) -> NDArray[np.float64]:
    """[H,W] length of the luma's gradient."""
    down, right = np.gradient(luma(picture))
    return np.hypot(down, right)


BLURS = (0.0, 0.35, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0)
"""Standard deviations in pixels at which pictures of unlike sharpness are compared."""


def add_blurred(tallies: tuple[Tally, ...], made: Picture, truth: Picture, mask: Mask) -> None:
    """`made`, blurred by each of BLURS, to the tally of that blur."""
    for tally, sigma in zip(tallies, BLURS, strict=True):
        tally.add(blurred(made, sigma), truth, mask)


def at_equal_sharpness(ours: tuple[Tally, ...], theirs: tuple[Tally, ...]) -> float:
    """Decibels that ours is above theirs, each given by blur, where the sharper one is blurred to the other's
    sharpness: a blurred picture has the better PSNR."""
    level = min(ours[0].sharpness, theirs[0].sharpness)
    return _psnr_at(ours, level) - _psnr_at(theirs, level)


def _psnr_at(tallies: tuple[Tally, ...], sharpness: float) -> float:
    """Between the blurs, linearly in sharpness."""
    levels = np.array([tally.sharpness for tally in tallies])
    order = np.argsort(levels)
    return float(np.interp(sharpness, levels[order], np.array([tally.psnr for tally in tallies])[order]))


def blurred(picture: Picture, sigma: float) -> NDArray[np.float64]:
    """[H,W,3] under a Gaussian."""
    field = picture.astype(np.float64)
    if sigma == 0:
        return field
    radius = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(field, [(radius, radius) if i == axis else (0, 0) for i in range(3)], mode="edge")
        parts = [np.take(padded, range(i, i + field.shape[axis]), axis) * tap for i, tap in enumerate(taps)]
        field = np.sum(parts, 0)
    return field
