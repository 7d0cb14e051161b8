"""Which words of the prompt vocabulary a picture deserves: measured on it and its materials, or facts of its set; never
written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..greybox.gbuffer import GBuffer
from ..models.previz.vocabulary import WORDS

_SHARE = 0.1
"""A material that fills less of the picture is not what the picture is of."""
_COLOR_SHARE = 0.2
"""Likewise for a colour."""

KINDS = {
    "brick": "brick",
    "stone": "stone",
    "rock": "stone",
    "cobbles": "stone",
    "marble": "stone",
    "planks": "wood",
    "parquet": "wood",
    "bark": "wood",
    "plaster": "plaster",
    "dado": "plaster",
    "white": "plaster",
    "concrete": "concrete",
    "tiles": "tile",
    "metal": "metal",
    "corrugated": "metal",
    "chrome": "metal",
    "glass": "glass",
    "fabric": "fabric",
    "cloth": "fabric",
    "leaves": "foliage",
    "grass": "foliage",
    "blades": "foliage",
    "road": "road",
    "asphalt": "road",
    "earth": "earth",
    "wallpaper": "paper",
}
"""Kinds of procedural material that have a word; the others (signs, paint, skin) have none."""

_HUES = (("red", 32.0), ("orange", 70.0), ("yellow", 112.0), ("green", 172.0), ("blue", 275.0), ("purple", 328.0),
         ("pink", 352.0))  # fmt: skip
"""Upper end of each hue, degrees in OKLCh; beyond the last it is red again."""


class Recipe(Protocol):
    kind: str


@dataclass(frozen=True)
class Facts:
    """What is known of a set: words for its hour and its weather, empty where no daylight comes in, and whether lamps
    light it."""

    hour: str = ""
    weather: str = ""
    lamplit: bool = False


def words_of(
    rgb: NDArray[np.uint8], gbuffer: GBuffer, materials: Mapping[int, Recipe], facts: Facts | None = None
) -> NDArray[np.uint8]:
    """[W] 1 where the word fits. rgb [H,W,3] sRGB."""
    facts = facts or Facts()
    fits = _mood(rgb.astype(np.float32) / 255) | _colors(rgb)
    fits |= {facts.hour: True, facts.weather: True, "lamplit": facts.lamplit}
    ids, counts = np.unique(gbuffer.material[gbuffer.depth_z > 0], return_counts=True)
    share: dict[str, float] = {}
    for material, count in zip(ids.tolist(), counts.tolist(), strict=True):
        if material in materials:
            word = KINDS.get(materials[material].kind, "")
            share[word] = share.get(word, 0.0) + count / gbuffer.material.size
    fits |= {word: part > _SHARE for word, part in share.items()}
    return np.array([fits.get(word, False) for word in WORDS], np.uint8)


def _mood(picture: NDArray[np.float32]) -> dict[str, bool]:
    """Words for warmth, light and contrast of a picture [H,W,3] in sRGB 0..1."""
    luminance = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    warmth = float((picture[..., 0] - picture[..., 2]).mean())
    chroma = float((picture.max(-1) - picture.min(-1)).mean())
    return {
        "warm": warmth > 0.08,
        "cool": warmth < 0.0,
        "dark": bool(luminance.mean() < 0.3),
        "bright": bool(luminance.mean() > 0.5),
        "saturated": chroma > 0.2,
        "muted": chroma < 0.08,
        "contrast": bool(luminance.std() > 0.22),
        "flat": bool(luminance.std() < 0.12),
    }


def _colors(rgb: NDArray[np.uint8]) -> dict[str, bool]:
    """Words for the colours that fill a good part of a picture [H,W,3]."""
    lightness, chroma, hue = (channel.ravel() for channel in oklch(rgb[::2, ::2]))
    grey = chroma < 0.035
    names = np.full(lightness.shape, "red", "U8")
    for name, end in reversed(_HUES):
        names[hue < end] = name
    # Brown is dark orange, pink is light red or purple.
    names[np.isin(names, ("orange", "yellow")) & (lightness < 0.6)] = "brown"
    names[(names == "red") & (lightness > 0.72)] = "pink"
    names[grey] = "grey"
    names[grey & (lightness > 0.85)] = "white"
    names[lightness < 0.22] = "black"
    found, counts = np.unique(names, return_counts=True)
    return {
        str(name): bool(count > (0.5 if name == "grey" else _COLOR_SHARE) * len(names))
        for name, count in zip(found, counts, strict=True)
    }


def oklch(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(lightness, chroma, hue in degrees 0..360) of sRGB bytes [...,3] (Ottosson 2020)."""
    x = rgb.astype(np.float64) / 255
    linear = np.where(x < 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
              [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
              [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip
    lab = np.cbrt(linear @ np.array(to_lms).T) @ np.array(to_lab).T
    return lab[..., 0], np.hypot(lab[..., 1], lab[..., 2]), np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
