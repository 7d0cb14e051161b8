"""What undoes a scene's view settings, measured: the picture that its view turns into the greys that were asked for.

A picture on the timeline goes from its colour space into the sequencer's (sRGB), through the strip's modifiers, and
through the scene's view. For most view transforms Blender has a colour space that undoes them, saturated colours too.
The rest (looks, exposure, gamma, curves, white balance, displays of other gammas) is undone by a curve for each
channel, exact for greys. Blender itself measures what the view does, on ramps.
"""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..compat import png_of_the_view, uses_white_balance
from ..core.png_ramp import png_ramp

Array = NDArray[np.float64]
Curve = tuple[tuple[float, ...], ...]
"""Of red, green and blue: heights over equal steps of the domain, from 0 to its end."""

SEQUENCER_SPACE = "sRGB"
STEPS = 256
"""Of a curve: as many as Blender's own table has."""

_INVERSES = {
    "Standard": "sRGB",
    "AgX": "AgX Base sRGB",
    "Filmic": "Filmic sRGB",
    "Filmic Log": "Filmic Log",
    "Raw": "Linear Rec.709",
    "ACES 1.3": "ACES 1.3 sRGB",
    "ACES 2.0": "ACES 2.0 sRGB",
}
"""View transform -> the colour space of a picture that went through it already. (That of *Khronos PBR Neutral* is
wrong by up to 25 levels in the darks: a curve does it better.)"""

_VISIBLE = 0.75 / 255
_RAMP: Array = np.concatenate([[0.0], 2.0 ** np.linspace(-20, 14, 2047)])
"""Linear light, from none to more than any view shows."""
_NO_LIGHT = 1e-7
_ROUNDS = 8
_IS_HDR = ("Rec.2100-PQ", "Rec.2100-HLG")
"""Displays on which a finished picture's white is not the brightest that there is."""


@dataclass(frozen=True)
class Inverse:
    """What a strip needs to show its file's greys."""

    space: str
    """Colour space of the strip."""
    curve: Curve = ()
    """Empty where the space does it."""
    end: float = 1.0
    """Of the curve's domain, in the sequencer's space: what white has become."""

    @property
    def name(self) -> str:
        """Tells one curve from another."""
        return f"{zlib.crc32(repr((self.space, self.curve, self.end)).encode()):08x}" if self.curve else ""


_known: dict[tuple[object, ...], Inverse] = {}
"""By `view_key`; those of the session."""


def view_key(scene: bpy.types.Scene) -> tuple[object, ...]:
    """Everything that the picture of a neutral ramp depends on."""
    view = scene.view_settings
    curves: tuple[object, ...] = ()
    if view.use_curve_mapping:
        mapping = view.curve_mapping
        points = tuple(tuple(point.location) for curve in mapping.curves for point in curve.points)
        curves = (*points, tuple(mapping.black_level), tuple(mapping.white_level), mapping.tone)
    balance = (view.white_balance_temperature, view.white_balance_tint) if uses_white_balance(view) else ()
    return (
        scene.display_settings.display_device,
        view.view_transform,
        view.look,
        view.exposure,
        view.gamma,
        curves,
        balance,
        scene.sequencer_colorspace_settings.name,
    )


def inverse_of_view(scene: bpy.types.Scene) -> Inverse:
    """What undoes the scene's view settings. Where they cannot be undone (False Color, a display of high dynamic
    range), the nearest colour space."""
    key = view_key(scene)
    if key not in _known:
        _known[key] = _find(scene)
    return _known[key]


def _find(scene: bpy.types.Scene) -> Inverse:
    view, display = scene.view_settings, scene.display_settings.display_device
    space = _INVERSES.get(view.view_transform, SEQUENCER_SPACE)
    if display in _IS_HDR or scene.sequencer_colorspace_settings.name != SEQUENCER_SPACE:
        return Inverse(space)
    plain = view.look == "None" and view.exposure == 0.0 and view.gamma == 1.0 and not view.use_curve_mapping
    if plain and display == "sRGB" and view.view_transform in _INVERSES and not uses_white_balance(view):
        return Inverse(space)
    with tempfile.TemporaryDirectory() as folder:
        return _measure(scene, space, Path(folder) / "ramp.png")


def _measure(scene: bpy.types.Scene, space: str, file: Path) -> Inverse:
    wanted = np.linspace(0.0, 1.0, 2 * STEPS + 1)
    linear = _linear_of(space, wanted, file)
    seen = _seen(scene, linear, file)
    error = float(np.abs(seen - wanted[:, None]).max())
    if error < _VISIBLE:
        return Inverse(space)
    light = _light_for(scene, wanted, file)
    left = float(np.abs(_seen(scene, light, file) - wanted[:, None]).max())
    if left > error / 2:  # a view that shows no greys
        return Inverse(space)
    before, after = _encoded(linear.mean(1)), _encoded(light)
    places = np.linspace(0.0, before[-1], STEPS + 1)
    curve = tuple(tuple(np.interp(places, before, channel).tolist()) for channel in after.T)
    return Inverse(space, curve, float(before[-1]))


def _light_for(scene: bpy.types.Scene, wanted: Array, file: Path) -> Array:
    """[N,3] linear light that the scene's view shows as the greys `wanted` [N].

    A white balance asks for tinted light: along its tint the channels can be turned around one by one. What is left
    where they are not independent (a look that mixes them) is mended in a few rounds.
    """
    tint = np.ones(3)
    for _ in range(2):
        channels = np.maximum.accumulate(_seen(scene, _RAMP[:, None] * tint, file), axis=0).T
        middle = _mended(scene, _inverted(channels, np.full(1, 0.4)) * tint, np.full(1, 0.4), channels, file)
        tint = (middle / max(float(middle.mean()), 1e-9))[0]
    channels = np.maximum.accumulate(_seen(scene, _RAMP[:, None] * tint, file), axis=0).T
    return _mended(scene, _inverted(channels, wanted) * tint, wanted, channels, file)


def _mended(scene: bpy.types.Scene, light: Array, wanted: Array, channels: Array, file: Path) -> Array:
    """[N,3] `light` with each channel raised or lowered until the view shows `wanted`."""
    aim = _inverted(channels, wanted)
    for _ in range(_ROUNDS):
        shown = _seen(scene, light, file)
        if np.abs(shown - wanted[:, None]).max() < _VISIBLE / 4:
            break
        now = np.stack([_turned(channel, values) for channel, values in zip(channels, shown.T, strict=True)], axis=1)
        light = light * np.clip((aim + _NO_LIGHT) / (now + _NO_LIGHT), 0.25, 4.0)
    return light


def _inverted(channels: Array, wanted: Array) -> Array:
    """[N,3] the light of the ramp at which each channel shows `wanted` [N]."""
    return np.stack([_turned(channel, wanted) for channel in channels], axis=1)


def _turned(channel: Array, values: Array) -> Array:
    """The light at which a rising channel shows `values`; of what it shows at several, the least."""
    rises = np.concatenate([[True], np.diff(channel) > 0])
    return np.interp(values, channel[rises], _RAMP[rises])


def _seen(scene: bpy.types.Scene, light: Array, file: Path) -> Array:
    """[N,3] what the scene's view makes of linear light [N,3], 0 to 1."""
    image = bpy.data.images.new("Mirage ramp", len(light), 1, float_buffer=True)
    try:
        pixels = np.ones((len(light), 4), np.float32)
        pixels[:, :3] = light
        image.pixels.foreach_set(pixels.ravel())
        with png_of_the_view(scene.render.image_settings):
            image.save_render(str(file), scene=scene)
    finally:
        bpy.data.images.remove(image)
    return _read(file, "Non-Color")


def _linear_of(space: str, values: Array, file: Path) -> Array:
    """[N,3] the linear light of greys [N] in a colour space."""
    file.write_bytes(png_ramp(values))
    return _read(file, space)


def _read(file: Path, space: str) -> Array:
    image = bpy.data.images.load(str(file), check_existing=False)
    try:
        image.colorspace_settings.name = space
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        return pixels.reshape(-1, 4)[:, :3].astype(np.float64)
    finally:
        bpy.data.images.remove(image)


def _encoded(linear: Array) -> Array:
    """In the sequencer's space, whose curve goes on beyond white."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
