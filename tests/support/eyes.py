"""What a camera sees of a set: Cycles' own picture of it, and rays against the greybox that was read. Needs bpy."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np

from blender_mirage.core.greybox_read import GreyboxRead
from blender_mirage.wire.arrays import unpack
from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedMesh
from inference_backend.greybox.raycast import Raycaster


def rendered(side: int = 64, samples: int = 16) -> np.ndarray:
    """[H,W,4] Cycles' picture of the current frame, linear, over nothing; the top row first."""
    scene = bpy.context.scene
    render = scene.render
    render.engine, render.film_transparent = "CYCLES", True
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.pixel_filter_type = samples, False, "BOX"
    scene.cycles.use_adaptive_sampling, scene.cycles.max_bounces = False, 4
    scene.cycles.film_transparent_glass, scene.view_settings.view_transform = True, "Standard"
    render.resolution_x = render.resolution_y = side
    render.resolution_percentage = 100
    render.use_compositing = render.use_sequencer = False
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "IMAGE"
    render.image_settings.file_format, render.image_settings.color_mode = "OPEN_EXR", "RGBA"
    with tempfile.TemporaryDirectory() as folder:
        render.filepath = str(Path(folder) / "seen.exr")
        bpy.ops.render.render(write_still=True)
        picture = bpy.data.images.load(render.filepath)
        pixels = np.empty(side * side * 4, np.float32)
        picture.pixels.foreach_get(pixels)
        bpy.data.images.remove(picture)
    return pixels.reshape(side, side, 4)[::-1]


def solid_in_render(side: int = 64, samples: int = 16) -> np.ndarray:
    """[H,W] where a render shows a surface rather than nothing."""
    return rendered(side, samples)[..., 3] >= 0.5


def seen(read: GreyboxRead, side: int = 64, index: int = 0) -> np.ndarray:
    """[H,W] row of the instance that the scene's camera sees where the playhead stands, -1 where it sees none. `index`:
    of that frame in the greybox."""
    scene = bpy.context.scene
    camera = scene.camera.evaluated_get(bpy.context.evaluated_depsgraph_get())
    right_top, _, left_bottom, left_top = (np.array(corner) for corner in camera.data.view_frame(scene=scene))
    across, down = right_top - left_top, left_bottom - left_top
    columns, rows = np.meshgrid((np.arange(side) + 0.5) / side, (np.arange(side) + 0.5) / side)
    directions = left_top + columns[..., None] * across + rows[..., None] * down
    matrix = np.array(camera.matrix_world)
    directions = directions.reshape(-1, 3) @ matrix[:3, :3].T
    origins = np.broadcast_to(matrix[:3, 3] * scene.unit_settings.scale_length, directions.shape)
    hits = Raycaster(frame_set(read, index)).cast(origins.astype(np.float32), directions.astype(np.float32))
    return hits.mesh.reshape(side, side)


def frame_set(read: GreyboxRead, index: int = 0) -> FrameSet:
    """The greybox at one of its frames, as the backend places it."""
    transforms, placed = read.tracks.transforms_at(index), []
    for row, instance in enumerate(read.greybox.instances):
        arrays = unpack(read.meshes[instance.mesh])[1]
        vertices = arrays["vertices"]
        if instance.vertex_track:
            vertices = unpack(read.meshes[instance.vertex_track])[1]["vertices"][index]
        transform = transforms[row] if read.tracks.visible[row, index] else np.diag([0.0, 0.0, 0.0, 1.0])
        colors = np.array([material.base_color for material in instance.materials], np.float32)
        mesh = Mesh(vertices, arrays["triangles"], arrays["face_material"])
        placed.append(PlacedMesh(mesh, transform, row + 1, (1,) * len(colors), colors, vertices))
    return FrameSet(tuple(placed), (), np.zeros(3, np.float32))


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Share of pixels that are equal."""
    return float((one == other).mean())
