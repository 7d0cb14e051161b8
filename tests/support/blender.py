"""Builders for tests with a real Blender: random cameras, little sets. Import only where bpy is there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy
import numpy as np

CUBE = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
CUBE_FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def link(thing: bpy.types.Object, collection: bpy.types.Collection | None = None) -> bpy.types.Object:
    (collection or bpy.context.scene.collection).objects.link(thing)
    return thing


def add_cube(name: str, location: Sequence[float] = (0, 0, 0), collection=None) -> bpy.types.Object:
    """A cube of 2 x 2 x 2 units with six quads."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(CUBE, [], CUBE_FACES)
    cube = bpy.data.objects.new(name, mesh)
    cube.location = location
    return link(cube, collection)


def add_empty(name: str) -> bpy.types.Object:
    return link(bpy.data.objects.new(name, None))


def add_camera(name: str = "Camera", location: Sequence[float] = (0, -8, 0)) -> bpy.types.Object:
    """A camera that looks along +Y, upright."""
    camera = link(bpy.data.objects.new(name, bpy.data.cameras.new(name)))
    camera.location = location
    camera.rotation_euler = (math.pi / 2, 0, 0)
    return camera


def add_geometry_nodes(thing: bpy.types.Object) -> bpy.types.NodeTree:
    """A geometry node modifier with an empty group that has one geometry in and out; returns the group."""
    group = bpy.data.node_groups.new("Group", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    group.nodes.new("NodeGroupInput")
    group.nodes.new("NodeGroupOutput")
    thing.modifiers.new("Nodes", "NODES").node_group = group
    return group


def bind_marker(name: str, frame: int, camera: bpy.types.Object) -> None:
    bpy.context.scene.timeline_markers.new(name, frame=frame).camera = camera


def random_camera(rng: np.random.Generator) -> bpy.types.Object:
    """A camera with everything that moves a projection: lens keys, fit, shift, parents (scaled, mirrored), render size,
    pixel aspect, unit scale, marker binding. The scene's start and end become 1 and 5."""
    scene = bpy.context.scene
    render = scene.render
    scene.frame_start, scene.frame_end = 1, 5
    render.resolution_x, render.resolution_y = (int(n) for n in rng.integers(540, 2160, 2))
    render.resolution_percentage = int(rng.choice([50, 100]))
    render.pixel_aspect_x, render.pixel_aspect_y = (float(n) for n in rng.choice([1.0, 1.0, 1.333, 2.0], 2))
    scene.unit_settings.scale_length = float(rng.choice([1.0, 0.01, 2.5]))

    camera = add_camera(location=rng.normal(0, 3, 3))
    camera.rotation_euler = rng.uniform(-math.pi, math.pi, 3)
    lens = camera.data
    lens.sensor_fit = str(rng.choice(["AUTO", "HORIZONTAL", "VERTICAL"]))
    lens.sensor_width, lens.sensor_height = (float(n) for n in rng.uniform(8, 50, 2))
    lens.shift_x, lens.shift_y = (float(n) for n in rng.uniform(-0.5, 0.5, 2))
    lens.lens = float(rng.uniform(12, 150))
    if rng.random() < 0.5:
        lens.keyframe_insert("lens", frame=1)
        lens.lens = float(rng.uniform(12, 150))
        lens.keyframe_insert("lens", frame=5)
    if rng.random() < 0.5:
        camera.keyframe_insert("location", frame=1)
        camera.location = rng.normal(0, 3, 3)
        camera.keyframe_insert("location", frame=5)

    child = camera
    for generation in range(int(rng.integers(0, 3))):
        parent = add_empty(f"Parent{generation}")
        parent.location = rng.normal(0, 2, 3)
        parent.rotation_euler = rng.uniform(-math.pi, math.pi, 3)
        uniform = rng.random() < 0.4
        parent.scale = np.full(3, rng.uniform(0.2, 4)) if uniform else rng.uniform(0.4, 2.5, 3) * rng.choice([1, -1])
        child.parent = parent
        child = parent
    if rng.random() < 0.5:
        bind_marker("marked", 1, camera)
    else:
        scene.camera = camera
    return camera
