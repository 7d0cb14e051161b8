"""Which pixels the set covers, in a small Cycles render and in a greybox that was read. Import only where bpy is."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from blender_mirage.core.shots import Shot
from blender_mirage.scene.read_camera import read_camera_path
from blender_mirage.scene.read_greybox import read_greybox
from blender_mirage.wire.arrays import unpack

Mask = NDArray[np.bool_]
SIDE = 48


def rendered(scene: bpy.types.Scene, frame: int, folder: Path) -> Mask:
    """[SIDE,SIDE] of what any view layer renders at the pixels' centres, the first row on top."""
    render = scene.render
    render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.cycles.pixel_filter_type, scene.cycles.use_adaptive_sampling = "BOX", False
    scene.cycles.filter_width = 0.01
    render.film_transparent, render.resolution_x, render.resolution_y = True, SIDE, SIDE
    if hasattr(render.image_settings, "media_type"):  # 5.0
        render.image_settings.media_type = "IMAGE"
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
    scene.frame_set(frame)
    mask = np.zeros((SIDE, SIDE), bool)
    layers = [layer for layer in scene.view_layers if layer.use]
    for layer in layers:
        for other in layers:
            other.use = other == layer
        with bpy.context.temp_override(scene=scene):
            bpy.ops.render.render()
        path = folder / "mask.png"
        bpy.data.images["Render Result"].save_render(str(path), scene=scene)
        mask |= _alpha(path) > 0.5
    for layer in layers:
        layer.use = True
    return mask


def read(scene: bpy.types.Scene, frame: int, mode: str = "") -> Mask:
    """The same of the greybox and the camera that are read."""
    render = scene.render
    render.resolution_x = render.resolution_y = SIDE
    camera = scene.camera
    shot = Shot("s", camera.name, frame, frame, camera_uid=camera.session_uid)
    path = read_camera_path(scene, shot, SIDE, SIDE, mode=mode)
    greybox = read_greybox(scene, (frame,), mode=mode)
    trees = []
    for row, instance in enumerate(greybox.greybox.instances):
        if greybox.tracks.visible[row, 0]:
            arrays = unpack(greybox.meshes[instance.mesh])[1]
            matrix = Matrix(greybox.tracks.transforms_at(0)[row])
            vertices = [matrix @ Vector(vertex) for vertex in arrays["vertices"]]
            trees.append(BVHTree.FromPolygons(vertices, arrays["triangles"].tolist()))
    pixels = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), -1).reshape(-1, 2)
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(path.K[0]).T @ path.c2w[0][:3, :3].T
    origin = Vector(path.c2w[0][:3, 3])
    hit = [any(tree.ray_cast(origin, Vector(ray))[0] is not None for tree in trees) for ray in rays]
    return np.array(hit).reshape(SIDE, SIDE)


def agreement(a: Mask, b: Mask) -> float:
    return float((a == b).mean())


def _alpha(path: Path) -> NDArray[np.float32]:
    image = bpy.data.images.load(str(path), check_existing=False)
    values = np.empty(SIDE * SIDE * 4, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return values.reshape(SIDE, SIDE, 4)[::-1, :, 3]
