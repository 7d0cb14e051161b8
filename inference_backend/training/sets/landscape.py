"""Open country: a height field with a road or a track across, trees, bushes, grass, rocks, fences, a house or two."""

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets import vegetation
from inference_backend.training.sets.builder import SetBuilder, rotation_z, translation
from inference_backend.training.sets.facades import house
from inference_backend.training.sets.people import draw_person
from inference_backend.training.sets.plan import FloorPlan
from inference_backend.training.sets.vehicles import draw_vehicle

_FLAT = 5.0
"""Metres from the middle line within which the ground is level."""


class Relief:
    """Heights [N] in metres at points of the ground: level along the road, rolling beside it, hills far away."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._wave = rng.normal(0, 1, (8, 2)) / np.geomspace(60, 7, 8)[:, None] * 2 * np.pi
        self._phase = rng.uniform(0, 2 * np.pi, 8)
        self._size = np.geomspace(60, 7, 8) * 0.02 * float(rng.uniform(0.3, 1.3))
        self._hills = float(rng.uniform(0.0, 16.0))

    def height(self, points: np.ndarray) -> np.ndarray:
        """[N] at `points` [N,2]."""
        rolling = (np.sin(points @ self._wave.T + self._phase) * self._size).sum(1)
        beside = np.clip((np.abs(points[:, 0]) - _FLAT) / 9.0, 0, 1)
        far = np.clip((np.abs(points[:, 0]) - 25.0) / 120.0, 0, 1)
        ridge = 1 + 0.5 * np.sin(points[:, 1] / 31 + self._phase[0]) + 0.3 * np.sin(points[:, 1] / 11 + self._phase[1])
        return rolling * beside**2 * (3 - 2 * beside) + self._hills * far * ridge

    def ground(self) -> Mesh:
        """The height field, fine near the middle."""
        side = np.concatenate([-np.geomspace(230, 26, 24), np.linspace(-24, 24, 65), np.geomspace(26, 230, 24)])
        x, y = (grid.ravel() for grid in np.meshgrid(side, side, indexing="ij"))
        points = np.column_stack([x, y])
        count = len(side)
        corner = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
        triangles = np.concatenate(
            [
                np.column_stack([corner, corner + count, corner + 1]),
                np.column_stack([corner + 1, corner + count, corner + count + 1]),
            ]
        )
        vertices = np.column_stack([points, self.height(points)]).astype(np.float32)
        return Mesh(vertices, triangles.astype(np.int32), np.zeros(len(triangles), np.int32))


def build_landscape(builder: SetBuilder, plan: FloorPlan) -> None:
    """Ground, road, and what stands beside it."""
    rng = builder.rng
    relief = Relief(rng)
    builder.add(relief.ground(), [builder.material("meadow" if rng.random() < 0.75 else "dirt")], np.eye(4))
    half = float(rng.uniform(2.6, 3.8))
    role = "road" if rng.random() < 0.65 else "dirt"
    strip = shape.block((-half, -200, -0.1), (half, 200, 0.03))
    builder.add(strip, [builder.material(role, scale=half if role == "road" else None)], np.eye(4))
    if rng.random() < 0.4:
        _buildings(builder, plan, relief)
    _plants(builder, plan, relief)
    if rng.random() < 0.5:
        _fence(builder, relief, float(rng.choice([-1, 1])) * (half + float(rng.uniform(1.0, 3.0))))
    if role == "road" and rng.random() < 0.45:
        _poles(builder, half)
    for _ in range(int(rng.integers(0, 3))):
        side = float(rng.choice([-1, 1])) * (half - 0.9 if rng.random() < 0.5 else half + 2.0)
        spot = np.array([side, float(rng.uniform(-12, 16))])
        if plan.is_free(spot, 1.6):
            plan.taken.append((*spot, 2.2))
            turn = rotation_z(float(rng.choice([0, np.pi]) + rng.normal(0, 0.1)))
            builder.place(draw_vehicle(rng), translation((*spot, 0.03)) @ turn)
    for _ in range(int(rng.integers(0, 4))):
        spot = rng.uniform([-5, -13], [5, 16])
        if plan.is_free(spot, 0.4):
            plan.taken.append((*spot, 0.4))
            turn = rotation_z(float(rng.uniform(0, 2 * np.pi)))
            ground = max(float(relief.height(spot[None])[0]), 0.03)
            builder.place(draw_person(rng, seated=False), translation((*spot, ground)) @ turn, again=0.1)


def _buildings(builder: SetBuilder, plan: FloorPlan, relief: Relief) -> None:
    rng = builder.rng
    for _ in range(int(rng.integers(1, 3))):
        side, y = float(rng.choice([-1, 1])), float(rng.uniform(-8, 24))
        # A house looks along its own -y: turned so that it faces the road.
        turn = -np.pi / 2 if side < 0 else np.pi / 2
        wide = float(rng.uniform(6, 10))
        front = np.array([side * float(rng.uniform(8.5, 12)), y])
        along = np.array([np.cos(-turn), np.sin(-turn)])
        start = front - along * wide / 2
        ground = float(relief.height(np.stack([start, front, start + along * wide])).min())
        house(builder, wide, translation((*start, ground)) @ rotation_z(-turn), detached=True)
        for share in np.linspace(0, 1, 4):
            middle = start + along * wide * share + [side * 3.0, 0]
            plan.taken.append((float(middle[0]), float(middle[1]), 4.0))


def _spots(builder: SetBuilder, plan: FloorPlan, count: int, radius: float, reach: float) -> list[np.ndarray]:
    """Free places [2] of `radius`, up to `reach` metres from the middle line."""
    rng, found = builder.rng, []
    for _ in range(4 * count):
        spot = rng.uniform([-reach, -18], [reach, 40 if reach > 15 else 18])
        if len(found) < count and abs(spot[0]) > 4.2 + 0.5 * radius and plan.is_free(spot, radius):
            plan.taken.append((*spot, radius))
            found.append(spot)
    return found


def _plants(builder: SetBuilder, plan: FloorPlan, relief: Relief) -> None:
    rng = builder.rng
    makers = [vegetation.tree, vegetation.conifer, vegetation.bush, vegetation.boulder]
    shares = rng.dirichlet([1.2, 0.8, 1.2, 0.5])
    # A handful of shapes, each used again turned and scaled, is what scattering tools make as well.
    stock = [makers[int(rng.choice(4, p=shares))](rng) for _ in range(6)]
    for spot in _spots(builder, plan, int(rng.integers(10, 34)), 1.1, float(rng.choice([12, 24, 40]))):
        ground = float(relief.height(spot[None])[0])
        pose = translation((*spot, ground - 0.08)) @ rotation_z(float(rng.uniform(0, 2 * np.pi)))
        pose[:3, :3] *= float(rng.uniform(0.7, 1.25))
        builder.place(stock[int(rng.integers(6))], pose, again=0.85)
    if rng.random() < 0.7:
        many = int(rng.integers(60, 240))
        places = np.column_stack([rng.uniform(4.0, 11.0, many) * rng.choice([-1, 1], many), rng.uniform(-16, 20, many)])
        builder.place(vegetation.tufts(rng, np.column_stack([places, relief.height(places) - 0.02])), np.eye(4))


def _fence(builder: SetBuilder, relief: Relief, x: float) -> None:
    parts, ys = [], np.arange(-18, 30, 2.0)
    ground = relief.height(np.column_stack([np.full(len(ys), x), ys]))
    for y, low in zip(ys, ground, strict=True):
        parts.append(shape.block((x - 0.05, y - 0.05, low - 0.1), (x + 0.05, y + 0.05, low + 1.1)))
    for (y0, z0), (y1, z1) in zip(zip(ys, ground, strict=True), list(zip(ys, ground, strict=True))[1:], strict=False):
        for up in (0.45, 0.9):
            parts.append(shape.capsule((x, y0, z0 + up), (x, y1, z1 + up), 0.035, 0.035, 0, 6))
    builder.add(shape.merged(parts), [builder.material("deck")], np.eye(4))


def _poles(builder: SetBuilder, half: float) -> None:
    """Telegraph poles with wires."""
    side = float(builder.rng.choice([-1, 1])) * (half + 1.4)
    parts, ys = [], np.arange(-20, 60, 14.0)
    for y in ys:
        parts.append(shape.moved(shape.cylinder(0.11, 6.5, 10), (side, y, 0)))
        parts.append(shape.block((side - 0.8, y - 0.06, 6.0), (side + 0.8, y + 0.06, 6.12)))
    for y0, y1 in zip(ys[:-1], ys[1:], strict=True):
        for x in (side - 0.7, side + 0.7):
            middle = ((x, (y0 + y1) / 2, 5.75),)
            for a, b in zip(((x, y0, 6.12), *middle), (*middle, (x, y1, 6.12)), strict=True):
                parts.append(shape.capsule(a, b, 0.015, 0.015, 0, 5))
    builder.add(shape.merged(parts), [builder.material("bark")], np.eye(4))
