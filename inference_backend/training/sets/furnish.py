"""Puts furniture into a room: along its walls, in groups in its middle, and on the walls themselves."""

import numpy as np

from inference_backend.greybox.geometry import PlacedLamp
from inference_backend.training.sets import furniture
from inference_backend.training.sets.builder import Prop, SetBuilder, rotation_z, translation
from inference_backend.training.sets.people import draw_person
from inference_backend.training.sets.plan import FloorPlan


def furnish(builder: SetBuilder, plan: FloorPlan, openings: list[tuple[np.ndarray, float]], people: int) -> None:
    """Fills a room. `openings` are middles [2] and half widths of doors and windows, which nothing tall may block."""
    rng = builder.rng
    kinds = list(furniture.AGAINST_WALL)
    for _ in range(int(rng.integers(4, 9))):
        kind = str(rng.choice(kinds))
        if kind in ("bed", "kitchen"):
            kinds.remove(kind)
        _against_wall(builder, plan, furniture.AGAINST_WALL[kind](rng), openings)
    for _ in range(int(rng.integers(1, 4))):
        _group(builder, plan)
    if rng.random() < 0.6:
        _lamp(builder, plan)
    add_people(builder, plan, people)
    for _ in range(int(rng.integers(1, 6))):
        maker = furniture.picture_on_wall if rng.random() < 0.75 else furniture.curtain
        _on_wall(builder, plan, maker(rng), openings)


def add_people(builder: SetBuilder, plan: FloorPlan, count: int) -> None:
    """Lets up to `count` people stand about."""
    for _ in range(count):
        spot = plan.free_spot(builder.rng, 0.35, hug_walls=0.0)
        if spot is not None:
            turn = rotation_z(float(builder.rng.uniform(0, 2 * np.pi)))
            builder.place(draw_person(builder.rng, seated=False), translation((*spot, 0.0)) @ turn, again=0.1)


def _wall_pose(
    plan: FloorPlan, rng: np.random.Generator, half: float, openings: list[tuple[np.ndarray, float]]
) -> tuple[np.ndarray, np.ndarray] | None:
    """(pose [4,4] of a place on a wall whose +y points into the wall, inward normal [2]) clear of openings."""
    edges = plan.edges()
    for _ in range(30):
        start, end = edges[int(rng.integers(len(edges)))]
        along = end - start
        length = float(np.hypot(*along))
        if length < 2 * half + 0.1:
            continue
        along = along / length
        point = start + along * float(rng.uniform(half + 0.05, length - half - 0.05))
        if any(np.hypot(*(point - place)) < half + reach for place, reach in openings):
            continue
        # The interior lies on the right of a wall's direction, so its own +y points out of the room.
        pose = translation((*point, 0.0)) @ rotation_z(float(np.arctan2(along[1], along[0])))
        return pose, np.array([along[1], -along[0]])
    return None


def _against_wall(builder: SetBuilder, plan: FloorPlan, prop: Prop, openings: list[tuple[np.ndarray, float]]) -> None:
    low, high = prop.mesh.vertices.min(0), prop.mesh.vertices.max(0)
    half, depth = float(high[0] - low[0]) / 2, float(high[1] - low[1])
    found = _wall_pose(plan, builder.rng, half, openings)
    if found is None:
        return
    pose, inward = found
    middle = pose[:2, 3] + inward * (depth / 2 + 0.03)
    circles = [(middle + pose[:2, 0] * s * half * 0.7, depth / 2 + 0.12) for s in (-1.0, 0.0, 1.0)]
    if all(plan.is_free(at, radius) for at, radius in circles):
        plan.taken.extend((float(at[0]), float(at[1]), radius) for at, radius in circles)
        builder.place(prop, pose @ translation((0, -float(high[1]) - 0.02, 0)), again=0.4)


def _on_wall(builder: SetBuilder, plan: FloorPlan, prop: Prop, openings: list[tuple[np.ndarray, float]]) -> None:
    half = float(np.ptp(prop.mesh.vertices[:, 0])) / 2
    found = _wall_pose(plan, builder.rng, half, openings)
    if found is not None:
        builder.place(prop, found[0], again=0.2)


def _group(builder: SetBuilder, plan: FloorPlan) -> None:
    """A table with chairs and perhaps somebody on one of them, or a rug with armchairs."""
    rng = builder.rng
    spot = plan.free_spot(rng, 0.95, hug_walls=0.0)
    if spot is None:
        return
    pose = translation((*spot, 0.0)) @ rotation_z(float(rng.choice([0, np.pi / 2]) + rng.normal(0, 0.1)))
    if rng.random() < 0.5:
        builder.place(furniture.rug(rng), pose)
    board = furniture.table(rng)
    builder.place(board, pose @ translation((0, 0, 0.015)))
    reach = np.abs(board.mesh.vertices[:, :2]).max(0)
    seat = furniture.chair(rng)
    for side in rng.permutation(4)[: int(rng.integers(1, 5))]:
        turn = rotation_z(float(side) * np.pi / 2)
        away = float(reach[1] if side % 2 == 0 else reach[0]) + float(rng.uniform(0.05, 0.35))
        place = pose @ turn @ translation((0, away, 0)) @ rotation_z(float(rng.normal(0, 0.15)))
        builder.place(seat, place, again=1.0)
        if rng.random() < 0.2:
            builder.place(draw_person(rng, seated=True), place, again=0.1)


def _lamp(builder: SetBuilder, plan: FloorPlan) -> None:
    rng = builder.rng
    spot = plan.free_spot(rng, 0.25, hug_walls=1.0)
    if spot is None:
        return
    lamp = furniture.floor_lamp(rng)
    builder.place(lamp, translation((*spot, 0.0)))
    # The lamp stands just over its shade, which would otherwise swallow all its light.
    pose = translation((*spot, float(lamp.mesh.vertices[:, 2].max()) + 0.12))
    color = np.array([1.0, 0.78, 0.52], np.float32)
    builder.add_lamp(PlacedLamp("POINT", color, float(rng.uniform(25, 70)), 0.1, 0.0, 0.0, pose))
