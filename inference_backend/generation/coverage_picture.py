"""What a world knows of one frame, as a picture: the greybox, dim, under a tint a cell.

The tints differ in lightness and in pattern as well as in hue, so that nobody needs to tell green from red: what was
seen is dark and calm, what was seen in part is lighter, what was never seen is bright and hatched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..greybox.gbuffer import GBuffer

NEVER, PARTLY, SEEN = range(3)
"""States of a cell."""
LONGEST_SIDE = 400
_NAMES = {SEEN: "seen", PARTLY: "partly", NEVER: "never"}
# From the palette of Okabe and Ito (2008): bluish green, yellow-orange, vermilion.
_TINTS = np.array([[213, 94, 0], [240, 200, 50], [0, 140, 105]], np.float32)
_STRENGTH = np.array([0.7, 0.55, 0.42], np.float32)
_BRIGHTNESS = np.array([1.15, 0.95, 0.6], np.float32)
_HATCH = 8
"""Pixels from one stripe to the next."""
_PAPER, _INK = (18, 20, 22), (232, 230, 224)


def picture_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) of the picture of a frame of that size."""
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def headlight(pixels: GBuffer) -> NDArray[np.uint8]:
    """[H,W] the greybox as lit from the camera: shapes are told apart, whatever lamps there are."""
    facing = np.abs((pixels.rest_normal * pixels.view).sum(-1))
    grey = pixels.base_color.mean(-1).clip(0, 1) ** (1 / 2.2)
    lit = (0.35 + 0.65 * facing) * (0.35 + 0.65 * grey)
    near = 1 / (1 + 0.03 * pixels.depth_z)
    return np.round(255 * np.where(pixels.depth_z > 0, lit * near, 0.3)).astype(np.uint8)


def coverage_picture(grey: NDArray[np.uint8], state: NDArray[np.uint8], legend: bool = True) -> NDArray[np.uint8]:
    """[H,W,3] uint8 sRGB from the lit greybox [H,W] and the state of each cell [h,w]."""
    height, width = grey.shape
    rows = np.arange(height) * state.shape[0] // height
    columns = np.arange(width) * state.shape[1] // width
    of_pixel = state[rows[:, None], columns]
    strength = _STRENGTH[of_pixel]
    stripe = (rows_and_columns(height, width) % _HATCH) < _HATCH // 4
    strength = np.where((of_pixel == NEVER) & stripe, 0.95, strength)[..., None]
    shaded = grey[..., None].astype(np.float32) * _BRIGHTNESS[of_pixel][..., None]
    tint = _TINTS[of_pixel] * (0.35 + 0.65 * grey[..., None] / 255)
    rgb = np.round(np.clip(shaded * (1 - strength) + tint * strength, 0, 255)).astype(np.uint8)
    return _with_legend(rgb, state) if legend else rgb


def rows_and_columns(height: int, width: int) -> NDArray[np.int64]:
    """[H,W] row plus column: equal along diagonals."""
    return np.arange(height)[:, None] + np.arange(width)


def _with_legend(rgb: NDArray[np.uint8], state: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    size = max(8, min(round(height / 22), round(width / 32)))
    picture = Image.fromarray(rgb)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size)
    words = [(kind, f"{name} {100 * float((state == kind).mean()):.0f} %") for kind, name in _NAMES.items()]
    step, chip = round(0.7 * size), size
    across = sum(chip + step // 2 + font.getlength(text) + step for _, text in words) + step
    if across > width:
        return rgb
    top = height - round(1.9 * size)
    draw.rectangle((0, top, across, height), fill=_PAPER)
    x, y = float(step), (top + height) / 2
    for kind, text in words:
        swatch = coverage_picture(np.full((chip, chip), 190, np.uint8), np.full((1, 1), kind, np.uint8), legend=False)
        picture.paste(Image.fromarray(swatch), (round(x), round(y - chip / 2)))
        x += chip + step // 2
        draw.text((x, y), text, _INK, font, anchor="lm")
        x += font.getlength(text) + step
    return np.array(picture)
