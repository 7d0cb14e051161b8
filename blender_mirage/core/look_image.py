"""A look image, cut to the shape of the camera that it stands for, and its transparency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 0.02
"""Difference in shape that is taken for rounding and left as it is."""


def fit_to_shape(image: NDArray[np.uint8], shapes: tuple[float, ...]) -> tuple[NDArray[np.uint8], str]:
    """`image` [H,W,C] cut about its centre to the nearest of `shapes` (columns / rows), and a note where it was cut."""
    height, width = image.shape[:2]
    shape = min(shapes, key=lambda wanted: abs(np.log(width / height / wanted)))
    if abs(width / height / shape - 1.0) <= TOLERANCE:
        return image, ""
    rows, columns = height, width
    if width / height > shape:
        columns = max(1, round(height * shape))
    else:
        rows = max(1, round(width / shape))
    top, left = (height - rows) // 2, (width - columns) // 2
    cut = np.ascontiguousarray(image[top : top + rows, left : left + columns])
    return cut, f"Look cropped to {columns} × {rows} to match the camera."


def over_black(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H,W,3] of pixels [H,W,4] with straight alpha; exact where they are opaque."""
    share = pixels[..., 3:] / np.float32(255)
    return np.ascontiguousarray(np.rint(pixels[..., :3] * share).astype(np.uint8))


def opacity(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """[H,W] alpha of pixels [H,W,4]; None where all of them are opaque."""
    alpha = np.ascontiguousarray(pixels[..., 3])
    return None if (alpha == 255).all() else alpha
