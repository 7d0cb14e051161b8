"""The frame of a take under the playhead, and its copy in Blender's image editor: out to be painted on, and back."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import LookNotReadable, SceneNotReady
from ..core.paint_over import PaintedOn, over
from .read_pixels import read_pixels
from .take_strips import folder_of, shown_at


def frame_at_playhead(scene: bpy.types.Scene) -> Path:
    """The picture of the take that the timeline shows at the current frame, the highest where several lie there.
    Raises SceneNotReady."""
    now = scene.frame_current
    strip = shown_at(scene, now)
    if strip is None:
        raise SceneNotReady(
            f"No take lies at frame {now} of the timeline.", "Generate one, or move the playhead onto a take's strip."
        )
    return folder_of(strip) / strip.strip_elem_from_frame(now).filename


def open_for_painting(copy: Path) -> bpy.types.Image:
    """Loads the copy and shows it in an image editor, in one that is open where there is one. Without a window it is
    only loaded."""
    image = bpy.data.images.load(str(copy), check_existing=True)
    for window in bpy.context.window_manager.windows:
        area = next((area for area in window.screen.areas if area.type == "IMAGE_EDITOR"), None)
        if area is not None:
            _show(area, image)
            return image
    if not bpy.app.background:
        before = set(bpy.context.window_manager.windows)
        bpy.ops.wm.window_new()
        opened = next(window for window in bpy.context.window_manager.windows if window not in before)
        _show(opened.screen.areas[0], image)
    return image


def read_painted(copy: Path, on: PaintedOn) -> NDArray[np.uint8]:
    """[H,W,3] sRGB of the copy as it is now: with strokes in Blender that were not saved yet, else as the file is.
    Where it is transparent, the frame that it was made of shows. Raises LookNotReadable."""
    pixels = _pixels(copy)
    alpha = np.ascontiguousarray(pixels[..., 3])
    if (alpha == 255).all():
        return np.ascontiguousarray(pixels[..., :3])
    under = _pixels(Path(on.original))
    if under.shape != pixels.shape:
        raise LookNotReadable(
            f"{copy.name} has transparent parts and is {pixels.shape[1]}x{pixels.shape[0]} pixels, the frame under it "
            f"{under.shape[1]}x{under.shape[0]}.",
            "Paint on the picture as it is, without scaling or cropping it.",
        )
    return over(pixels[..., :3], alpha, under[..., :3])


def _pixels(path: Path) -> NDArray[np.uint8]:
    """[H,W,4]."""
    known = next((image for image in bpy.data.images if _is_of(image, path)), None)
    if known is not None and known.is_dirty:
        return _read(known, path)
    if not path.is_file():
        raise LookNotReadable(f"There is no picture at {path}.", "Press Paint Over This Frame again.")
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise LookNotReadable(f"{path} could not be read: {error}.", "Save it as PNG.") from error
    try:
        return _read(image, path)
    finally:
        bpy.data.images.remove(image)


def _read(image: bpy.types.Image, path: Path) -> NDArray[np.uint8]:
    try:
        if 0 in image.size:
            raise LookNotReadable(f"{path} is not an image that Blender can read.", "Save it as PNG.")
        return read_pixels(image)
    except ValueError as error:
        raise LookNotReadable(f"{path} cannot be used: it {error}.", "Save it as PNG.") from error


def _is_of(image: bpy.types.Image, path: Path) -> bool:
    return bool(image.filepath) and Path(bpy.path.abspath(image.filepath)) == path


def _show(area: bpy.types.Area, image: bpy.types.Image) -> None:
    area.type = "IMAGE_EDITOR"
    space = area.spaces.active
    space.image = image
    space.mode = "PAINT"
