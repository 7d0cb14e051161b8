"""Shells: rooms and corridors from a floor plan."""

from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import SetBuilder, rotation_z, transformed, translation
from inference_backend.training.sets.plan import FloorPlan

_OUTSIDE = 60.0
"""Metres of ground beyond the walls, so that a window shows a horizon."""


def _openings(rng: np.random.Generator, length: float, height: float) -> list[tuple[float, float, float, float]]:
    """A door, a row of windows or nothing for a wall of `length` metres."""
    draw = rng.random()
    if length < 1.8 or draw < 0.45:
        return []
    if draw < 0.65:
        x = float(rng.uniform(0.4, length - 1.4))
        return [(x, x + 0.95, 0.0, min(2.1, height - 0.2))]
    count = int(np.clip(length // 2.2, 1, 4))
    wide = float(rng.uniform(0.7, 1.3))
    sill, top = float(rng.uniform(0.7, 1.1)), min(height - 0.25, float(rng.uniform(1.9, 2.4)))
    step = length / count
    wide = min(wide, step - 0.4)
    return [(step * (i + 0.5) - wide / 2, step * (i + 0.5) + wide / 2, sill, top) for i in range(count)]


@dataclass(frozen=True)
class Shell:
    """What a room's walls let in: whether daylight can come, and the middle [2] and half width of each opening."""

    daylight: bool
    openings: list[tuple[np.ndarray, float]]


def build_interior(builder: SetBuilder, plan: FloorPlan, height: float, roofed: bool) -> Shell:
    """Adds floor, walls, ceiling, skirting and door frames."""
    rng = builder.rng
    low, high = plan.corners.min(axis=0) - 0.3, plan.corners.max(axis=0) + 0.3
    floor = shape.block((*low, -0.2), (*high, 0.0))
    ceiling = shape.block((*low, height), (*high, height + 0.2))
    wall_material, floor_material = builder.material("wall"), builder.material("floor")
    accent = builder.material("wall") if rng.random() < 0.6 else wall_material
    open_to_light = not roofed
    gaps: list[tuple[np.ndarray, float]] = []
    walls: list[tuple[Mesh, np.ndarray, int]] = []
    for start, end in plan.edges():
        length = float(np.hypot(*(end - start)))
        pose = translation((*start, 0.0)) @ rotation_z(float(np.arctan2(*(end - start)[::-1])))
        openings = _openings(rng, length, height)
        open_to_light |= any(z0 > 0.1 for _, _, z0, _ in openings)
        material = accent if rng.random() < 0.35 else wall_material
        walls.append((shape.wall(length, height, 0.25, openings), pose, material))
        for x0, x1, z0, z1 in openings:
            _frame(builder, pose, (x0, x1, z0, z1))
            gaps.append((start + (end - start) * ((x0 + x1) / 2 / length), (x1 - x0) / 2))
    # Users model a set either as one mesh with several material slots or as one object a wall.
    if rng.random() < 0.4:
        slots = [floor_material, *dict.fromkeys(material for _, _, material in walls)]
        parts = [floor] + [
            shape.moved(transformed(mesh, pose), (0, 0, 0), slots.index(material)) for mesh, pose, material in walls
        ]
        builder.add(shape.merged(parts), slots, np.eye(4))
    else:
        builder.add(floor, [floor_material], np.eye(4))
        for mesh, pose, material in walls:
            builder.add(mesh, [material], pose)
    if roofed:
        builder.add(ceiling, [builder.material("ceiling")], np.eye(4))
        if rng.random() < 0.35:
            _beams(builder, low, high, height)
    ground(builder, -0.2)
    return Shell(open_to_light, gaps)


def _frame(builder: SetBuilder, pose: np.ndarray, opening: tuple[float, float, float, float]) -> None:
    """A door frame or a window's cross in an opening of a wall."""
    x0, x1, z0, z1 = opening
    place = pose @ translation(((x0 + x1) / 2, 0.0, z0))
    material = builder.material("frame", again=0.8)
    if z0 < 0.1:
        builder.add(shape.door_frame(x1 - x0 - 0.02, z1 - 0.01, 0.4, 0.09), [material], place)
        return
    half, high = (x1 - x0) / 2, z1 - z0
    bars = [
        shape.block((-0.03, 0.1, 0), (0.03, 0.16, high)),
        shape.block((-half, 0.1, high / 2 - 0.03), (half, 0.16, high / 2 + 0.03)),
        shape.block((-half - 0.06, -0.08, -0.05), (half + 0.06, 0.2, 0.0)),
    ]
    builder.add(shape.merged(bars), [material], place)


def _beams(builder: SetBuilder, low: np.ndarray, high: np.ndarray, height: float) -> None:
    step = float(builder.rng.uniform(1.2, 2.4))
    beams = [
        shape.block((low[0], y - 0.09, height - 0.2), (high[0], y + 0.09, height))
        for y in np.arange(low[1] + step / 2, high[1], step)
    ]
    builder.add(shape.merged(beams), [builder.material("furniture")], np.eye(4))


def ground(builder: SetBuilder, top: float) -> None:
    """Ground to the horizon, its surface at `top`."""
    slab = shape.block((-_OUTSIDE, -_OUTSIDE, top - 0.2), (_OUTSIDE, _OUTSIDE, top))
    builder.add(slab, [builder.material("ground")], np.eye(4))
