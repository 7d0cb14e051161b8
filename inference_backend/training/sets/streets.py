"""Streets: a road between pavements and two rows of houses, with vehicles, trees, lamps and passers-by."""

import numpy as np

from inference_backend.greybox.geometry import PlacedLamp
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets import vegetation
from inference_backend.training.sets.builder import SetBuilder, rotation_z, translation
from inference_backend.training.sets.facades import house
from inference_backend.training.sets.people import draw_person
from inference_backend.training.sets.plan import FloorPlan
from inference_backend.training.sets.rooms import ground
from inference_backend.training.sets.vehicles import draw_vehicle


def build_street(builder: SetBuilder, plan: FloorPlan) -> None:
    """Fills the plan of a street along y, with a cross house at the far end now and then."""
    rng = builder.rng
    ground(builder, -0.01)
    x, y = plan.corners[2]
    pavement, wide = builder.material("pavement"), float(rng.uniform(1.2, 2.0))
    if rng.random() < 0.75:
        half = x / 2 - wide
        strip = shape.block((-half, -60, -0.3), (half, y + 60, 0.0))
        builder.add(strip, [builder.material("road", scale=half)], translation((x / 2, 0, 0)))
    for low, high in ((0.0, wide), (x - wide, x)):
        builder.add(shape.block((low, -30, -0.2), (high, y + 30, 0.12)), [pavement], np.eye(4))
    for start, turn in ((np.array([0.0, -6.0]), np.pi / 2), (np.array([x, y + 8.0]), -np.pi / 2)):
        travelled = 0.0
        while travelled < y + 12:
            size = float(rng.uniform(4.0, 10.0))
            along = np.array([np.cos(turn), np.sin(turn)])
            # A house looks along its own -y: turned so that it faces the street.
            house(builder, size, translation((*(start + along * travelled), 0.1)) @ rotation_z(turn))
            travelled += size + (float(rng.uniform(1.0, 3.0)) if rng.random() < 0.15 else 0.0)
    if rng.random() < 0.45:
        house(builder, x + 2.0, translation((-1.0, y + 4.0, 0.0)))
    _traffic(builder, plan, wide)
    _pavement_life(builder, plan, wide)


def _traffic(builder: SetBuilder, plan: FloorPlan, wide: float) -> None:
    """Parked vehicles at the kerbs."""
    rng = builder.rng
    x, y = plan.corners[2]
    for _ in range(int(rng.integers(0, 6))):
        right = bool(rng.random() < 0.5)
        spot = np.array([x - wide - 1.05 if right else wide + 1.05, float(rng.uniform(1, y + 4))])
        if plan.is_free(spot, 1.5) and plan.is_free(spot + [0, 1.8], 1.0) and plan.is_free(spot - [0, 1.8], 1.0):
            plan.taken.extend([(float(spot[0]), float(spot[1] + d), 1.5) for d in (-1.6, 0.0, 1.6)])
            turn = rotation_z((np.pi if right else 0.0) + float(rng.normal(0, 0.03)))
            builder.place(draw_vehicle(rng), translation((*spot, 0.0)) @ turn)


def _pavement_life(builder: SetBuilder, plan: FloorPlan, wide: float) -> None:
    """Trees or lamp posts in a row, planters and people."""
    rng = builder.rng
    x, y = plan.corners[2]
    posts = bool(builder.dark or rng.random() < 0.4)
    tree = vegetation.tree(rng) if rng.random() < 0.4 else None
    gap = float(rng.uniform(6, 10))
    for i, along in enumerate(np.arange(2.0, y + 4, gap)):
        edge = wide - 0.25 if i % 2 else x - wide + 0.25
        if posts:
            _lamp_post(builder, edge, along, inward=1.0 if i % 2 else -1.0)
        elif tree is not None:
            pose = translation((edge, along, 0.1)) @ rotation_z(float(rng.uniform(0, 6.3)))
            pose[:3, :3] *= 0.75
            builder.place(tree, pose, again=1.0)
    for _ in range(int(rng.integers(1, 7))):
        side = float(rng.uniform(0.4, wide - 0.3))
        spot = np.array([side if rng.random() < 0.5 else x - side, float(rng.uniform(0, y))])
        if plan.is_free(spot, 0.35):
            plan.taken.append((float(spot[0]), float(spot[1]), 0.35))
            prop = draw_person(rng, seated=False) if rng.random() < 0.65 else vegetation.planter(rng)
            turn = rotation_z(float(rng.choice([0, np.pi]) + rng.normal(0, 0.5)))
            builder.place(prop, translation((*spot, 0.12)) @ turn, again=0.15)


def _lamp_post(builder: SetBuilder, x: float, y: float, inward: float) -> None:
    """A post with an arm over the street; its lamp shines where it is dark."""
    high, reach = 4.4, 0.9 * inward
    parts = [
        shape.cylinder(0.06, high, 12),
        shape.cylinder(0.12, 0.5, 12),
        shape.capsule((0, 0, high), (reach, 0, high + 0.12), 0.035, 0.035),
        shape.block((min(reach, reach * 1.3), -0.1, high + 0.1), (max(reach, reach * 1.3), 0.1, high + 0.2)),
        shape.block(
            (min(reach, reach * 1.3) + 0.02, -0.08, high + 0.07), (max(reach, reach * 1.3) - 0.02, 0.08, high + 0.1), 1
        ),
    ]
    roles = ("frame", "glow" if builder.dark else "chrome")
    builder.add(shape.merged(parts), [builder.material(role, again=1.0) for role in roles], translation((x, y, 0.12)))
    if builder.dark:
        pose = translation((x + reach * 1.15, y, high + 0.1))
        color = np.array([1.0, 0.72, 0.42], np.float32)
        builder.add_lamp(PlacedLamp("POINT", color, float(builder.rng.uniform(250, 450)), 0.08, 0.0, 0.0, pose))
