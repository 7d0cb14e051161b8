"""Flights of stairs with landings and railings: in a hall with a gallery, and in the open up to a terrace."""

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets import vegetation
from inference_backend.training.sets.builder import SetBuilder, rotation_z, translation
from inference_backend.training.sets.facades import house
from inference_backend.training.sets.people import draw_person
from inference_backend.training.sets.plan import FloorPlan


def flight(width: float, steps: int, rise: float, run: float, solid: bool) -> Mesh:
    """Stairs that climb along +y from y = 0, in slot 0: solid to the ground, or treads on two strings (slot 1)."""
    if solid:
        # Side by side, not one within another: faces that coincide shade each other black in a path tracer.
        return shape.merged(
            [shape.block((-width / 2, i * run, 0), (width / 2, (i + 1) * run, (i + 1) * rise)) for i in range(steps)]
        )
    treads = [
        shape.block((-width / 2, i * run - 0.03, (i + 1) * rise - 0.05), (width / 2, (i + 1) * run, (i + 1) * rise))
        for i in range(steps)
    ]
    strings = []
    for x in (-width / 2 - 0.03, width / 2 - 0.03):
        for i in range(steps):
            low = max((i + 1) * rise - 0.3, 0)
            strings.append(shape.block((x, i * run, low), (x + 0.06, (i + 1) * run, (i + 1) * rise - 0.02), 1))
    return shape.merged([*treads, *strings])


def railing(start: np.ndarray, end: np.ndarray, slot: int, gap: float = 0.35) -> Mesh:
    """Posts and a handrail 0.95 m over the line from `start` to `end` [3]."""
    count = max(int(np.hypot(*(end - start)[:2]) / gap), 1)
    points = start + (end - start) * np.linspace(0, 1, count + 1)[:, None]
    up = np.array([0, 0, 0.95])
    parts = [shape.capsule(p, p + up, 0.015, 0.015, slot, 6) for p in points]
    parts += [shape.capsule(start + up * share, end + up * share, 0.028, 0.028, slot, 8) for share in (1.0, 0.5)]
    return shape.merged(parts)


def build_hall_stairs(builder: SetBuilder, plan: FloorPlan, height: float) -> None:
    """A flight along the far wall of a rectangular room, a landing, and a second flight or a gallery from there."""
    rng = builder.rng
    wide, rise, run = float(rng.uniform(1.1, 1.7)), float(rng.uniform(0.155, 0.18)), float(rng.uniform(0.26, 0.31))
    (x0, y0), (x1, y1) = plan.corners.min(0), plan.corners.max(0)
    goal = height * float(rng.uniform(0.40, 0.5))
    # As many steps as the wall has room for, with a landing at their end.
    count = int(min(goal / rise, (x1 - x0 - wide - 0.6) / run))
    solid = bool(rng.random() < 0.5)
    level, long = count * rise, count * run
    mirrored = bool(rng.random() < 0.5)
    parts = [shape.moved(flight(wide, count, rise, run, solid), (0, 0, 0))]
    slab = 0.0 if solid else level - 0.18
    parts.append(shape.block((-wide / 2, long, slab), (wide / 2, long + wide, level), 0 if solid else 1))
    parts.append(railing(np.array([wide / 2 - 0.05, 0.1, 0.05]), np.array([wide / 2 - 0.05, long, level]), 2))
    # The second flight turns by a quarter, out into the room, or the landing leads on as a gallery.
    rest = min(int((y1 - y0 - wide - 1.2) / run), int((height - 1.9 - level) / rise))
    if rest >= 4 and rng.random() < 0.6:
        upper = flight(wide, rest, rise, run, False)
        turn = rotation_z(-np.pi / 2)
        moved = (upper.vertices @ turn[:3, :3].T + [wide / 2, long + wide / 2, level]).astype(np.float32)
        parts.append(Mesh(moved, upper.triangles, upper.face_material))
        top = level + rest * rise
        for y in (long + 0.05, long + wide - 0.05):
            parts.append(railing(np.array([wide / 2, y, level]), np.array([wide / 2 + rest * run, y, top]), 2))
    elif long + wide < x1 - x0 - 0.2:
        parts.append(shape.block((-wide / 2, long + wide, level - 0.18), (wide / 2, x1 - x0, level), 1))
        parts.append(railing(np.array([wide / 2 - 0.05, long, level]), np.array([wide / 2 - 0.05, x1 - x0, level]), 2))
    else:
        parts.append(
            railing(np.array([wide / 2 - 0.05, long, level]), np.array([wide / 2 - 0.05, long + wide, level]), 2)
        )
    mesh = shape.merged(parts)
    if mirrored:
        # A mirror image turns triangles inside out.
        flipped = np.ascontiguousarray(mesh.triangles[:, ::-1])
        mesh = Mesh(mesh.vertices * np.array([-1, 1, 1], np.float32), flipped, mesh.face_material)
    # Its +y becomes +x or -x, its +x the room's -y: it stands against the wall at y1.
    turn = rotation_z(np.pi / 2 if mirrored else -np.pi / 2)
    place = translation((x1 if mirrored else x0, y1 - wide / 2 - 0.02, 0.0)) @ turn
    builder.add(mesh, [builder.material(role) for role in ("step", "frame", "chrome")], place)
    for x in np.arange(x0, x1, 0.8):
        plan.taken.append((float(x), float(y1 - wide / 2), wide / 2 + 0.1))


def build_terrace(builder: SetBuilder, plan: FloorPlan) -> None:
    """A place with a broad flight up to a terrace before houses, walls or a second flight at its sides."""
    rng = builder.rng
    x, y = plan.corners[2]
    rise, run, count = float(rng.uniform(0.14, 0.17)), float(rng.uniform(0.3, 0.36)), int(rng.integers(7, 16))
    level = rise * count
    builder.add(shape.block((-40, -40, -0.3), (60, 60, 0.0)), [builder.material("pavement")], np.eye(4))
    wide = float(rng.uniform(3.0, x - 3))
    middle = float(rng.uniform(wide / 2 + 0.5, x - wide / 2 - 0.5))
    # A landing half way, where the flight is long.
    first = count // 2 if count > 10 else count
    steps = [flight(wide, first, rise, run, True)]
    landing = 1.3 if first < count else 0.0
    if landing:
        steps.append(shape.block((-wide / 2, first * run, 0), (wide / 2, first * run + landing, first * rise)))
        upper = flight(wide, count - first, rise, run, True)
        steps.append(shape.moved(upper, (0, first * run + landing, first * rise)))
        steps.append(
            shape.block((-wide / 2, first * run + landing, 0), (wide / 2, count * run + landing, first * rise))
        )
    deep = count * run + landing
    edge = y - deep + 1.5
    material = builder.material("step")
    stone = builder.material("plinth")
    builder.add(shape.merged(steps), [material], translation((middle, edge, 0)))
    top = edge + deep
    sides = [
        ((-14, edge + 0.6, 0), (middle - wide / 2, top + 20, level)),
        ((middle + wide / 2, edge + 0.6, 0), (x + 14, top + 20, level)),
    ]
    terrace = [shape.block(*side) for side in sides] + [
        shape.block((middle - wide / 2, top, 0), (middle + wide / 2, top + 20, level))
    ]
    builder.add(shape.merged(terrace), [stone], np.eye(4))
    rails = []
    for low, high in ((-10.0, middle - wide / 2), (middle + wide / 2, x + 10.0)):
        rails.append(railing(np.array([low, edge + 0.7, level]), np.array([high, edge + 0.7, level]), 0, 0.5))
    if rng.random() < 0.6:
        rails.append(
            railing(np.array([middle, edge + 0.1, 0.1]), np.array([middle, edge + first * run, first * rise]), 0, 0.8)
        )
    builder.add(shape.merged(rails), [builder.material("chrome" if rng.random() < 0.5 else "frame")], np.eye(4))
    _round_terrace(builder, x, top, level)
    _live_on_steps(builder, (middle, edge, wide), (first, rise, run), (x, level))


def _round_terrace(builder: SetBuilder, x: float, top: float, level: float) -> None:
    """Houses along the back of a terrace whose flight ends at y = `top`, and now and then at the sides of the place
    below, `x` metres wide."""
    rng = builder.rng
    travelled = -9.0
    while travelled < x + 7:
        size = float(rng.uniform(5, 9))
        house(builder, size, translation((travelled, top + float(rng.uniform(3.0, 5.0)), level)))
        travelled += size + (float(rng.uniform(1.0, 3.0)) if rng.random() < 0.3 else 0.0)
    if rng.random() < 0.6:
        for start, turn in (((-2.5, -3.0), np.pi / 2), ((x + 2.5, 10.0), -np.pi / 2)):
            if rng.random() < 0.7:
                house(builder, 12.0, translation((*start, 0.0)) @ rotation_z(turn))


def _live_on_steps(
    builder: SetBuilder, place: tuple[float, float, float], steps: tuple[int, float, float], top: tuple[float, float]
) -> None:
    """Planters along the edge above and people on the flight. `place` is the flight's middle, foot and width, `steps`
    how many of which rise and run, `top` the width of the place and the height of the terrace; metres."""
    rng = builder.rng
    (middle, edge, wide), (first, rise, run), (x, level) = place, steps, top
    for _ in range(int(rng.integers(2, 6))):
        spot = np.array([float(rng.uniform(-2, x + 2)), edge + float(rng.uniform(1.2, 1.8))])
        if abs(spot[0] - middle) > wide / 2 + 0.6:
            builder.place(vegetation.planter(rng), translation((*spot, level)), again=0.7)
    for _ in range(int(rng.integers(0, 3))):
        step = int(rng.integers(0, first))
        spot = (middle + float(rng.uniform(-0.4, 0.4)) * wide, edge + (step + 0.5) * run, (step + 1) * rise)
        turn = rotation_z(float(rng.choice([0, np.pi])) + float(rng.normal(0, 0.4)))
        builder.place(draw_person(rng, seated=False), translation(spot) @ turn, again=0.1)
