"""The pixels of Blender's images, small, linear, and as a renderer filters them."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

LONGEST = 1024
"""Pixels along the longer side that are looked at; a larger image is made smaller first."""
_LINEAR = ("linear", "raw", "non-color", "scene", "acescg", "data", "xyz")
_OPAQUE = 0.999


@dataclass(frozen=True, eq=False)
class Pixels:
    """An image, linear. Colours are not multiplied by alpha."""

    levels: tuple[Float32, ...]
    """[H,W,4] from the bottom row up, each half as large as the one before."""
    opaque: bool
    """Whether nothing of it lets the camera through."""
    data: bool
    """Whether it holds numbers and no colours."""
    packed: bool
    """Whether alpha and colours have nothing to do with one another."""


def read_image(image: bpy.types.Image) -> Pixels | None:
    """None where its file is missing, or cannot be read."""
    values = _first_tile(image.original)
    if values is None:
        return None
    name = image.colorspace_settings.name.lower()
    linear = image.is_float or any(word in name for word in _LINEAR)
    rgb, alpha = values[..., :3].astype(np.float32), values[..., 3:].astype(np.float32)
    if image.alpha_mode == "NONE":
        alpha = np.ones_like(alpha)
    if image.is_float and image.alpha_mode == "PREMUL":
        rgb = rgb / np.where(alpha > 0, alpha, 1.0)
    if not linear:
        rgb = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)
    rgb = np.nan_to_num(rgb, nan=0.0, posinf=1.0, neginf=0.0)
    levels = [np.concatenate([rgb, alpha], -1).astype(np.float32)]
    while min(levels[-1].shape[:2]) > 1:
        levels.append(halved(levels[-1]))
    return Pixels(
        tuple(levels),
        opaque=bool(alpha.min() >= _OPAQUE),
        data=bool(image.colorspace_settings.is_data),
        packed=image.alpha_mode == "CHANNEL_PACKED",
    )


def halved(pixels: Float32) -> Float32:
    """[H,W,4] with every 2 x 2 pixels made one; colours count by their alpha."""
    height, width = (max(side // 2, 1) for side in pixels.shape[:2])
    square = pixels[: 2 * height, : 2 * width]
    square = square.reshape(height, -1, width, square.shape[1] // width, 4)
    alpha = square[..., 3:]
    weight = np.maximum(alpha, 1e-4)
    rgb = (square[..., :3] * weight).sum((1, 3)) / weight.sum((1, 3))
    return np.concatenate([rgb, alpha.mean((1, 3))], -1).astype(np.float32)


def look_up(pixels: Float32, uv: Float64, extension: str, closest: bool) -> Float32:
    """[N,4] of `pixels` [H,W,4] at `uv` [N,2] (0..1 across and up), as Cycles filters them."""
    height, width = pixels.shape[:2]
    x, y = uv[:, 0] * width, uv[:, 1] * height
    if closest:
        return _texel(pixels, np.floor(x).astype(np.int64), np.floor(y).astype(np.int64), extension)
    left, below = np.floor(x - 0.5), np.floor(y - 0.5)
    across, up = (x - 0.5 - left)[:, None], (y - 0.5 - below)[:, None]
    column, row = left.astype(np.int64), below.astype(np.int64)
    corners = [_texel(pixels, column + dx, row + dy, extension) for dy in (0, 1) for dx in (0, 1)]
    lower = corners[0] * (1 - across) + corners[1] * across
    upper = corners[2] * (1 - across) + corners[3] * across
    found: Float32 = (lower * (1 - up) + upper * up).astype(np.float32)
    return found


def _texel(pixels: Float32, column: NDArray[np.int64], row: NDArray[np.int64], extension: str) -> Float32:
    height, width = pixels.shape[:2]
    if extension == "REPEAT":
        return pixels[row % height, column % width]
    if extension == "MIRROR":
        row, column = row % (2 * height), column % (2 * width)
        return pixels[np.minimum(row, 2 * height - 1 - row), np.minimum(column, 2 * width - 1 - column)]
    found = pixels[row.clip(0, height - 1), column.clip(0, width - 1)]
    if extension == "CLIP":
        outside = (row < 0) | (row >= height) | (column < 0) | (column >= width)
        found = np.where(outside[:, None], np.float32(0), found)
    return found


def _first_tile(image: bpy.types.Image) -> Float32 | None:
    """[H,W,4] as Blender holds it, no longer than LONGEST. Raises nothing: what cannot be read is None."""
    width, height = image.size
    if width == 0 or height == 0:
        return None
    if max(width, height) <= LONGEST or image.is_dirty or image.source == "VIEWER":
        return _shrunk(_pixels(image))
    # A copy is read anew from its file and made small by Blender: the large one need not be kept in memory.
    copy = image.copy()
    try:
        scale = LONGEST / max(width, height)
        copy.scale(max(round(width * scale), 1), max(round(height * scale), 1))
        return _pixels(copy) if copy.size[0] else None
    except RuntimeError:  # "Image does not have any image data": the file went away
        return None
    finally:
        bpy.data.images.remove(copy)


def _pixels(image: bpy.types.Image) -> Float32 | None:
    width, height = image.size
    channels = image.channels
    values = np.empty(width * height * channels, np.float32)
    if not values.size or len(image.pixels) != values.size:
        return None
    image.pixels.foreach_get(values)
    values = values.reshape(height, width, channels)
    if channels == 4:
        return values
    rgb = values[..., :3] if channels == 3 else np.repeat(values[..., :1], 3, -1)
    alpha = values[..., 1:] if channels == 2 else np.ones((height, width, 1), np.float32)
    return np.concatenate([rgb, alpha], -1)


def _shrunk(values: Float32 | None) -> Float32 | None:
    while values is not None and max(values.shape[:2]) > LONGEST:
        values = halved(values)
    return values
