"""The arithmetic of shader nodes, on arrays: numbers [N,1], colours and vectors [N,3]. No Blender data."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def gray(color: Float64) -> Float64:
    """[N,1] how bright a colour [N,3] is; a number stays."""
    return color if color.shape[1] == 1 else (color @ LUMINANCE)[:, None]


def mix(a: Float64, b: Float64, factor: Float64) -> Float64:
    return a + (b - a) * factor


def _divide(a: Float64, b: Float64) -> Float64:
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def _power(a: Float64, b: Float64) -> Float64:
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.power(a, b), nan=0.0, posinf=0.0, neginf=0.0)


def _modulo(a: Float64, b: Float64) -> Float64:
    a, b = np.broadcast_arrays(a, b)
    return np.where(b != 0, np.fmod(a, np.where(b != 0, b, 1.0)), 0.0)


def _wrap(a: Float64, high: Float64, low: Float64) -> Float64:
    size = high - low
    return np.where(size != 0, a - size * np.floor(_divide(a - low, size)), low)


def _ping_pong(a: Float64, scale: Float64) -> Float64:
    return np.abs(np.mod(_divide(a - scale, scale * 2), 1.0) * scale * 2 - scale)


def _logarithm(a: Float64, base: Float64) -> Float64:
    valid = (a > 0) & (base > 0) & (base != 1)
    return np.where(valid, _divide(np.log(np.where(a > 0, a, 1)), np.log(np.where(base > 0, base, 1))), 0.0)


def _smooth_minimum(a: Float64, b: Float64, width: Float64) -> Float64:
    h = np.maximum(width - np.abs(a - b), 0) / np.where(width != 0, width, 1.0)
    return np.where(width != 0, np.minimum(a, b) - h**3 * width / 6, np.minimum(a, b))


MATH: dict[str, Callable[..., Float64]] = {
    "ADD": np.add,
    "SUBTRACT": np.subtract,
    "MULTIPLY": np.multiply,
    "DIVIDE": _divide,
    "MULTIPLY_ADD": lambda a, b, c: a * b + c,
    "POWER": _power,
    "LOGARITHM": _logarithm,
    "SQRT": lambda a: np.sqrt(np.maximum(a, 0)),
    "INVERSE_SQRT": lambda a: _divide(np.ones_like(a), np.sqrt(np.maximum(a, 0))),
    "ABSOLUTE": np.abs,
    "EXPONENT": lambda a: np.exp(np.minimum(a, 80)),
    "MINIMUM": np.minimum,
    "MAXIMUM": np.maximum,
    "LESS_THAN": lambda a, b: (a < b) * 1.0,
    "GREATER_THAN": lambda a, b: (a > b) * 1.0,
    "SIGN": np.sign,
    "COMPARE": lambda a, b, c: (np.abs(a - b) <= np.maximum(c, 1e-5)) * 1.0,
    "SMOOTH_MIN": _smooth_minimum,
    "SMOOTH_MAX": lambda a, b, c: -_smooth_minimum(-a, -b, c),
    "ROUND": lambda a: np.floor(a + 0.5),
    "FLOOR": np.floor,
    "CEIL": np.ceil,
    "TRUNC": np.trunc,
    "FRACT": lambda a: a - np.floor(a),
    "MODULO": _modulo,
    "FLOORED_MODULO": lambda a, b: np.where(b != 0, a - np.floor(_divide(a, b)) * b, 0.0),
    "WRAP": _wrap,
    "SNAP": lambda a, b: np.floor(_divide(a, b)) * b,
    "PINGPONG": _ping_pong,
    "SINE": np.sin,
    "COSINE": np.cos,
    "TANGENT": np.tan,
    "ARCSINE": lambda a: np.arcsin(a.clip(-1, 1)),
    "ARCCOSINE": lambda a: np.arccos(a.clip(-1, 1)),
    "ARCTANGENT": np.arctan,
    "ARCTAN2": np.arctan2,
    "SINH": np.sinh,
    "COSH": np.cosh,
    "TANH": np.tanh,
    "RADIANS": np.radians,
    "DEGREES": np.degrees,
}
"""By the operation of a Math node; each takes as many numbers as it needs."""


def _length(a: Float64) -> Float64:
    return np.linalg.norm(a, axis=1, keepdims=True)


VECTOR_MATH: dict[str, Callable[..., Float64]] = {
    **{name: MATH[name] for name in (
        "ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "MULTIPLY_ADD", "POWER", "SIGN", "ABSOLUTE", "MINIMUM", "MAXIMUM",
        "FLOOR", "CEIL", "MODULO", "WRAP", "SNAP", "SINE", "COSINE", "TANGENT",
    )},
    "FRACTION": MATH["FRACT"],
    "DOT_PRODUCT": lambda a, b: (a * b).sum(1, keepdims=True),
    "CROSS_PRODUCT": lambda a, b: np.cross(a, b),
    "LENGTH": _length,
    "DISTANCE": lambda a, b: _length(a - b),
    "NORMALIZE": lambda a: _divide(a, _length(a)),
    "SCALE": lambda a, scale: a * scale,
}  # fmt: skip
"""By the operation of a Vector Math node. SCALE takes a number."""


def hue_saturation_value(rgb: Float64) -> Float64:
    """[N,3] each 0..1 for colours within 0..1."""
    high, low = rgb.max(1), rgb.min(1)
    spread = high - low
    safe = np.where(spread > 0, spread, 1.0)
    red, green, blue = ((high - rgb[:, i]) / safe for i in range(3))
    hue = np.where(rgb[:, 0] == high, blue - green, np.where(rgb[:, 1] == high, 2 + red - blue, 4 + green - red))
    hue = np.where(spread > 0, (hue / 6) % 1.0, 0.0)
    return np.stack([hue, np.where(high > 0, spread / np.where(high > 0, high, 1.0), 0.0), high], 1)


def rgb_of(hsv: Float64) -> Float64:
    hue, saturation, value = hsv[:, :1], hsv[:, 1:2], hsv[:, 2:]
    wheel = np.abs(hue * 6 - np.array([[3.0, 2.0, 4.0]]))
    ramp = (wheel * np.array([[1.0, -1.0, -1.0]]) + np.array([[-1.0, 2.0, 2.0]])).clip(0, 1)
    return ((ramp - 1) * saturation + 1) * value


def _overlay(a: Float64, b: Float64) -> Float64:
    return np.where(a < 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b))


def _with(take: tuple[int, ...]) -> Callable[[Float64, Float64], Float64]:
    """A blend that takes some of hue, saturation and value from the second colour, where that has a hue."""

    def blend(a: Float64, b: Float64) -> Float64:
        a, b = (np.broadcast_to(part, (max(len(a), len(b)), 3)) for part in (a, b))
        first, second = hue_saturation_value(a), hue_saturation_value(b)
        out = first.copy()
        out[:, list(take)] = second[:, list(take)]
        return np.where((second[:, 1:2] == 0) & (0 in take), a, rgb_of(out))

    return blend


BLEND: dict[str, Callable[[Float64, Float64], Float64]] = {
    "MIX": lambda a, b: b,
    "DARKEN": np.minimum,
    "LIGHTEN": np.maximum,
    "MULTIPLY": np.multiply,
    "ADD": np.add,
    "SUBTRACT": np.subtract,
    "SCREEN": lambda a, b: 1 - (1 - a) * (1 - b),
    "DIVIDE": _divide,
    "DIFFERENCE": lambda a, b: np.abs(a - b),
    "EXCLUSION": lambda a, b: np.maximum(a + b - 2 * a * b, 0),
    "OVERLAY": _overlay,
    "SOFT_LIGHT": lambda a, b: (1 - a) * a * b + a * (1 - (1 - a) * (1 - b)),
    "LINEAR_LIGHT": lambda a, b: a + 2 * (b - 0.5),
    "HUE": _with((0,)),
    "SATURATION": _with((1,)),
    "VALUE": _with((2,)),
    "COLOR": _with((0, 1)),
}
"""By the blend of a Mix node, at its full factor."""


def blend(a: Float64, b: Float64, factor: Float64, how: str) -> Float64 | None:
    """[N,3]; None where there is no such blend. Two of them take the factor into their quotient."""
    if how == "DODGE":
        left = 1 - factor * b
        return np.where(a == 0, 0.0, np.where(left <= 0, 1.0, np.minimum(_divide(a, left), 1)))
    if how == "BURN":
        left = 1 - factor + factor * b
        return np.where(left <= 0, 0.0, (1 - _divide(1 - a, left)).clip(0, 1))
    return mix(a, BLEND[how](a, b), factor) if how in BLEND else None


def map_range(values: tuple[Float64, ...], how: str, clamp: bool) -> Float64:
    """`values`: value, from low and high, to low and high, steps."""
    value, low, high, to_low, to_high, steps = values
    share = _divide(value - low, high - low)
    if how == "STEPPED":
        share = np.where(steps > 0, np.floor(share * (steps + 1)) / np.where(steps > 0, steps, 1.0), 0.0)
    if how == "SMOOTHSTEP":
        share = share.clip(0, 1)
        share = share * share * (3 - 2 * share)
    if how == "SMOOTHERSTEP":
        share = share.clip(0, 1)
        share = share**3 * (share * (share * 6 - 15) + 10)
    found = to_low + share * (to_high - to_low)
    if clamp and how in ("LINEAR", "STEPPED"):
        found = found.clip(np.minimum(to_low, to_high), np.maximum(to_low, to_high))
    return found


def total(parts: list[Float64]) -> Float64:
    return reduce(np.add, parts)


def blackbody(kelvin: Float64) -> Float64:
    """[N,3] linear, its brightest channel 1: a fit to the colours of glowing bodies."""
    t = kelvin.clip(1000, 40000) / 100
    red = np.where(t <= 66, 255.0, 329.70 * np.maximum(t - 60, 1e-3) ** -0.1332)
    green = np.where(t <= 66, 99.47 * np.log(t) - 161.12, 288.12 * np.maximum(t - 60, 1e-3) ** -0.0755)
    blue = np.where(t >= 66, 255.0, np.where(t <= 19, 0.0, 138.52 * np.log(np.maximum(t - 10, 1e-3)) - 305.04))
    return (np.concatenate([red, green, blue], 1).clip(0, 255) / 255) ** 2.2
