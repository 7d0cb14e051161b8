"""A scene whose picture tells its frame, and what Blender's sequencer shows of it. Import only where bpy is there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from blender_mirage.compat import strips

from .blender import add_cube

LOWEST = -40
"""The first frame that a picture can tell."""


def telling_set(name: str = "Set", start: int = 1, end: int = 10) -> bpy.types.Scene:
    """A scene through a camera, rendered by Cycles at 8 x 8: its grey is its frame."""
    scene = bpy.data.scenes.new(name)
    scene.frame_start, scene.frame_end = start, end
    make_small(scene)
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.world = bpy.data.worlds.new(name)
    if bpy.app.version < (5, 0, 0):
        scene.world.use_nodes = True
    sky = next(node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND")
    sky.inputs["Color"].default_value = (1.0, 1.0, 1.0, 1.0)
    sky.inputs["Strength"].driver_add("default_value").driver.expression = f"(frame - {LOWEST}) / 255"
    scene.camera = camera_in(scene, "Camera")
    return scene


def make_small(scene: bpy.types.Scene) -> None:
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.dither_intensity = 0.0
    scene.view_settings.view_transform = "Raw"


def camera_in(scene: bpy.types.Scene, name: str, blind: bool = False) -> bpy.types.Object:
    """A camera; a `blind` one stands in a black box."""
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(camera)
    if blind:
        box = add_cube("Box", (100, 0, 0), scene.collection)
        black = bpy.data.materials.new("Black")
        if bpy.app.version < (5, 0, 0):
            black.use_nodes = True
        black.node_tree.nodes.clear()
        box.data.materials.append(black)
        camera.location = box.location
        camera.rotation_euler = (math.pi / 2, 0, 0)
    return camera


def scene_strip(
    edit: bpy.types.Scene, shown: bpy.types.Scene, name: str = "sh010", channel: int = 1, at: int = 1
) -> Any:
    return strips(edit.sequence_editor_create()).new_scene(name, shown, channel, at)


def effect(edit: bpy.types.Scene, kind: str, span: tuple[int, int], *sources: Any, channel: int = 5) -> Any:
    """An effect over the frames first..last of the timeline, of one or two strips."""
    first, last = span
    name = "input" if bpy.app.version >= (4, 4, 0) else "seq"
    inputs = {f"{name}{place}": source for place, source in enumerate(sources, 1)}
    end = {"length": last - first + 1} if bpy.app.version >= (5, 0, 0) else {"frame_end": last + 1}
    return strips(edit.sequence_editor).new_effect(kind.lower(), kind, channel, first, **end, **inputs)


def telling_picture(frame: int, file: Path) -> Path:
    """What a `telling_set` looks like at a frame."""
    image = bpy.data.images.new("frame", 8, 8)
    image.pixels.foreach_set(np.tile(np.array([*[(frame - LOWEST) / 255] * 3, 1.0], np.float32), 64))
    image.filepath_raw, image.file_format = str(file), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return file


def frames_shown(edit: bpy.types.Scene, frames: Iterable[int], folder: Path) -> list[int]:
    """What Blender's own sequencer shows at each frame of the timeline, as frames of a `telling_set`; LOWEST: black."""
    edit.render.use_sequencer = True
    return [_grey(edit, frame, folder / "shown.png") + LOWEST for frame in frames]


def _grey(scene: bpy.types.Scene, frame: int, file: Path) -> int:
    scene.frame_set(frame)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(file), scene=scene)
    picture = bpy.data.images.load(str(file), check_existing=False)
    pixels = np.empty(len(picture.pixels), np.float32)
    picture.pixels.foreach_get(pixels)
    bpy.data.images.remove(picture)
    return round(float(pixels[0]) * 255)
