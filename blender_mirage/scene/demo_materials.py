"""Materials of the demo set: matt, procedural, patterned in each object's own UV metres.

A pattern that sticks to the surface is what lets an eye (and the figures of the evaluation) see whether a place is the
same place in two shots; a glossy highlight would move with the camera, so there is none.
"""

from __future__ import annotations

import bpy

Color = tuple[float, float, float]


def bricks(name: str, colors: tuple[Color, Color], mortar: Color, brick: tuple[float, float]) -> bpy.types.Material:
    """Running bond of `brick` (width, height) metres in two colours, each brick a mix of them."""
    material, shader, uv = _matt(name, _mean(*colors))
    pattern = _node(material, "ShaderNodeTexBrick", -300)
    _set(pattern, Scale=1.0)
    pattern.inputs["Brick Width"].default_value, pattern.inputs["Row Height"].default_value = brick
    pattern.inputs["Mortar Size"].default_value = 0.05 * brick[1]
    pattern.inputs["Mortar Smooth"].default_value = 0.1
    _set(pattern, Mortar=(*mortar, 1.0))
    for socket, color in zip(("Color1", "Color2"), colors, strict=True):
        _link(material, _mottled(material, uv, color, 9.0).outputs["Color"], pattern.inputs[socket])
    _link(material, uv.outputs["UV"], pattern.inputs["Vector"])
    _link(material, pattern.outputs["Color"], shader.inputs["Base Color"])
    return material


def checker(name: str, colors: tuple[Color, Color], side: float) -> bpy.types.Material:
    """Square tiles of `side` metres."""
    material, shader, uv = _matt(name, _mean(*colors))
    pattern = _node(material, "ShaderNodeTexChecker", -300)
    pattern.inputs["Scale"].default_value = 1.0 / side
    for socket, color in zip(("Color1", "Color2"), colors, strict=True):
        _link(material, _mottled(material, uv, color, 6.0).outputs["Color"], pattern.inputs[socket])
    _link(material, uv.outputs["UV"], pattern.inputs["Vector"])
    _link(material, pattern.outputs["Color"], shader.inputs["Base Color"])
    return material


def grain(name: str, colors: tuple[Color, Color], direction: str, bands_per_metre: float) -> bpy.types.Material:
    """Wood grain: distorted bands, across the UV `direction` ("X" or "Y")."""
    material, shader, uv = _matt(name, _mean(*colors))
    pattern = _node(material, "ShaderNodeTexWave", -600)
    pattern.wave_type, pattern.bands_direction = "BANDS", direction
    # A wave of scale 1 has 20 / 2 pi bands a unit.
    _set(pattern, Scale=bands_per_metre * 0.314, Distortion=3.0, Detail=2.0)
    ramp = _ramp(material, colors, -300)
    _link(material, uv.outputs["UV"], pattern.inputs["Vector"])
    _link(material, pattern.outputs["Fac"], ramp.inputs["Fac"])
    _link(material, ramp.outputs["Color"], shader.inputs["Base Color"])
    return material


def plaster(name: str, colors: tuple[Color, Color], patches_per_metre: float) -> bpy.types.Material:
    """Soft patches of two colours."""
    material, shader, uv = _matt(name, _mean(*colors))
    noise = _node(material, "ShaderNodeTexNoise", -600)
    _set(noise, Scale=patches_per_metre, Detail=3.0)
    ramp = _ramp(material, colors, -300, (0.4, 0.6))
    _link(material, uv.outputs["UV"], noise.inputs["Vector"])
    _link(material, noise.outputs["Fac"], ramp.inputs["Fac"])
    _link(material, ramp.outputs["Color"], shader.inputs["Base Color"])
    return material


def _matt(name: str, viewport: Color) -> tuple[bpy.types.Material, bpy.types.Node, bpy.types.Node]:
    """A rough Principled material with its shader node and a UV source."""
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*viewport, 1.0)
    if material.node_tree is None:  # before 5.0 a new material has none
        material.use_nodes = True
    material.node_tree.nodes.clear()
    shader = _node(material, "ShaderNodeBsdfPrincipled", 0)
    _set(shader, Roughness=1.0)
    shader.inputs["Base Color"].default_value = (*viewport, 1.0)
    shader.inputs["Specular IOR Level"].default_value = 0.05
    output = _node(material, "ShaderNodeOutputMaterial", 300)
    _link(material, shader.outputs["BSDF"], output.inputs["Surface"])
    return material, shader, _node(material, "ShaderNodeTexCoord", -1200)


def _mottled(material: bpy.types.Material, uv: bpy.types.Node, color: Color, scale: float) -> bpy.types.Node:
    """`color` lighter and darker in patches, so that no two tiles are alike."""
    noise = _node(material, "ShaderNodeTexNoise", -900)
    _set(noise, Scale=scale, Detail=2.0)
    dark, light = (_scaled(color, share) for share in (0.72, 1.25))
    ramp = _ramp(material, (dark, light), -600, (0.35, 0.65))
    _link(material, uv.outputs["UV"], noise.inputs["Vector"])
    _link(material, noise.outputs["Fac"], ramp.inputs["Fac"])
    return ramp


def _ramp(
    material: bpy.types.Material, colors: tuple[Color, Color], x: float, ends: tuple[float, float] = (0.0, 1.0)
) -> bpy.types.Node:
    ramp = _node(material, "ShaderNodeValToRGB", x)
    for element, color, position in zip(ramp.color_ramp.elements, colors, ends, strict=True):
        element.color, element.position = (*color, 1.0), position
    return ramp


def _node(material: bpy.types.Material, kind: str, x: float) -> bpy.types.Node:
    node = material.node_tree.nodes.new(kind)
    node.location = (x, 0.0)
    return node


def _link(material: bpy.types.Material, output: bpy.types.NodeSocket, target: bpy.types.NodeSocket) -> None:
    material.node_tree.links.new(output, target)


def _set(node: bpy.types.Node, **values: float | tuple[float, ...]) -> None:
    for socket, value in values.items():
        node.inputs[socket].default_value = value


def _mean(a: Color, b: Color) -> Color:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2


def _scaled(color: Color, share: float) -> Color:
    return min(color[0] * share, 1.0), min(color[1] * share, 1.0), min(color[2] * share, 1.0)
