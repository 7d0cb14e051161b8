"""A walking figure: capsules along the bones of legs, arms and trunk, bent a little more at every frame's step.

One mesh of constant topology whose vertices are given for every frame, as an armature's are. Metres, z up, walking
towards its own +x, its feet on z = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...greybox.geometry import Float32, Float64, Int32

RINGS, SPOKES = 14, 10
HIP, KNEE, SHOULDER = 0.9, 0.46, 1.42


@dataclass(frozen=True)
class Gait:
    """How a figure walks; drawn from a seed."""

    stride: float
    """Radians that a thigh swings to either side."""
    bend: float
    """Radians that a knee bends at most."""
    lean: float
    """Metres that the head goes to and fro across the walk."""
    girth: float
    """Factor on all radii."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Gait:
        return cls(
            float(rng.uniform(0.3, 0.6)),
            float(rng.uniform(0.4, 0.9)),
            float(rng.uniform(0.02, 0.08)),
            float(rng.uniform(0.9, 1.3)),
        )


def figure_vertices(gait: Gait, phase: float) -> Float32:
    """[V,3] the figure at `phase` radians of its step; phase 0 stands upright."""
    parts = []
    for side in (-1.0, 1.0):
        swing = side * gait.stride * np.sin(phase)
        bend = gait.bend * max(0.0, side * np.sin(phase + 0.6) - np.sin(0.6) * side)
        hip = np.array([0.0, side * 0.11, HIP])
        knee = hip + _down(swing, HIP - KNEE)
        foot = knee + _down(swing - bend, KNEE - 0.06)
        parts.append(_capsule(_bent([hip, knee, foot]), gait.girth * np.linspace(0.085, 0.05, RINGS)))
        shoulder = np.array([0.0, side * 0.23, SHOULDER])
        elbow = shoulder + _down(-swing, 0.28)
        hand = elbow + _down(-swing + 0.5 * abs(swing), 0.26)
        parts.append(_capsule(_bent([shoulder, elbow, hand]), gait.girth * np.linspace(0.05, 0.035, RINGS)))
    sway = gait.lean * np.sin(phase)
    trunk = [np.array([0.0, 0.0, HIP]), np.array([0.3 * sway, sway, 1.2]), np.array([0.6 * sway, 1.6 * sway, 1.5])]
    parts.append(_capsule(_bent(trunk), gait.girth * np.linspace(0.15, 0.19, RINGS)))
    head = np.array([0.7 * sway, 1.7 * sway, 1.56])
    parts.append(_capsule(_bent([head, head + [0, 0, 0.08], head + [0, 0, 0.16]]), np.full(RINGS, 0.1)))
    return np.concatenate(parts).astype(np.float32)


def figure_triangles() -> Int32:
    """[F,3] of every `figure_vertices`."""
    around = np.arange(SPOKES)
    after = (around + 1) % SPOKES
    strips = []
    for ring in range(RINGS - 1):
        a, b = ring * SPOKES, (ring + 1) * SPOKES
        strips += [np.column_stack([a + around, b + around, a + after])]
        strips += [np.column_stack([a + after, b + around, b + after])]
    part = np.concatenate(strips)
    return np.concatenate([part + i * RINGS * SPOKES for i in range(6)]).astype(np.int32)


def _down(angle: float, length: float) -> Float64:
    return np.array([np.sin(angle), 0.0, -np.cos(angle)]) * length


def _bent(joints: list[NDArray[np.float64]]) -> Float64:
    """[RINGS,3] points along three joints, the corner rounded as skin rounds it."""
    t = np.linspace(0, 1, RINGS)[:, None]
    a, b, c = joints
    straight = np.where(t < 0.5, a + (b - a) * 2 * t, b + (c - b) * (2 * t - 1))
    round_ = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    near = np.exp(-(((t - 0.5) / 0.15) ** 2))
    return straight + (round_ - straight) * 0.5 * near


def _capsule(axis: Float64, radius: Float64) -> Float64:
    """[RINGS*SPOKES,3] rings across the axis [RINGS,3]; the outermost are small, so that the ends look round."""
    radius = radius * np.minimum(1.0, np.sqrt(np.maximum(0.02, np.sin(np.linspace(0, np.pi, RINGS)) * 3)))
    along = np.gradient(axis, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    # Every axis lies near the plane y = const: across it no ring ever twists.
    side = np.array([0.0, 1.0, 0.0]) - along * along[:, 1:2]
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    front = np.cross(along, side)
    turn = 2 * np.pi * np.arange(SPOKES) / SPOKES
    ring = np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * front[:, None]
    return (axis[:, None] + radius[:, None, None] * ring).reshape(-1, 3)
