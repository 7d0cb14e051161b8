"""The add-on registered and enabled in an empty file, and values of an order. Import only where bpy is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from blender_mirage import preferences, registration
from blender_mirage.event_pump import pump

from .blender import add_camera, add_cube


@contextmanager
def enabled_addon(**wanted: object) -> Iterator[bpy.types.Scene]:
    """An empty file with the add-on; `wanted` are its preferences. Everything of it is gone afterwards."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    registration.register()
    bpy.context.preferences.addons.new().module = preferences.MiragePreferences.bl_idname
    chosen = preferences.current(bpy.context)
    for name, value in wanted.items():
        setattr(chosen, name, value)
    try:
        yield bpy.context.scene
    finally:
        pump.cancel()
        pump.run_until_idle()
        addons = bpy.context.preferences.addons
        addons.remove(addons[preferences.MiragePreferences.bl_idname])
        registration.unregister()


def small_set(scene: bpy.types.Scene, frames: int = 3) -> bpy.types.Object:
    """A cube in front of a camera that moves a little; 64 x 64 pixels. Returns the camera."""
    add_cube("Cube")
    camera = add_camera()
    camera.keyframe_insert("location", frame=1)
    camera.location.x = 0.5
    camera.keyframe_insert("location", frame=frames)
    scene.camera = camera
    scene.frame_start, scene.frame_end = 1, frames
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.mirage.width = 64
    return camera


def one_small_shot(scene: bpy.types.Scene, camera: bpy.types.Object, frames: int, blend: Path) -> None:
    """Frames 1 to `frames` through `camera`, 64 x 64 pixels from a prompt in one step; saved as `blend`."""
    scene.camera, scene.frame_start, scene.frame_end = camera, 1, frames
    scene.render.resolution_x = scene.render.resolution_y = 64
    scene.mirage.width, scene.mirage.prompt, scene.mirage.steps = 64, "brick", 1
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))


def write_png(path: object, width: int = 64, height: int = 64, color: tuple[float, ...] = (0.2, 0.4, 0.6)) -> str:
    """A picture whose top half is `color` and whose bottom half is black."""
    image = bpy.data.images.new("look", width, height)
    bottom = [0.0, 0.0, 0.0, 1.0] * (width * (height // 2))
    image.pixels.foreach_set(bottom + [*color, 1.0] * (width * (height - height // 2)))
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return str(path)
