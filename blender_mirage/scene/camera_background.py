"""Image sequences behind (or over) a camera's view: of the take, and of what the world has seen of the shot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..core.errors import SceneNotReady
from .find import find_camera


@dataclass(frozen=True)
class Layer:
    """A camera has one image of each layer: a newer one replaces what it shows, so that whatever uses it follows."""

    mark: str
    """Custom property of the image that names its camera."""
    title: str
    """Of the image, before the camera's name."""
    opacity: float


TAKE = Layer("mirage_camera", "Mirage", 0.8)
COVERAGE = Layer("mirage_coverage", "Mirage Coverage", 0.5)


def set_background(
    camera_name: str, files: Mapping[int, Path], layer: Layer, camera_id: str = "", camera_uid: int = 0
) -> str:
    """Shows the pictures (by Blender's frame number) in the camera's view and returns the image's name.

    `camera_id` and `camera_uid` (see `Shot`) find a camera that was renamed, or shares its name with another. Empty
    where the camera's data is linked and cannot be written. Raises SceneNotReady where there is no such camera.
    """
    thing = find_camera(camera_name, camera_id, camera_uid)
    if thing is None:
        raise SceneNotReady(f"There is no camera {camera_name!r}.", "It was removed: choose the shot again.")
    camera = thing.data
    if camera.library is not None:
        return ""
    first, last = min(files), max(files)
    filepath = blend_path(files[first])
    background = _find(camera, layer)
    if background is None:
        background = camera.background_images.new()
        background.alpha, background.display_depth, background.frame_method = layer.opacity, "FRONT", "STRETCH"
        background.image = bpy.data.images.load(filepath)
        background.image.name = f"{layer.title} {thing.name}"
        background.image[layer.mark] = thing.name
    image, user = background.image, background.image_user
    image.source = "SEQUENCE"
    image.filepath = filepath
    user.frame_start, user.frame_duration, user.frame_offset = first, last - first + 1, first - 1
    user.use_auto_refresh = True
    background.show_background_image = True
    camera.show_background_images = True
    return str(image.name)


def remove_backgrounds(layer: Layer) -> int:
    """Takes a layer's images off all cameras and out of the .blend, never a file; returns how many there were."""
    removed = 0
    for camera in bpy.data.cameras:
        if camera.library is None and (background := _find(camera, layer)) is not None:
            camera.background_images.remove(background)
    for image in list(bpy.data.images):
        if layer.mark in image and image.library is None:
            bpy.data.images.remove(image)
            removed += 1
    return removed


def blend_path(path: Path) -> str:
    """The path as it is stored in the .blend: relative to it where that can be."""
    if not bpy.data.filepath:
        return str(path)
    try:
        return str(bpy.path.relpath(str(path)))
    except ValueError:  # another drive than the .blend's, on Windows
        return str(path)


def _find(camera: bpy.types.Camera, layer: Layer) -> bpy.types.CameraBackgroundImage | None:
    images = (entry for entry in camera.background_images if entry.image is not None and layer.mark in entry.image)
    return next(images, None)
