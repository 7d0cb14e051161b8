"""Colours that nodes make, against Cycles: every square of a wall shines in what its nodes say."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.swatches import node, shines, shown_and_read  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

A, B = (0.2, 0.5, 0.7, 1), (0.6, 0.3, 0.1, 1)
MATH = (
    "ADD SUBTRACT MULTIPLY DIVIDE MULTIPLY_ADD POWER LOGARITHM SQRT INVERSE_SQRT ABSOLUTE EXPONENT MINIMUM MAXIMUM "
    "LESS_THAN GREATER_THAN SIGN COMPARE SMOOTH_MIN SMOOTH_MAX ROUND FLOOR CEIL TRUNC FRACT MODULO FLOORED_MODULO WRAP "
    "SNAP PINGPONG SINE COSINE TANGENT ARCSINE ARCCOSINE ARCTANGENT ARCTAN2 SINH COSH TANH RADIANS DEGREES"
).split()
VECTOR_MATH = (
    "ADD SUBTRACT MULTIPLY DIVIDE MULTIPLY_ADD CROSS_PRODUCT DOT_PRODUCT DISTANCE LENGTH SCALE NORMALIZE ABSOLUTE "
    "MINIMUM MAXIMUM FLOOR CEIL FRACTION MODULO WRAP SNAP SINE COSINE TANGENT"
).split()
BLENDS = (
    "MIX DARKEN MULTIPLY BURN LIGHTEN SCREEN DODGE ADD OVERLAY SOFT_LIGHT LINEAR_LIGHT DIFFERENCE EXCLUSION SUBTRACT "
    "DIVIDE HUE SATURATION COLOR VALUE"
).split()


def differences(builds, samples=4) -> dict[str, float]:
    """How far what is read lies from what is shown; the brightest channel of both is 1 at most."""
    far = {}
    for name, (shown, read) in shown_and_read(builds, samples).items():
        shown = np.maximum(shown, 0) / max(shown.max(), 1)
        far[name] = float(np.abs(shown - read).max())
    return {name: value for name, value in far.items() if not value < 0.01}


def halved(tree, socket):
    """So that nothing is too bright or below black to tell it."""
    values = {"Vector": socket, "Vector_001": (0.1,) * 3, "Vector_002": (0.4,) * 3}
    both = node(tree, "VectorMath", operation="MULTIPLY_ADD", **values)
    return shines(tree, both.outputs[0])


def test_numbers(empty_file):
    def build(operation):
        values = {"Value": 0.7, "Value_001": 0.3, "Value_002": 0.2}
        return lambda tree: halved(tree, node(tree, "Math", operation=operation, **values).outputs[0])

    assert differences({operation: build(operation) for operation in MATH}) == {}


def test_vectors(empty_file):
    def build(operation):
        values = {"Vector": (0.7, 0.2, -0.4), "Vector_001": (0.3, 0.6, 0.5), "Vector_002": (0.1, 0.2, 0.3)}
        values |= {"Scale": 0.5}

        def made(tree):
            one = node(tree, "VectorMath", operation=operation, **values)
            return halved(tree, next(socket for socket in one.outputs if socket.enabled))

        return made

    assert differences({operation: build(operation) for operation in VECTOR_MATH}) == {}


def test_blends_of_both_mix_nodes(empty_file):
    def new(blend):
        values = {"Factor_Float": 0.6, "A_Color": A, "B_Color": B}
        return lambda tree: shines(tree, node(tree, "Mix", data_type="RGBA", blend_type=blend, **values).outputs[2])

    def old(blend):
        values = {"Fac": 0.6, "Color1": A, "Color2": B}
        return lambda tree: shines(tree, node(tree, "MixRGB", blend_type=blend, **values).outputs[0])

    builds = {f"new {blend}": new(blend) for blend in BLENDS} | {f"old {blend}": old(blend) for blend in BLENDS}
    assert differences(builds) == {}


def colors(tree, kind, **inputs):
    return shines(tree, node(tree, kind, **inputs).outputs[0])


def ramp(tree, interpolation, at):
    made = node(tree, "ValToRGB", Fac=at)
    made.color_ramp.interpolation = interpolation
    made.color_ramp.elements[0].color, made.color_ramp.elements[1].color = A, B
    made.color_ramp.elements.new(0.6).color = (0.1, 0.9, 0.4, 1)
    return shines(tree, made.outputs[0])


def curves(tree, kind, output, **inputs):
    made = node(tree, kind, **inputs)
    made.mapping.curves[0].points.new(0.4, 0.8)
    made.mapping.update()
    return shines(tree, made.outputs[0])


def parts(tree, mode, swap):
    apart = node(tree, "SeparateColor", mode=mode, Color=A)
    order = (1, 2, 0) if swap else (0, 1, 2)
    whole = {name: apart.outputs[i] for name, i in zip(("Red", "Green", "Blue"), order, strict=True)}
    return shines(tree, node(tree, "CombineColor", mode=mode, **whole).outputs[0])


def test_colors(empty_file):
    mapped = {"Value": 0.4, "From Min": 0.1, "From Max": 0.9, "To Min": 0.2, "To Max": 0.8}
    mapped = {name.replace(" ", "_"): value for name, value in mapped.items()}
    builds = {
        "RGB": lambda tree: shines(tree, rgb(tree, A)),
        "value": lambda tree: shines(tree, value(tree, 0.4)),
        "invert": lambda tree: colors(tree, "Invert", Fac=0.8, Color=A),
        "gamma": lambda tree: colors(tree, "Gamma", Color=A, Gamma=2.2),
        "bright": lambda tree: colors(tree, "BrightContrast", Color=A, Bright=0.1, Contrast=0.3),
        "hue": lambda tree: colors(tree, "HueSaturation", Color=A, Hue=0.7, Saturation=1.3, Value=0.8, Fac=0.9),
        "gray": lambda tree: colors(tree, "RGBToBW", Color=A),
        "clamp": lambda tree: colors(tree, "Clamp", Value=0.9, Min=0.2, Max=0.6),
        "ramp": lambda tree: ramp(tree, "LINEAR", 0.3),
        "ramp in steps": lambda tree: ramp(tree, "CONSTANT", 0.3),
        "eased ramp": lambda tree: ramp(tree, "EASE", 0.3),
        "RGB curves": lambda tree: curves(tree, "RGBCurve", 0, Color=A, Fac=0.7),
        "float curve": lambda tree: curves(tree, "FloatCurve", 0, Value=0.3),
        "parts": lambda tree: parts(tree, "RGB", True),
        "parts of HSV": lambda tree: parts(tree, "HSV", False),
        "number for a color": lambda tree: shines(tree, node(tree, "Math", operation="ADD").outputs[0]),
        **{
            how: (lambda tree, how=how: colors(tree, "MapRange", interpolation_type=how, **mapped))
            for how in ("LINEAR", "SMOOTHSTEP", "SMOOTHERSTEP")
        },
    }
    assert differences(builds) == {}


def rgb(tree, color):
    made = tree.nodes.new("ShaderNodeRGB")
    made.outputs[0].default_value = color
    return made.outputs[0]


def value(tree, number):
    made = tree.nodes.new("ShaderNodeValue")
    made.outputs[0].default_value = number
    return made.outputs[0]


def group(name, color):
    """A group of nodes with a factor as its input, that mixes black and `color` by it."""
    made = bpy.data.node_groups.new(name, "ShaderNodeTree")
    made.interface.new_socket("Factor", in_out="INPUT", socket_type="NodeSocketFloat").default_value = 0.5
    made.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    start, end = made.nodes.new("NodeGroupInput"), made.nodes.new("NodeGroupOutput")
    mixed = node(made, "Mix", data_type="RGBA", Factor_Float=start.outputs[0], A_Color=(0, 0, 0, 1), B_Color=color)
    bend = made.nodes.new("NodeReroute")
    made.links.new(mixed.outputs[2], bend.inputs[0])
    made.links.new(bend.outputs[0], end.inputs[0])
    return made


def placed(tree, inner):
    made = tree.nodes.new("ShaderNodeGroup")
    made.node_tree = inner
    return made


def test_groups_in_groups_reroutes_and_muted_nodes(empty_file):
    inner = group("Inner", A)
    outer = bpy.data.node_groups.new("Outer", "ShaderNodeTree")
    outer.interface.new_socket("Factor", in_out="INPUT", socket_type="NodeSocketFloat")
    outer.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    start, end, both = outer.nodes.new("NodeGroupInput"), outer.nodes.new("NodeGroupOutput"), placed(outer, inner)
    outer.links.new(start.outputs[0], both.inputs[0])
    outer.links.new(both.outputs[0], end.inputs[0])

    def in_groups(tree, which, factor):
        made = placed(tree, which)
        if factor is not None:
            made.inputs[0].default_value = factor
        return shines(tree, made.outputs[0])

    def muted(tree):
        made = node(tree, "Gamma", Color=rgb(tree, A), Gamma=3.0)
        made.mute = True
        return shines(tree, made.outputs[0])

    def muted_link(tree):
        made = node(tree, "Emission", Color=rgb(tree, A))
        made.inputs["Color"].default_value = B
        made.inputs["Color"].links[0].is_muted = True
        return made.outputs[0]

    builds = {
        "as it is set": lambda tree: in_groups(tree, inner, None),
        "with another factor": lambda tree: in_groups(tree, inner, 0.8),
        "group in a group": lambda tree: in_groups(tree, outer, 0.9),
        "muted": muted,
        "muted link": muted_link,
    }
    assert differences(builds) == {}
