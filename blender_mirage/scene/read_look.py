"""A look image from disk through Blender's own readers: PNG, JPEG, EXR and whatever else Blender opens."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import LookNotReadable
from ..core.exif import orientation, turned
from .read_pixels import read_pixels

MAX_SIDE = 2048
"""Longer sides are scaled down to this: no engine sees more of a look, and it travels with every new world."""
MIN_SIDE = 64
"""A backend takes no smaller one."""
LARGEST_SIDE = 16384
"""Longer than this, a picture of 32 bits a channel may not fit into memory."""

_NEXT_STEP = "Choose a PNG, JPEG or EXR file, or press Render Look."


def read_look(path: Path) -> NDArray[np.uint8]:
    """[H,W,4] sRGB with straight alpha, the way up that it is meant to be seen, top row first. Leaves no image
    behind in the .blend. Raises LookNotReadable."""
    if not path.is_file():
        raise LookNotReadable(f"There is no look image at {path}.", _NEXT_STEP)
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise LookNotReadable(f"{path} could not be read: {error}.", _NEXT_STEP) from error
    try:
        _fit(image, path)
        pixels = read_pixels(image)
    except ValueError as error:
        raise LookNotReadable(f"{path} cannot be used: it {error}.", "Save it as PNG.") from error
    finally:
        bpy.data.images.remove(image)
    return np.ascontiguousarray(turned(pixels, orientation(path)))


def _fit(image: bpy.types.Image, path: Path) -> None:
    width, height = image.size
    if width == 0 or height == 0:
        raise LookNotReadable(f"{path} is not an image that Blender can read.", _NEXT_STEP)
    if min(width, height) < MIN_SIDE:
        raise LookNotReadable(
            f"The look {path.name} is {width}x{height} pixels; each side needs at least {MIN_SIDE}.",
            "Choose a larger picture.",
        )
    longest = max(width, height)
    if longest > LARGEST_SIDE:
        raise LookNotReadable(
            f"The look {path.name} is {width}x{height} pixels, more than {LARGEST_SIDE} a side.",
            f"Scale it down; {MAX_SIDE} a side are enough.",
        )
    if longest > MAX_SIDE:
        image.scale(*(max(1, round(side * MAX_SIDE / longest)) for side in (width, height)))
