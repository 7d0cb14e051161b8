"""The greybox as a picture: base colours under the set's own lamps. What the filmmaker blocked, before any look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..greybox.gbuffer import pixel_gbuffer
from ..greybox.geometry import Float64
from ..greybox.raycast import Raycaster
from ..greybox.shading import guide

SHADOW_SAMPLES = 4
"""Shadow rays a lamp: fewer leave grain in the penumbrae."""


def shade_greybox(caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int) -> NDArray[np.uint8]:
    """[height,width,3] uint8 sRGB. The same picture each time: its shadow rays are seeded."""
    gbuffer = pixel_gbuffer(caster, c2w, K, height, width)
    frame_set = caster.frame_set
    rng = np.random.default_rng(0)
    light, occlusion = guide(caster, gbuffer, frame_set, rng, rays=12)
    for _ in range(SHADOW_SAMPLES - 1):
        light += guide(caster, gbuffer, frame_set, rng, rays=0)[0]
    light /= SHADOW_SAMPLES
    surface = gbuffer.depth_z > 0
    linear = gbuffer.base_color * (light + frame_set.ambient * occlusion[..., None])
    linear = np.where(surface[..., None], linear, frame_set.ambient)
    return np.round(_srgb(np.clip(linear, 0, 1)) * 255).astype(np.uint8)


def _srgb(linear: NDArray[np.floating]) -> NDArray[np.floating]:
    """The sRGB transfer curve, 0..1 to 0..1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
