"""Figures of merit of pictures. Pictures are [H,W,3] uint8 sRGB, or float in the same 0..255 range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.generic]
Mask = NDArray[np.bool_]

PEAK = 255.0
MAX_PSNR = 99.0
"""Decibels reported for equal pictures, whose PSNR has no bound."""
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_WINDOW_SIGMA, _WINDOW_RADIUS = 1.5, 5


def psnr_from_error(squared_error: float) -> float:
    """Decibels of a mean squared error over channels in the 0..255 range."""
    if squared_error <= 0:
        return MAX_PSNR
    return min(MAX_PSNR, float(10 * np.log10(PEAK**2 / squared_error)))


def psnr(a: Picture, b: Picture, mask: Mask | None = None) -> float:
    """Peak signal-to-noise ratio in decibels over the pixels of `mask` [H,W] (all by default).

    Raises ValueError when the shapes differ or the mask is empty.
    """
    _check(a, b)
    difference = a.astype(np.float64) - b.astype(np.float64)
    if mask is not None:
        if not mask.any():
            raise ValueError("expected a mask with at least one pixel, got an empty one")
        difference = difference[mask]
    return psnr_from_error(float(np.mean(difference**2)))


def ssim(a: Picture, b: Picture) -> float:
    """Structural similarity of the lumas, -1..1 (Wang et al. 2004: Gaussian window of sigma 1.5, K = 0.01, 0.03).

    Windows that would leave the picture are not counted. Raises ValueError below 11 pixels a side.
    """
    _check(a, b)
    x, y = luma(a), luma(b)
    if min(x.shape) <= 2 * _WINDOW_RADIUS:
        raise ValueError(f"expected at least {2 * _WINDOW_RADIUS + 1} pixels a side, got {x.shape}")
    mean_x, mean_y = _window(x), _window(y)
    var_x = _window(x * x) - mean_x**2
    var_y = _window(y * y) - mean_y**2
    covariance = _window(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float(np.mean(likeness / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def sharpness(picture: Picture, mask: Mask | None = None) -> float:
    """Mean length of the luma gradient (central differences, levels of 255 a pixel) over `mask` [H,W].

    Blur lowers it long before it lowers a PSNR, which even rewards blur: read the two together.
    """
    down, right = np.gradient(luma(picture))
    length = np.hypot(down, right)
    return float(np.mean(length if mask is None else length[mask]))


def sharpness_ratio(picture: Picture, reference: Picture) -> float:
    """`sharpness` of a picture as a share of the reference's: 1 as sharp, below 1 softer.

    It compares like with like only where both show much the same things. Raises ValueError for a flat reference.
    """
    of_reference = sharpness(reference)
    if of_reference == 0:
        raise ValueError("expected a reference with some detail, got a flat picture")
    return sharpness(picture) / of_reference


def luma(picture: Picture) -> NDArray[np.float64]:
    """[H,W] Rec.709 luma, 0..255."""
    weighted: NDArray[np.float64] = picture.astype(np.float64) @ _LUMA
    return weighted


def _check(a: Picture, b: Picture) -> None:
    if a.shape != b.shape or a.ndim != 3 or a.shape[2] != 3:
        raise ValueError(f"expected two pictures [H,W,3] of one size, got {a.shape} and {b.shape}")


def _window(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian mean over the windows that lie wholly inside."""
    taps = np.exp(-0.5 * (np.arange(-_WINDOW_RADIUS, _WINDOW_RADIUS + 1) / _WINDOW_SIGMA) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(field, len(taps), axis=axis)
        field = windows @ taps
    return field
