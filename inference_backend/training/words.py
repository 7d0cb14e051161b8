"""Which words of the prompt vocabulary a picture deserves: measured on it and its materials, never written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..greybox.gbuffer import GBuffer
from ..models.previz.vocabulary import WORDS

_SHARE = 0.1
"""A material that fills less of the picture is not what the picture is of."""

_KINDS = {
    "brick": "brick",
    "planks": "wood",
    "plaster": "plaster",
    "dado": "plaster",
    "concrete": "concrete",
    "tiles": "tile",
    "metal": "metal",
    "fabric": "fabric",
    "leaves": "foliage",
}
"""Kinds of procedural material that have a word; the others (signs, wallpaper, paint) have none."""


class Recipe(Protocol):
    kind: str


def words_of(rgb: NDArray[np.uint8], gbuffer: GBuffer, materials: Mapping[int, Recipe]) -> NDArray[np.uint8]:
    """[W] 1 where the word fits. rgb [H,W,3] sRGB."""
    picture = rgb.astype(np.float32) / 255
    luminance = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    warmth = float((picture[..., 0] - picture[..., 2]).mean())
    chroma = float((picture.max(-1) - picture.min(-1)).mean())
    fits = {
        "warm": warmth > 0.08,
        "cool": warmth < 0.0,
        "dark": luminance.mean() < 0.3,
        "bright": luminance.mean() > 0.5,
        "saturated": chroma > 0.2,
        "muted": chroma < 0.08,
        "contrast": luminance.std() > 0.22,
        "flat": luminance.std() < 0.12,
    }
    ids, counts = np.unique(gbuffer.material, return_counts=True)
    for material, count in zip(ids.tolist(), counts.tolist(), strict=True):
        if material in materials and count > _SHARE * gbuffer.material.size:
            fits[_KINDS.get(materials[material].kind, "")] = True
    return np.array([fits.get(word, False) for word in WORDS], np.uint8)
