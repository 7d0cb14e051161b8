"""The pixels of an image in Blender, as they are shown."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray


def read_pixels(image: bpy.types.Image) -> NDArray[np.uint8]:
    """[H,W,4] sRGB with straight alpha, top row first. What is stored in 8 bits comes out exactly as it is stored.

    Raises ValueError, with words to follow the image's name, where a pixel is not a finite number.
    """
    width, height = image.size
    flat = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(flat)
    pixels = flat.reshape(height, width, image.channels)[::-1]  # Blender's first row is the bottom one
    if not np.all(np.isfinite(pixels)):
        raise ValueError("holds pixels that are not finite numbers")
    grey = image.channels < 3
    rgb = np.repeat(pixels[..., :1], 3, axis=2) if grey else pixels[..., :3]
    alpha = pixels[..., -1:] if image.channels in (2, 4) else np.ones_like(pixels[..., :1])
    # Pixels of 8-bit files come as stored; those of deeper ones are scene-linear, with their colour times their alpha.
    if image.is_float:
        rgb = _srgb_from_linear(np.where(alpha > 0, rgb / np.maximum(alpha, 1e-6), rgb))
    return np.rint(np.clip(np.concatenate([rgb, alpha], -1), 0.0, 1.0) * 255.0).astype(np.uint8)


def _srgb_from_linear(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(linear, 0.0)
    return np.where(positive <= 0.0031308, positive * 12.92, 1.055 * positive ** (1.0 / 2.4) - 0.055)
