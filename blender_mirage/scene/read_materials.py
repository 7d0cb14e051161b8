"""Names and base colours of an object's material slots."""

from __future__ import annotations

import bpy

from ..compat import node_tree
from ..wire.messages import Color, Material

NO_MATERIAL = Material("", (0.8, 0.8, 0.8))
"""What Blender draws a face with that has none."""


def read_materials(thing: bpy.types.Object, mesh: bpy.types.Mesh) -> tuple[Material, ...]:
    """One entry a slot of an evaluated object, at least one: the slot's own material where it is linked to the object,
    else the evaluated mesh's (geometry nodes may have set it)."""
    slots = thing.material_slots
    found = []
    for index, material in enumerate(mesh.materials):
        if index < len(slots) and slots[index].link == "OBJECT":
            material = slots[index].material
        found.append(NO_MATERIAL if material is None else Material(material.name_full, base_color(material)))
    return tuple(found) or (NO_MATERIAL,)


def base_color(material: bpy.types.Material) -> Color:
    """Linear base colour: the value of the surface shader's colour input, else the viewport display colour."""
    socket = _color_socket(material)
    red, green, blue = (socket.default_value if socket else material.diffuse_color)[:3]
    return float(red), float(green), float(blue)


def _color_socket(material: bpy.types.Material) -> bpy.types.NodeSocketColor | None:
    """The colour input of the shader at the active output, where nothing is linked to it."""
    tree = node_tree(material)
    output = tree.get_output_node("ALL") if tree else None
    if output is None or not output.inputs["Surface"].is_linked:
        return None
    shader = output.inputs["Surface"].links[0].from_node
    socket = shader.inputs.get("Base Color") or shader.inputs.get("Color")
    return None if socket is None or socket.is_linked else socket
