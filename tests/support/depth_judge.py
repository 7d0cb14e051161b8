"""How far away each pixel's middle is: by a Cycles render of the frame, and by the greybox and the rays of the backend.

Import only where bpy is there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_mirage.core.shots import Shot
from blender_mirage.scene.read_camera import read_camera_path
from blender_mirage.scene.read_greybox import read_greybox
from inference_backend.generation.greybox_frames import GreyboxFrames
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import origin_near
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.mesh_store import MeshStore

from .exr import read_exr

Depth = NDArray[np.float64]
NOTHING = 1e9
"""Cycles writes 1e10 where there is no surface."""
TOLERANCE = 0.005
"""Share of the depth."""


def cycles_depth(scene: bpy.types.Scene, frame: int, height: int, width: int) -> Depth:
    """[height,width] metres along the optical axis, 0 where the camera sees no surface: the nearest of what any view
    layer renders.

    It lets through what the depth pass does: what is more transparent than half. Holdouts and shadow catchers have a
    depth in it, though no surface of theirs is seen: they are taken out of the camera's sight. The file changes.
    """
    render = scene.render
    render.engine, render.resolution_percentage = "CYCLES", 100
    render.resolution_x, render.resolution_y = width, height
    render.use_compositing = render.use_sequencer = False
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01  # rays through the pixels' middles
    scene.cycles.transparent_max_bounces = 64
    for layer in scene.view_layers:
        layer.use_pass_z, layer.pass_alpha_threshold = True, 0.5
    settings = render.image_settings
    if hasattr(settings, "media_type"):  # 5.0
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, settings.color_depth, settings.exr_codec = "OPEN_EXR_MULTILAYER", "32", "NONE"
    for thing in bpy.data.objects:
        thing.visible_camera &= not (thing.is_holdout or thing.is_shadow_catcher)
    scene.frame_set(frame)
    with tempfile.TemporaryDirectory() as folder:
        render.filepath, render.use_file_extension = str(Path(folder) / "depth.exr"), False
        with bpy.context.temp_override(scene=scene):
            bpy.ops.render.render(write_still=True)
        passes = read_exr(Path(folder) / "depth.exr")
    depths = [values for name, values in passes.items() if name.endswith((".Depth.Z", ".Depth.V"))]
    nearest = np.min(depths, axis=0).astype(np.float64)
    metres = scene.unit_settings.scale_length
    return np.where(nearest < NOTHING, nearest * metres, 0.0)


def greybox_depth(scene: bpy.types.Scene, frame: int, height: int, width: int) -> Depth:
    """The same of the greybox and the camera that are read."""
    camera = scene.camera
    shot = Shot("s", camera.name, frame, frame, camera_uid=camera.session_uid)
    path = read_camera_path(scene, shot, height, width)
    read = read_greybox(scene, (frame,))
    with tempfile.TemporaryDirectory() as folder:
        meshes, catalog = MeshStore(Path(folder)), WorldCatalog(Path(folder))
        for name, blob in read.meshes.items():
            meshes.put(name, blob)
        with catalog.open(catalog.create("w").world_id) as world:
            origin = origin_near(path.c2w[0, :3, 3])
            frames = GreyboxFrames(read.greybox, read.tracks, meshes, world, origin)
        caster = frames.caster(0).clipped(path.planes(0))
    return pixel_gbuffer(caster, path.c2w[0], path.K[0], height, width).depth_z.astype(np.float64)


def agreement(ours: Depth, theirs: Depth) -> float:
    """Share of all pixels that see nothing in both, or surfaces in the same depth."""
    both = (ours > 0) & (theirs > 0)
    alike = (ours > 0) == (theirs > 0)
    alike[both] = np.abs(ours - theirs)[both] <= TOLERANCE * theirs[both]
    return float(alike.mean())
