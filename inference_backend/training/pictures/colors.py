"""Colours of pictures: a few that go together, as linear light or as sRGB bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..sets.palettes import from_oklch

Float = NDArray[np.float32]


def draw_palette(rng: np.random.Generator, count: int) -> Float:
    """[count,3] sRGB 0..1 colours round one or two hues; some palettes are nearly grey, some vivid."""
    hue = rng.uniform(0, 360)
    gap = float(rng.choice([0.0, 35.0, 120.0, 180.0]))
    chroma = float(rng.choice([0.01, 0.05, 0.1, 0.16]))
    colors = [
        from_oklch(
            float(rng.uniform(0.12, 0.97)),
            chroma * float(rng.uniform(0.3, 1.3)),
            float(hue + gap * rng.integers(2) + rng.normal(0, 18)),
        )
        for _ in range(count)
    ]
    return to_srgb(np.stack(colors))


def to_srgb(linear: NDArray[np.floating]) -> Float:
    """sRGB 0..1 of linear light; what is brighter than white is clipped."""
    x = np.clip(linear, 0, 1)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055).astype(np.float32)


def along(palette: Float, share: NDArray[np.floating]) -> Float:
    """Colours [...,3] at `share` [...] 0..1 along the palette [C,3] as a gradient."""
    place = np.clip(share, 0, 1) * (len(palette) - 1)
    first = np.minimum(place.astype(np.int64), len(palette) - 2)
    rest = (place - first)[..., None]
    return (palette[first] * (1 - rest) + palette[first + 1] * rest).astype(np.float32)


def as_bytes(picture: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.uint8]:
    """[H,W,3] uint8 of sRGB 0..1; a dither of one step keeps gradients free of bands."""
    grain = rng.random((*picture.shape[:2], 1), dtype=np.float32)
    return np.clip(picture * 255 + grain, 0, 255).astype(np.uint8)
