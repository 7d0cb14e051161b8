"""Photographs that come with bpy: perspective views out of its studio-light panoramas.

The pictures that come with scikit-image are held out for evaluation and must never be read here.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import numpy as np

from .colors import Float, to_srgb


@lru_cache(maxsize=1)
def panoramas() -> tuple[Float, ...]:
    """Equirectangular [H,W,3] linear radiance, top row the zenith; none where bpy is not installed."""
    if importlib.util.find_spec("bpy") is None:
        return ()
    import bpy

    found = []
    folder = Path(bpy.utils.system_resource("DATAFILES")) / "studiolights" / "world"
    for path in sorted(folder.glob("*.exr")):
        image = bpy.data.images.load(str(path))
        width, height = image.size
        pixels = np.empty(width * height * image.channels, np.float32)
        image.pixels.foreach_get(pixels)
        found.append(np.ascontiguousarray(pixels.reshape(height, width, -1)[::-1, :, :3]))
        bpy.data.images.remove(image)
    return tuple(found)


def photograph(rng: np.random.Generator, height: int, width: int) -> Float:
    """[H,W,3] sRGB 0..1: a camera in one of the panoramas, exposed for its own mean. Needs `panoramas()`."""
    panorama = panoramas()[int(rng.integers(len(panoramas())))]
    # Narrower views would enlarge the panorama's texels and teach blur.
    half = np.tan(np.radians(rng.uniform(85, 115)) / 2)
    x = np.linspace(-half, half, width)[None] * np.ones((height, 1))
    y = np.linspace(half, -half, height)[:, None] * (height / width) * np.ones((1, width))
    pitch, turn = np.radians(rng.uniform(-25, 20)), rng.uniform(-1, 1)
    up, forward = y * np.cos(pitch) + np.sin(pitch), np.cos(pitch) - y * np.sin(pitch)
    longitude = np.arctan2(x, forward) / (2 * np.pi) + turn
    latitude = np.arctan2(up, np.hypot(x, forward)) / np.pi
    color = _bilinear(panorama, (0.5 - latitude) * panorama.shape[0] - 0.5, longitude * panorama.shape[1] - 0.5)
    exposure = float(rng.uniform(0.14, 0.3)) / max(float(np.median(color)), 1e-4)
    bright = color * exposure
    return to_srgb(bright / (1 + 0.35 * bright))


def _bilinear(image: Float, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Texels [...,3] at fractional places; columns go round, rows stop at the poles."""
    top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    down, along = (row - top)[..., None], (column - left)[..., None]
    rows = [np.clip(top + i, 0, image.shape[0] - 1) for i in (0, 1)]
    columns = [(left + i) % image.shape[1] for i in (0, 1)]
    upper = image[rows[0], columns[0]] * (1 - along) + image[rows[0], columns[1]] * along
    lower = image[rows[1], columns[0]] * (1 - along) + image[rows[1], columns[1]] * along
    return upper * (1 - down) + lower * down
