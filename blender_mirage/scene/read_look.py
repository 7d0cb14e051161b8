"""A look image from disk through Blender's own readers: PNG, JPEG, EXR and whatever else Blender opens."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import LookNotReadable

MAX_SIDE = 2048
"""Longer sides are scaled down to this: no engine sees more of a look, and it travels with every new world."""

_NEXT_STEP = "Choose a PNG, JPEG or EXR file, or press Render Look."


def read_look(path: Path) -> NDArray[np.uint8]:
    """[H,W,3] sRGB, top row first. Leaves no image behind in the .blend. Raises LookNotReadable."""
    if not path.is_file():
        raise LookNotReadable(f"There is no look image at {path}.", _NEXT_STEP)
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise LookNotReadable(f"{path} could not be read: {error}.", _NEXT_STEP) from error
    try:
        return _pixels(image, path)
    finally:
        bpy.data.images.remove(image)


def _pixels(image: bpy.types.Image, path: Path) -> NDArray[np.uint8]:
    width, height = image.size
    if width == 0 or height == 0:
        raise LookNotReadable(f"{path} is not an image that Blender can read.", _NEXT_STEP)
    longest = max(width, height)
    if longest > MAX_SIDE:
        width, height = (max(1, round(side * MAX_SIDE / longest)) for side in (width, height))
        image.scale(width, height)
    flat = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(flat)
    rgb = flat.reshape(height, width, image.channels)[::-1]  # Blender's first row is the bottom one
    rgb = np.repeat(rgb[..., :1], 3, axis=2) if image.channels < 3 else rgb[..., :3]
    if not np.all(np.isfinite(rgb)):
        raise LookNotReadable(f"{path} holds pixels that are not finite numbers.", "Save it as PNG first.")
    # Pixels of 8-bit files come as stored; those of float files are scene-linear.
    shown = _srgb_from_linear(rgb) if image.is_float else rgb
    return np.ascontiguousarray((np.clip(shown, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))


def _srgb_from_linear(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(linear, 0.0)
    return np.where(positive <= 0.0031308, positive * 12.92, 1.055 * positive ** (1.0 / 2.4) - 0.055)
