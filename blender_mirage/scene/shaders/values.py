"""Colours and numbers of a shader's node tree at many points of a surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from . import arithmetic as maths
from .links import Scope, Unreadable, source_of
from .points import SurfacePoints

Float64 = NDArray[np.float64]
ZERO, ONE = np.zeros((1, 1)), np.ones((1, 1))

NodeReader = Callable[["Values", Any, str, Scope], Float64]
"""(values, node, identifier of its output, the groups it lies in) -> what comes out."""


class Values:
    """What sockets hold at some points. Each output of a tree is computed once."""

    def __init__(self, points: SurfacePoints, readers: dict[str, NodeReader]) -> None:
        self.points = points
        self._readers = readers
        self._known: dict[tuple[int, ...], Float64] = {}

    def number(self, node: Any, name: int | str, scope: Scope) -> Float64:
        """[N,1] of an input."""
        return self._typed(input_of(node, name), scope, "VALUE")

    def color(self, node: Any, name: int | str, scope: Scope) -> Float64:
        """[N,3] of an input."""
        found = self._typed(input_of(node, name), scope, "RGBA")
        return np.repeat(found, 3, 1) if found.shape[1] == 1 else found

    def vector(self, node: Any, name: int | str, scope: Scope) -> Float64:
        """[N,3] of an input."""
        found = self._typed(input_of(node, name), scope, "VECTOR")
        return np.repeat(found, 3, 1) if found.shape[1] == 1 else found

    def vector_or(self, node: Any, scope: Scope, usual: Callable[[], Float64]) -> Float64:
        """The Vector input of a texture, which has a usual meaning where nothing is linked."""
        return self.vector(node, "Vector", scope) if is_fed(node.inputs["Vector"], scope) else usual()

    def of(self, socket: bpy.types.NodeSocket, scope: Scope) -> Float64:
        """What an input gets, as it comes."""
        return self._typed(socket, scope, socket.type)

    def _typed(self, socket: Any, scope: Scope, kind: str) -> Float64:
        found = source_of(socket, scope)
        if found.output is not None:
            value, colored = self._computed(found.output, found.scope), found.output.type == "RGBA"
        elif found.value is not None:
            value, colored = _own(found.value), found.value.type == "RGBA"
        else:
            return ZERO
        if kind in ("VALUE", "INT", "BOOLEAN") and value.shape[1] == 3:
            return maths.gray(value) if colored else value.mean(1, keepdims=True)
        return value

    def _computed(self, output: Any, scope: Scope) -> Float64:
        key = (*(node.as_pointer() for node in scope), output.as_pointer())
        if key not in self._known:
            reader = self._readers.get(output.node.bl_idname)
            if reader is None:
                raise Unreadable(f"the node {output.node.bl_label}")
            self._known[key] = np.nan_to_num(reader(self, output.node, output.identifier, scope))
        return self._known[key]


def input_of(node: Any, name: int | str) -> Any:
    """An input by its place, or by its identifier, which stays where a version gives it another name."""
    if isinstance(name, int):
        return node.inputs[name]
    found = next((socket for socket in node.inputs if socket.identifier == name), None)
    if found is None:
        raise Unreadable(f"the node {node.bl_label} without {name}")
    return found


def is_fed(socket: bpy.types.NodeSocket, scope: Scope) -> bool:
    """Whether a node computes what the input gets."""
    return source_of(socket, scope).output is not None


def _own(socket: Any) -> Float64:
    """The value that is set at an input itself."""
    value = getattr(socket, "default_value", 0.0)
    if isinstance(value, (bool, int, float)):
        return np.array([[float(value)]])
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return ZERO
    return np.array([[float(part) for part in value[:3]]])


def _math(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    operation = maths.MATH.get(node.operation)
    if operation is None:
        raise Unreadable(f"the operation {node.operation}")
    found = operation(*(values.number(node, i, scope) for i in range(_needed(node))))
    return found.clip(0, 1) if node.use_clamp else found


def _vector_math(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    operation = maths.VECTOR_MATH.get(node.operation)
    if operation is None:
        raise Unreadable(f"the operation {node.operation}")
    if node.operation == "SCALE":
        return operation(values.vector(node, 0, scope), values.number(node, "Scale", scope))
    parts = [values.vector(node, i, scope) for i in range(_needed(node))]
    count = max(map(len, parts))
    return operation(*(np.broadcast_to(part, (count, 3)) for part in parts))


def _needed(node: Any) -> int:
    """How many of its first three inputs a node uses now: it hides the others."""
    return sum(1 for socket in node.inputs[:3] if socket.enabled)


def _mix(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    kind = {"FLOAT": "Float", "VECTOR": "Vector", "RGBA": "Color"}.get(node.data_type)
    if kind is None:
        raise Unreadable("a mix of rotations")
    inputs = {socket.identifier: socket for socket in node.inputs}
    uniform = kind != "Vector" or node.factor_mode == "UNIFORM"
    factor = values.of(inputs["Factor_Float" if uniform else "Factor_Vector"], scope)
    factor = maths.gray(factor) if uniform else factor
    factor = factor.clip(0, 1) if node.clamp_factor else factor
    a, b = values.of(inputs[f"A_{kind}"], scope), values.of(inputs[f"B_{kind}"], scope)
    if kind == "Float":
        return maths.mix(maths.gray(a), maths.gray(b), factor)
    if kind == "Vector":
        return maths.mix(a, b, factor)
    return _blended(a, b, factor, node.blend_type, node.clamp_result)


def _mix_rgb(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    factor = values.number(node, 0, scope).clip(0, 1)
    return _blended(values.color(node, 1, scope), values.color(node, 2, scope), factor, node.blend_type, node.use_clamp)


def _blended(a: Float64, b: Float64, factor: Float64, how: str, clamp: bool) -> Float64:
    a, b = (np.repeat(part, 3, 1) if part.shape[1] == 1 else part for part in (a, b))
    found = maths.blend(a, b, factor, how)
    if found is None:
        raise Unreadable(f"the blend {how}")
    return found.clip(0, 1) if clamp else found


def _map_range(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    inputs = [socket for socket in node.inputs if socket.enabled]
    parts = [values.of(socket, scope) for socket in inputs]
    if node.data_type == "FLOAT":
        parts = [maths.gray(part) for part in parts]
    steps = parts[5] if len(parts) > 5 else ONE
    return maths.map_range((*parts[:5], steps), node.interpolation_type, node.clamp)


def _clamp(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    value, low, high = (values.number(node, i, scope) for i in range(3))
    if node.clamp_type == "RANGE":
        low, high = np.minimum(low, high), np.maximum(low, high)
    return np.minimum(np.maximum(value, low), high)


def _invert(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    color = values.color(node, "Color", scope)
    return maths.mix(color, 1 - color, values.number(node, 0, scope))


def _hue_saturation(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    color = values.color(node, "Color", scope)
    hue, saturation, value, factor = (values.number(node, i, scope) for i in ("Hue", "Saturation", "Value", "Fac"))
    hsv = maths.hue_saturation_value(color)
    shifted = ((hsv[:, :1] + hue + 0.5) % 1.0, (hsv[:, 1:2] * saturation).clip(0, 1), hsv[:, 2:] * value)
    count = max(map(len, shifted))
    changed = maths.rgb_of(np.concatenate([np.broadcast_to(part, (count, 1)) for part in shifted], 1))
    return np.maximum(maths.mix(color, changed, factor), 0)


def _gamma(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    return np.maximum(values.color(node, 0, scope), 0) ** values.number(node, 1, scope)


def _bright_contrast(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    color, bright, contrast = values.color(node, 0, scope), values.number(node, 1, scope), values.number(node, 2, scope)
    return np.maximum((1 + contrast) * color + bright - contrast / 2, 0)


def _ramp(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    steps = np.linspace(0, 1, 257)
    table = np.array([node.color_ramp.evaluate(float(step)) for step in steps])
    factor = values.number(node, 0, scope)[:, 0].clip(0, 1)
    columns = [3] if output == "Alpha" else [0, 1, 2]
    if node.color_ramp.interpolation == "CONSTANT":
        return np.array([node.color_ramp.evaluate(float(at)) for at in np.unique(factor)])[
            np.unique(factor, return_inverse=True)[1].ravel()
        ][:, columns]
    return np.stack([np.interp(factor, steps, table[:, column]) for column in columns], 1)


def _curves(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    """RGB, vector and float curves."""
    factor = values.number(node, 0, scope)
    before = values.of(node.inputs[1], scope)
    before = maths.gray(before) if node.bl_idname == "ShaderNodeFloatCurve" else before
    mapping = node.mapping
    mapping.initialize()
    after = before
    if node.bl_idname == "ShaderNodeRGBCurve":
        after = _curved(mapping, mapping.curves[3], after)
    if after.shape[1] == 1 and node.bl_idname != "ShaderNodeFloatCurve":
        after = np.repeat(after, 3, 1)
    after = np.concatenate([_curved(mapping, mapping.curves[i], after[:, i : i + 1]) for i in range(after.shape[1])], 1)
    return maths.mix(before, after, factor)


def _curved(mapping: Any, curve: Any, values: Float64) -> Float64:
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 1.0)
    steps = np.linspace(low, high, 257)
    return np.interp(values, steps, [mapping.evaluate(curve, float(step)) for step in steps])


def _separate(values: Values, node: Any, output: str, scope: Scope) -> Float64:
    found = values.of(node.inputs[0], scope)
    found = np.repeat(found, 3, 1) if found.shape[1] == 1 else found
    if node.bl_idname == "ShaderNodeSeparateHSV" or getattr(node, "mode", "RGB") == "HSV":
        found = maths.hue_saturation_value(found)
    column = next(i for i, socket in enumerate(node.outputs) if socket.identifier == output)
    return found[:, column : column + 1]


def _combine(values: Values, node: Any, _: str, scope: Scope) -> Float64:
    parts = [values.number(node, i, scope) for i in range(3)]
    count = max(map(len, parts))
    found = np.concatenate([np.broadcast_to(part, (count, 1)) for part in parts], 1)
    hsv = node.bl_idname == "ShaderNodeCombineHSV" or getattr(node, "mode", "RGB") == "HSV"
    return maths.rgb_of(found) if hsv else found


def _socket_value(_: Values, node: Any, __: str, ___: Scope) -> Float64:
    return _own(node.outputs[0])


ARITHMETIC_NODES: dict[str, NodeReader] = {
    "ShaderNodeRGB": _socket_value,
    "ShaderNodeValue": _socket_value,
    "ShaderNodeMath": _math,
    "ShaderNodeVectorMath": _vector_math,
    "ShaderNodeMix": _mix,
    "ShaderNodeMixRGB": _mix_rgb,
    "ShaderNodeMapRange": _map_range,
    "ShaderNodeClamp": _clamp,
    "ShaderNodeInvert": _invert,
    "ShaderNodeHueSaturation": _hue_saturation,
    "ShaderNodeGamma": _gamma,
    "ShaderNodeBrightContrast": _bright_contrast,
    "ShaderNodeValToRGB": _ramp,
    "ShaderNodeRGBCurve": _curves,
    "ShaderNodeVectorCurve": _curves,
    "ShaderNodeFloatCurve": _curves,
    "ShaderNodeRGBToBW": lambda values, node, _, scope: values.number(node, 0, scope),
    "ShaderNodeSeparateColor": _separate,
    "ShaderNodeSeparateRGB": _separate,
    "ShaderNodeSeparateHSV": _separate,
    "ShaderNodeSeparateXYZ": _separate,
    "ShaderNodeCombineColor": _combine,
    "ShaderNodeCombineRGB": _combine,
    "ShaderNodeCombineHSV": _combine,
    "ShaderNodeCombineXYZ": _combine,
    "ShaderNodeBlackbody": lambda values, node, _, scope: maths.blackbody(values.number(node, 0, scope)),
}
