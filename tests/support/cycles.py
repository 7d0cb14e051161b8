"""What Blender's own render sees of a frame, by Cycles: how far away. Import only where bpy is there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray


def cycles_depth(scene: bpy.types.Scene, frame: int, height: int, width: int) -> NDArray[np.float64]:
    """[height,width] depth along the optical axis, in Blender's units, through the middle of each pixel of a render of
    `frame`; 0 where there is the sky. What everything is made of counts for nothing; the scene's settings change."""
    render, layer = scene.render, scene.view_layers[0]
    render.engine, render.resolution_percentage = "CYCLES", 100
    render.resolution_x, render.resolution_y = width, height
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01  # rays through the pixels' middles
    layer.material_override, before, world = _depth_material(), layer.material_override, scene.world
    render.image_settings.file_format, render.image_settings.color_depth = "OPEN_EXR", "32"
    scene.world = None
    scene.frame_set(frame)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "depth.exr"
        bpy.ops.render.render(scene=scene.name)
        bpy.data.images["Render Result"].save_render(str(path), scene=scene)
        picture = bpy.data.images.load(str(path))
        picture.colorspace_settings.name = "Non-Color"
        pixels = np.array(picture.pixels[:]).reshape(height, width, -1)[::-1, :, 0]
        bpy.data.images.remove(picture)
    layer.material_override, scene.world = before, world
    return pixels


def _depth_material() -> bpy.types.Material:
    """Shines as brightly as it is far away, on both sides."""
    material = bpy.data.materials.new("Depth")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    camera, light, output = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("CameraData", "Emission", "OutputMaterial")
    )
    tree.links.new(camera.outputs["View Z Depth"], light.inputs["Strength"])
    tree.links.new(light.outputs["Emission"], output.inputs["Surface"])
    return material
