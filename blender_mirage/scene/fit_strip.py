"""A picture of another size, or a render of another size, and the take still fills what it filled.

Blender draws a strip's picture at its own pixels times the strip's scale, and crops are in pixels of the picture too.
What the editor did (cropped, scaled, moved) stays as a share of the picture and of the frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..compat import curves_of
from ..core.png_size import png_size
from .take_strips import MARK_LAID, Placed, folder_of, note

_CROPS = ("min_x", "max_x", "min_y", "max_y")

Size = tuple[int, int]


def note_fit(strip: Any, picture: Path, scene: bpy.types.Scene) -> None:
    """Notes for which picture and which frame a strip's crop and transform are."""
    size = png_size(picture)
    if size is not None:
        note(strip, picture=size, canvas=_canvas(scene))


def fit(part: Placed, picture: Path) -> bool:
    """Crop and transform of a strip that shows other pictures from now on, of the size of `picture`; True where that is
    another size. To be called before they are laid into it."""
    strip, new = part.strip, png_size(picture)
    old = _noted(strip, "picture") or png_size(folder_of(strip) / strip.elements[0].filename)
    if new is None or old is None:
        return True
    canvas = _canvas(part.scene)
    old_canvas = _noted(strip, "canvas") or canvas
    if _fills(strip, old, canvas):  # the editor fitted it to the frame himself
        old_canvas = canvas
    if (old, old_canvas) != (new, canvas):
        for axis, old_side, new_side, old_frame, frame in zip("xy", old, new, old_canvas, canvas, strict=True):
            _multiply(part, strip.transform, f"scale_{axis}", frame / old_frame * old_side / new_side)
            _multiply(part, strip.transform, f"offset_{axis}", frame / old_frame)
        _crop(part, old, new)
    note(strip, picture=new, canvas=canvas)
    return old != new


def _canvas(scene: bpy.types.Scene) -> Size:
    return int(scene.render.resolution_x), int(scene.render.resolution_y)


def _fills(strip: Any, picture: Size, canvas: Size) -> bool:
    """Whether the whole frame shows the picture, and nothing else."""
    scales = strip.transform.scale_x, strip.transform.scale_y
    return all(abs(scale * side / frame - 1) < 1e-4 for scale, side, frame in zip(scales, picture, canvas, strict=True))


def _crop(part: Placed, old: Size, new: Size) -> None:
    """Of whole pixels: the shares that were meant are kept, so that going to a small size and back loses nothing."""
    crop = part.strip.crop
    pixels = [int(getattr(crop, name)) for name in _CROPS]
    shares = [count / old[index // 2] for index, count in enumerate(pixels)]
    if _noted(part.strip, "crop_pixels") == tuple(pixels):
        shares = list(part.strip[MARK_LAID]["crop_shares"])
    for index, name in enumerate(_CROPS):
        _multiply(part, crop, name, new[index // 2] / old[index // 2], round(shares[index] * new[index // 2]))
    note(part.strip, crop_pixels=[int(getattr(crop, name)) for name in _CROPS], crop_shares=shares)


def _multiply(part: Placed, owner: Any, name: str, factor: float, value: int | None = None) -> None:
    """A property and the keys of its animation, times `factor`; `value`: of a property of whole numbers."""
    if factor == 1.0:
        return
    setattr(owner, name, getattr(owner, name) * factor if value is None else value)
    path = owner.path_from_id(name)
    for curve in curves_of(part.scene):
        if curve.data_path == path:
            for key in curve.keyframe_points:
                for point in (key.co, key.handle_left, key.handle_right):
                    point.y *= factor
            curve.update()


def _noted(strip: Any, name: str) -> tuple[int, ...] | None:
    kept = strip.get(MARK_LAID)
    return tuple(int(number) for number in kept[name]) if kept is not None and name in kept else None
