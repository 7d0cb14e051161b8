"""A wall of squares, each with a material of its own: what Cycles shows of them, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import bpy
import numpy as np

from blender_mirage.compat import node_tree

from .eyes import rendered
from .greybox_reads import read

CELL = 4
"""Pixels along a square's side."""

Build = Callable[[bpy.types.NodeTree], bpy.types.NodeSocket]
"""Adds nodes to an empty tree and returns the shader that its surface gets."""


def new_material(name: str, build: Build) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    tree = node_tree(material)
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(build(tree), output.inputs["Surface"])
    return material


def quad(name: str, left: float, bottom: float, size: float = 1.0) -> bpy.types.Object:
    """A square in the plane y = 0 that faces -y, its UV map from (0, 0) at the lower left."""
    mesh = bpy.data.meshes.new(name)
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    mesh.from_pydata([(left + u * size, 0, bottom + v * size) for u, v in corners], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new(name="UVMap").uv.foreach_set("vector", [float(part) for corner in corners for part in corner])
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def look_at_square(size: float) -> bpy.types.Object:
    """The scene's camera, before the square from (0, 0) to (size, size) in the plane y = 0, which fills its frame."""
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    camera.data.sensor_width, camera.data.lens = 36.0, 360.0
    camera.location, camera.rotation_euler = (size / 2, -10 * size, size / 2), (np.pi / 2, 0, 0)
    camera.data.clip_end = 1e4
    bpy.context.scene.camera = camera
    return camera


def white_world(strength: float = 1.0) -> None:
    world = bpy.context.scene.world = bpy.data.worlds.new("White")
    if bpy.app.version < (5, 0, 0):
        world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value, background.inputs["Strength"].default_value = (1, 1, 1, 1), strength


def shown_and_read(builds: Mapping[str, Build], samples: int = 16) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """(mean colour [3] that Cycles shows, base colour [3] that is read) of every material, by its name."""
    across = int(np.ceil(np.sqrt(len(builds))))
    for number, (name, build) in enumerate(builds.items()):
        square = quad(name, number % across, number // across)
        square.data.materials.append(new_material(name, build))
    look_at_square(across)
    picture = rendered(across * CELL, samples)[::-1, :, :3]
    cells = picture.reshape(across, CELL, across, CELL, 3).mean((1, 3)).reshape(-1, 3)
    colors = {instance.name: instance.materials[0].base_color for instance in read().greybox.instances}
    return {name: (cells[number], np.array(colors[name])) for number, name in enumerate(builds)}


def node(tree: bpy.types.NodeTree, kind: str, **inputs: object) -> bpy.types.Node:
    """A new node; a property of it, or an input by its identifier (with _ for blanks): a value, or a socket to link."""
    made = tree.nodes.new(f"ShaderNode{kind}")
    for name, value in inputs.items():
        if name in made.bl_rna.properties:
            setattr(made, name, value)
            continue
        socket = next(s for s in made.inputs if s.identifier.replace(" ", "_") == name)
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = value
    return made


def shines(tree: bpy.types.NodeTree, color: object) -> bpy.types.NodeSocket:
    return node(tree, "Emission", Color=color).outputs[0]
