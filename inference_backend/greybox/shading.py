"""The shading guide: how the filmmaker's own lamps light the greybox, so that surfaces nobody has seen yet are lit as
the set is lit. Lamps follow Blender's units (Cycles): watts for POINT, SPOT and AREA, W/m2 for SUN; they shine along
their local -Z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .gbuffer import GBuffer
from .geometry import Float32, Float64, FrameSet, PlacedLamp
from .raycast import SURFACE_OFFSET, Raycaster

OCCLUSION_REACH = 1.5
"""Metres within which a surface darkens its neighbour."""


class Numbers(Protocol):
    """What shading draws: a `numpy.random.Generator`, or `patches.KeyedNumbers`."""

    def standard_normal(self, size: tuple[int, int]) -> Float64: ...

    def uniform(self, low: float, high: float, size: tuple[int, int]) -> Float64: ...


@dataclass(frozen=True)
class _Arrival:
    """Light from one lamp at N points, before shadows."""

    direction: Float32
    """[N,3] unit, from the point to the lamp."""
    distance: Float32
    """[N] metres."""
    radiance: Float32
    """[N] reflected by a white matte surface that faces the lamp."""


def direct_light(
    caster: Raycaster,
    position: Float32,
    normal: Float32,
    lamps: tuple[PlacedLamp, ...],
    rng: Numbers,
) -> Float32:
    """[N,3] radiance that a white matte surface at `position` (world) reflects, one shadow ray a lamp."""
    total = np.zeros((len(position), 3), np.float32)
    origins = position + normal * SURFACE_OFFSET
    for lamp in lamps:
        arrival = _arrive(lamp, origins, rng)
        facing = np.einsum("ij,ij->i", normal, arrival.direction)
        lit = (facing > 0) & (arrival.radiance > 1e-5)
        rows = np.flatnonzero(lit)
        if len(rows) == 0:
            continue
        reach = arrival.distance[rows] - SURFACE_OFFSET
        lit[rows] = ~caster.occluded(origins[rows], arrival.direction[rows], reach)
        total += (np.where(lit, facing * arrival.radiance, 0)[:, None] * lamp.color).astype(np.float32)
    return total


def ambient_occlusion(
    caster: Raycaster,
    position: Float32,
    normal: Float32,
    rays: int,
    reach_m: float,
    rng: Numbers,
) -> Float32:
    """[N] share (0..1) of cosine-weighted directions that are free within `reach_m` metres."""
    if rays == 0 or len(position) == 0:
        return np.ones(len(position), np.float32)
    origins = np.repeat(position + normal * SURFACE_OFFSET, rays, 0)
    # A unit normal plus a uniform point on the unit sphere is cosine-distributed.
    sphere = rng.standard_normal((len(origins), 3)).astype(np.float32)
    sphere /= np.linalg.norm(sphere, axis=-1, keepdims=True)
    directions = np.repeat(normal, rays, 0) * 1.001 + sphere
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    reach = np.full(len(origins), reach_m, np.float32)
    free = ~caster.occluded(origins, directions.astype(np.float32), reach)
    return free.reshape(-1, rays).mean(-1).astype(np.float32)


def guide(
    caster: Raycaster, gbuffer: GBuffer, frame_set: FrameSet, rng: Numbers, rays: int = 3
) -> tuple[Float32, Float32]:
    """(light [H,W,3], occlusion [H,W]) over a G-buffer; the sky has no light and full openness."""
    light = np.zeros((*gbuffer.shape, 3), np.float32)
    occlusion = np.ones(gbuffer.shape, np.float32)
    surface = gbuffer.depth_z > 0
    position, normal = gbuffer.position[surface], gbuffer.normal[surface]
    light[surface] = direct_light(caster, position, normal, frame_set.lamps, rng)
    occlusion[surface] = ambient_occlusion(caster, position, normal, rays, OCCLUSION_REACH, rng)
    return light, occlusion


def _arrive(lamp: PlacedLamp, points: Float32, rng: Numbers) -> _Arrival:
    axis = -lamp.transform[:3, 2] / max(np.linalg.norm(lamp.transform[:3, 2]), 1e-12)
    if lamp.kind == "SUN":
        return _from_sun(lamp, axis, points, rng)
    centre = lamp.transform[:3, 3]
    jitter = _jitter(lamp, len(points), rng)
    toward = (centre + jitter - points).astype(np.float32)
    distance = np.maximum(np.linalg.norm(toward, axis=-1), 1e-3)
    direction = toward / distance[:, None]
    # Blender: a point lamp of P watts has the radiant intensity P / (4 pi^2); the matte surface adds 1 / pi in the
    # same constant (radiance = P / (4 pi^2 d^2)). An area lamp of P watts sends P / pi^2 along its normal instead.
    radiance = lamp.energy / (4 * np.pi**2) / distance**2
    # Row by row, not as a product of matrices: that may round a point by what else is asked with it.
    leaving = -(direction * axis.astype(np.float32)).sum(-1)
    if lamp.kind == "AREA":
        radiance = radiance * 4 * np.clip(leaving, 0, 1)
    elif lamp.kind == "SPOT":
        radiance = radiance * _spot_cone(lamp, leaving)
    return _Arrival(direction, distance.astype(np.float32), radiance.astype(np.float32))


def _from_sun(lamp: PlacedLamp, axis: Float32, points: Float32, rng: Numbers) -> _Arrival:
    spread = rng.standard_normal((len(points), 3)) * np.tan(lamp.size / 2) * 0.5
    direction = -axis + spread
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    far = np.full(len(points), 1e4, np.float32)
    return _Arrival(direction.astype(np.float32), far, np.full(len(points), lamp.energy / np.pi, np.float32))


def _jitter(lamp: PlacedLamp, count: int, rng: Numbers) -> Float32:
    """[count,3] points on the lamp, relative to its centre: soft shadows with one ray."""
    if lamp.kind == "AREA":
        square = rng.uniform(-0.5, 0.5, (count, 2)) * lamp.size
        basis = lamp.transform[:3, :2] / np.maximum(np.linalg.norm(lamp.transform[:3, :2], axis=0), 1e-12)
        return (square[:, :1] * basis[:, 0] + square[:, 1:] * basis[:, 1]).astype(np.float32)
    ball = rng.standard_normal((count, 3))
    ball *= lamp.size / np.maximum(np.linalg.norm(ball, axis=-1, keepdims=True), 1e-12)
    return ball.astype(np.float32)


def _spot_cone(lamp: PlacedLamp, leaving: Float32) -> Float32:
    edge = np.cos(lamp.spot_angle / 2)
    softness = max(lamp.spot_blend * (1 - edge), 1e-4)
    ramp = np.clip((leaving - edge) / softness, 0, 1)
    return (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)
