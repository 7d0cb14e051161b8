"""True Cycles renders of a procedural set: its meshes, materials as image textures, lamps and sky in Blender's own path
tracer. Needs the `bpy` extra."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inference_backend.errors import InvalidRequest
from inference_backend.greybox.geometry import PlacedLamp
from inference_backend.training.sets.baked import Bakery
from inference_backend.training.sets.render import View, develop, exposed, printed
from inference_backend.training.sets.sky import Sky
from inference_backend.training.sets.views import ProceduralSet

_SENSOR_MM = 36.0
_SKY_SIZE = (256, 512)


class CyclesStage:
    """One set in Blender's scene; making another replaces it, as there is one scene a process."""

    def __init__(self, pset: ProceduralSet, samples: int = 12, threads: int = 1, denoise: bool = True) -> None:
        """Builds the scene. `samples` paths a pixel, then Open Image Denoise if asked for. Raises InvalidRequest
        without bpy."""
        if importlib.util.find_spec("bpy") is None:
            raise InvalidRequest(
                "Cycles renders need Blender as a Python module, which is not installed.",
                "Install it with `pip install 'blender-mirage[bpy]'`, or use --renderer quick.",
            )
        import bpy

        self._bpy = bpy
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        _settings(self._scene, samples, threads, denoise)
        self._add_meshes(pset)
        for lamp in pset.frame_set.lamps:
            self._scene.collection.objects.link(_lamp(bpy, lamp))
        _world(bpy, self._scene, pset.sky)
        self._camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        self._scene.collection.objects.link(self._camera)
        self._scene.camera = self._camera

    def _add_meshes(self, pset: ProceduralSet) -> None:
        bpy, bakery, slots = self._bpy, Bakery(pset.materials), {}
        laid = [bakery.corners(placed) for placed in pset.frame_set.meshes]
        for index, (placed, corners) in enumerate(zip(pset.frame_set.meshes, laid, strict=True)):
            used, polygons = np.unique(corners.texture, return_inverse=True)
            mesh = bpy.data.meshes.new(f"mesh{index}")
            mesh.from_pydata(placed.mesh.vertices.tolist(), [], placed.mesh.triangles.tolist())
            mesh.uv_layers.new().data.foreach_set("uv", bakery.uv(corners).astype(np.float32).ravel())
            for number in used.tolist():
                if number not in slots:
                    emission = pset.materials[bakery.keys[number][0]].emission
                    slots[number] = _material(bpy, f"m{number}", *bakery.picture(number), emission)
                mesh.materials.append(slots[number])
            mesh.polygons.foreach_set("material_index", polygons.astype(np.int32))
            thing = bpy.data.objects.new(f"object{index}", mesh)
            _stand(thing, placed.transform)
            thing.pass_index = placed.anchor
            self._scene.collection.objects.link(thing)

    def linear(self, c2w: np.ndarray, K: np.ndarray, height: int, width: int) -> np.ndarray:
        """[H,W,3] linear radiance of the camera `c2w` [4,4] (OpenCV axes), `K` [3,3] in pixels of (height, width)."""
        scene, pose = self._scene, np.asarray(c2w, np.float64) @ np.diag([1.0, -1.0, -1.0, 1.0])
        scene.render.resolution_x, scene.render.resolution_y = width, height
        _stand(self._camera, pose)
        data = self._camera.data
        data.sensor_fit, data.sensor_width = "HORIZONTAL", _SENSOR_MM
        data.lens = float(K[0, 0]) / width * _SENSOR_MM
        data.shift_x, data.shift_y = (width / 2 - float(K[0, 2])) / width, (float(K[1, 2]) - height / 2) / width
        data.clip_start, data.clip_end = 0.02, 2000.0
        with tempfile.TemporaryDirectory() as folder:
            scene.render.filepath = str(Path(folder) / "view.exr")
            with _quiet():
                self._bpy.ops.render.render(write_still=True)
            image = self._bpy.data.images.load(scene.render.filepath)
            # Blender reads the file when the pixels are asked for, so it must still be there.
            pixels = np.empty(width * height * image.channels, np.float32)
            image.pixels.foreach_get(pixels)
        self._bpy.data.images.remove(image)
        return np.ascontiguousarray(pixels.reshape(height, width, -1)[::-1, :, :3])


def cycles_views(
    pset: ProceduralSet,
    cameras: Sequence[tuple[np.ndarray, np.ndarray]],
    quick: Sequence[View],
    rng: np.random.Generator,
    samples: int = 8,
) -> list[View]:
    """The views `quick` of `cameras` (c2w, K) with pictures by Cycles in their place, exposed alike as a whole; their
    G-buffers and guides stay."""
    stage = CyclesStage(pset, samples)
    linear = [stage.linear(c2w, k, *view.gbuffer.shape) for (c2w, k), view in zip(cameras, quick, strict=True)]
    depth = np.concatenate([view.gbuffer.depth_z for view in quick])
    weight = np.where(depth > 0, 1.0, 0.25)
    bright = np.concatenate([view.rgb for view in quick]).mean(-1) / 255
    grade = exposed(np.concatenate(linear), depth, pset.grade, float((bright * weight).sum() / weight.sum()))
    return [
        replace(view, rgb=printed(develop(color, view.gbuffer.depth_z, grade), rng))
        for color, view in zip(linear, quick, strict=True)
    ]


@contextmanager
def _quiet() -> Iterator[None]:
    """Blender writes a line a sample to the process's own standard output, past Python's."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _stand(thing: Any, matrix: np.ndarray) -> None:
    """Places an object. Blender takes nested lists as columns."""
    thing.matrix_world = np.asarray(matrix, np.float64).T.tolist()


def _settings(scene: Any, samples: int, threads: int, denoise: bool) -> None:
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_denoising = "CPU", samples, denoise
    cycles.denoiser = "OPENIMAGEDENOISE"
    scene.render.use_persistent_data = True
    cycles.use_adaptive_sampling = False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 3, 2
    cycles.sample_clamp_indirect, cycles.caustics_reflective = 6.0, False
    # A pixel is the mean over its own square, as in the quick renderer.
    cycles.pixel_filter_type, cycles.seed = "BOX", 0


def _material(bpy: Any, name: str, albedo: np.ndarray, gloss: float, emission: float) -> Any:
    """A principled material with the albedo [S,S,3] as a mirrored texture."""
    size = albedo.shape[0]
    image = bpy.data.images.new(name, size, size, float_buffer=True, is_data=True)
    image.pixels.foreach_set(np.dstack([albedo, np.ones((size, size))]).astype(np.float32).ravel())
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    texture = nodes.new("ShaderNodeTexImage")
    texture.image, texture.extension = image, "MIRROR"
    links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = float(np.clip(0.9 - 0.85 * gloss, 0.05, 1.0))
    shader.inputs["Specular IOR Level"].default_value = float(np.clip(gloss, 0.0, 0.6))
    if emission > 0:
        links.new(texture.outputs["Color"], shader.inputs["Emission Color"])
        shader.inputs["Emission Strength"].default_value = emission
    return material


def _lamp(bpy: Any, lamp: PlacedLamp) -> Any:
    data = bpy.data.lights.new("lamp", lamp.kind)
    data.color, data.energy = [float(c) for c in lamp.color], float(lamp.energy)
    if lamp.kind == "SUN":
        data.angle = float(lamp.size)
    elif lamp.kind == "AREA":
        data.shape, data.size = "SQUARE", float(lamp.size)
    else:
        data.shadow_soft_size = float(lamp.size)
    if lamp.kind == "SPOT":
        data.spot_size, data.spot_blend = float(lamp.spot_angle), float(lamp.spot_blend)
    thing = bpy.data.objects.new("lamp", data)
    _stand(thing, lamp.transform)
    return thing


def _world(bpy: Any, scene: Any, sky: Sky) -> None:
    """The sky as an equirectangular picture; the sun itself is a lamp."""
    height, width = _SKY_SIZE
    latitude = ((np.arange(height) + 0.5) / height - 0.5) * np.pi
    # Blender's equirectangular mapping looks along -y in its middle and turns towards +x.
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    flat = np.cos(latitude)[:, None]
    directions = np.stack(
        [flat * np.sin(longitude), -flat * np.cos(longitude), np.sin(latitude)[:, None] + 0 * longitude], -1
    )
    radiance = sky.radiance(directions.reshape(-1, 3), 0.01).reshape(height, width, 3)
    limit = 4.0 * float(np.maximum(sky.horizon, sky.zenith).max())
    image = bpy.data.images.new("sky", width, height, float_buffer=True, is_data=True)
    filled = np.dstack([np.minimum(radiance, limit), np.ones((height, width))])
    image.pixels.foreach_set(filled.astype(np.float32).ravel())
    world = bpy.data.worlds.new("sky")
    scene.world, world.use_nodes = world, True
    texture = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    world.node_tree.links.new(texture.outputs["Color"], world.node_tree.nodes["Background"].inputs["Color"])
