"""What a ray from the camera meets at a surface: how much of it is solid, clear, open, and in which colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .links import Scope, Unreadable, source_of
from .values import ZERO, Values

Float64 = NDArray[np.float64]

_BLURRED = 0.8
"""Roughness beyond which nothing can be made out through a pane."""
_BLACK = np.zeros((1, 3))


@dataclass(frozen=True)
class Closure:
    """Of a shader at N points. What is in none of `open`, `hole` and `clear` is solid."""

    albedo: Float64
    """[N,3] linear, of what is solid: weighted by its share."""
    glow: Float64
    """[N,3] what shines by itself."""
    open: Float64
    """[N,1] share that lets rays pass as if there were nothing."""
    hole: Float64
    """[N,1] share that cuts a hole into the picture."""
    clear: Float64
    """[N,1] share that rays pass refracted: glass and water."""
    tint: Float64
    """[N,3] the colour of `clear`, weighted by its share."""

    def __add__(self, other: Closure) -> Closure:
        return Closure(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


NOTHING = Closure(_BLACK, _BLACK, ZERO, ZERO, ZERO, _BLACK)
"""No shader: black."""

_Shader = Callable[["Shaders", Any, Scope], Closure]


class Shaders:
    """Evaluates shader sockets; `values` their inputs."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def of(self, socket: bpy.types.NodeSocket, scope: Scope = ()) -> Closure:
        """What an input of shaders gets. Raises Unreadable."""
        found = source_of(socket, scope)
        if found.output is None:
            return NOTHING
        if found.output.type != "SHADER":  # a colour in the place of a shader shines
            return _glowing(self.values.of(socket, scope))
        reader = SHADER_NODES.get(found.output.node.bl_idname)
        if reader is None:
            raise Unreadable(f"the shader {found.output.node.bl_label}")
        return reader(self, found.output.node, found.scope)


def _solid(color: Float64) -> Closure:
    return Closure(color, _BLACK, ZERO, ZERO, ZERO, _BLACK)


def _glowing(color: Float64) -> Closure:
    color = np.repeat(color, 3, 1) if color.shape[1] == 1 else color
    return Closure(_BLACK, color, ZERO, ZERO, ZERO, _BLACK)


def _open(share: Float64) -> Closure:
    return Closure(_BLACK, _BLACK, share, ZERO, ZERO, _BLACK)


def _clear(color: Float64, roughness: Float64) -> Closure:
    """A refracting surface. Too rough, or too dark, it is as good as solid."""
    through = ((roughness <= _BLURRED) & (color.max(1, keepdims=True) > 0.05)) * 1.0
    return Closure(color * (1 - through), _BLACK, ZERO, ZERO, through, color * through)


def _mixed(a: Closure, b: Closure, factor: Float64) -> Closure:
    """What both are alike everywhere, their mix is: a mask between two solid shaders makes no holes."""

    if len(factor) == 1 and factor[0, 0] in (0.0, 1.0):
        return b if factor[0, 0] else a

    def between(one: Float64, other: Float64) -> Float64:
        alike = len(one) == 1 and np.array_equal(one, other)
        return one if alike else one * (1 - factor) + other * factor

    return Closure(*(between(getattr(a, name), getattr(b, name)) for name in Closure.__dataclass_fields__))


def _mix_shader(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    factor = shaders.values.number(node, 0, scope).clip(0, 1)
    if factor.max() == 0 or factor.min() == 1:  # the other side may be what cannot be read
        return shaders.of(node.inputs[2 if factor.min() == 1 else 1], scope)
    return _mixed(shaders.of(node.inputs[1], scope), shaders.of(node.inputs[2], scope), factor)


def _principled(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    values = shaders.values
    color = values.color(node, "Base Color", scope)
    metal = values.number(node, "Metallic", scope).clip(0, 1)
    through = values.number(node, "Transmission Weight", scope).clip(0, 1) * (1 - metal)
    body = _mixed(_solid(color), _clear(color, values.number(node, "Roughness", scope)), through)
    body += _glowing(values.color(node, "Emission Color", scope) * values.number(node, "Emission Strength", scope))
    return _mixed(_open(np.ones((1, 1))), body, values.number(node, "Alpha", scope).clip(0, 1))


def _eevee_specular(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    values = shaders.values
    body = _solid(values.color(node, "Base Color", scope)) + _glowing(values.color(node, "Emissive Color", scope))
    return _mixed(body, _open(np.ones((1, 1))), values.number(node, "Transparency", scope).clip(0, 1))


def _colored(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    return _solid(shaders.values.color(node, "Color", scope))


def _hair(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    if node.parametrization == "COLOR":
        return _colored(shaders, node, scope)
    melanin = shaders.values.number(node, "Melanin", scope).clip(0, 0.999)
    absorbed = -np.log(1 - melanin) * np.array([[0.52, 0.86, 1.5]])
    return _solid(np.exp(-absorbed) * shaders.values.color(node, "Tint", scope))


def _refraction(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    return _clear(shaders.values.color(node, "Color", scope), shaders.values.number(node, "Roughness", scope))


def _transparent(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    return _open(shaders.values.color(node, 0, scope).clip(0, 1).mean(1, keepdims=True))


def _emission(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    values = shaders.values
    return _glowing(values.color(node, "Color", scope) * values.number(node, "Strength", scope))


def _holdout(_: Shaders, __: Any, ___: Scope) -> Closure:
    return Closure(_BLACK, _BLACK, ZERO, np.ones((1, 1)), ZERO, _BLACK)


def _portal(shaders: Shaders, node: Any, scope: Scope) -> Closure:
    """It shows another place: no wall, and where it leads no greybox follows."""
    return _open(shaders.values.color(node, "Color", scope).clip(0, 1).mean(1, keepdims=True))


SHADER_NODES: dict[str, _Shader] = {
    "ShaderNodeMixShader": _mix_shader,
    "ShaderNodeAddShader": lambda shaders, node, scope: (
        shaders.of(node.inputs[0], scope) + shaders.of(node.inputs[1], scope)
    ),
    "ShaderNodeBsdfPrincipled": _principled,
    "ShaderNodeEeveeSpecular": _eevee_specular,
    "ShaderNodeBsdfMetallic": lambda shaders, node, scope: _solid(shaders.values.color(node, "Base Color", scope)),
    "ShaderNodeBsdfHairPrincipled": _hair,
    "ShaderNodeBsdfGlass": _refraction,
    "ShaderNodeBsdfRefraction": _refraction,
    "ShaderNodeBsdfTransparent": _transparent,
    "ShaderNodeBsdfRayPortal": _portal,
    "ShaderNodeHoldout": _holdout,
    "ShaderNodeEmission": _emission,
    "ShaderNodeBackground": _emission,
    **{
        f"ShaderNode{kind}": _colored
        for kind in (
            "BsdfDiffuse", "BsdfAnisotropic", "BsdfGlossy", "BsdfToon", "BsdfVelvet", "BsdfSheen", "BsdfTranslucent",
            "BsdfHair", "SubsurfaceScattering",
        )
    },
}  # fmt: skip
