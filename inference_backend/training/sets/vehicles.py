"""Vehicles along y, nose to -y, wheels on z = 0: cars, vans, trucks, buses, bicycles are left to others."""

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import Prop, rotation_about, transformed

_ROLES = ("car", "windscreen", "rubber", "chrome", "glow", "car")
_BODY, _GLASS, _TYRE, _CHROME, _LIGHT, _SECOND = range(6)


def draw_vehicle(rng: np.random.Generator) -> Prop:
    """A car, van or truck."""
    kind = str(rng.choice(["car", "van", "truck"], p=[0.65, 0.2, 0.15]))
    return {"car": _car, "van": _van, "truck": _truck}[kind](rng)


def _drawn(outline: list[tuple[float, float]], half: float, slot: int) -> Mesh:
    """A side view of (y, z) points drawn out to `half` metres on both sides."""
    mesh = shape.prism(outline, -half, half, slot)
    # The prism lies along y with its outline in x and z: turned a quarter, its outline lies in y and z.
    return transformed(mesh, rotation_about(np.array([0.0, 0.0, 1.0]), np.pi / 2))


def _wheels(radius: float, half: float, axles: tuple[float, ...]) -> list[Mesh]:
    turn = rotation_about(np.array([0.0, 1.0, 0.0]), np.pi / 2)
    tyre, hub = (
        transformed(shape.cylinder(radius, 0.22, 24), turn),
        transformed(shape.cylinder(radius * 0.6, 0.24, 16), turn),
    )
    parts = []
    for y in axles:
        for x in (-half - 0.02, half - 0.2):
            parts += [shape.moved(tyre, (x, y, radius), _TYRE), shape.moved(hub, (x - 0.01, y, radius), _CHROME)]
    return parts


def _ends(front: float, back: float, half: float, low: float, high: float) -> list[Mesh]:
    """Bumpers, lights and number plates."""
    parts = []
    for y, way in ((front, -1), (back, 1)):
        near, far = sorted((y, y + 0.06 * way))
        parts.append(shape.block((-half, near, low), (half, far, low + 0.16), _CHROME))
        parts.append(shape.block((-0.26, near, low + 0.2), (0.26, far, low + 0.31), _SECOND if way > 0 else _CHROME))
        for x in (-half + 0.06, half - 0.36):
            parts.append(
                shape.block((x, near - 0.0, high - 0.18), (x + 0.3, far, high), _LIGHT if way < 0 else _SECOND)
            )
    return parts


def _car(rng: np.random.Generator) -> Prop:
    long, half, waist = float(rng.uniform(3.7, 4.8)), float(rng.uniform(0.82, 0.92)), float(rng.uniform(0.85, 0.98))
    top, sill = float(rng.uniform(1.38, 1.62)), 0.28
    front, back = -long / 2, long / 2
    bonnet, boot = float(rng.uniform(0.85, 1.25)), float(rng.choice([0.12, 0.6, 0.8]))
    nose = waist - float(rng.uniform(0.08, 0.2))
    body = [
        (front, sill),
        (back, sill),
        (back, waist - 0.06),
        (back - boot, waist),
        (front + bonnet, waist),
        (front, nose),
    ]
    windscreen, rear = float(rng.uniform(0.45, 0.75)), float(rng.uniform(0.2, 0.6))
    base0, base1 = front + bonnet - 0.1, back - boot + 0.1
    roof0, roof1 = base0 + windscreen, max(base1 - rear, base0 + windscreen + 0.7)
    cabin = [(base0, waist - 0.02), (base1, waist - 0.02), (roof1, top), (roof0, top)]
    parts = [_drawn(body, half, _BODY), _drawn(cabin, half - 0.09, _GLASS)]
    roof = [
        (roof0 - 0.03, top - 0.03),
        (roof1 + 0.03, top - 0.03),
        (roof1 - 0.05, top + 0.03),
        (roof0 + 0.05, top + 0.03),
    ]
    parts.append(_drawn(roof, half - 0.07, _BODY))
    for share in (0.0, 0.5, 1.0):
        low, high = base0 + (base1 - base0) * share, roof0 + (roof1 - roof0) * share
        post = [(low - 0.05, waist - 0.02), (low + 0.05, waist - 0.02), (high + 0.04, top), (high - 0.04, top)]
        parts.append(_drawn(post, half - 0.075, _BODY))
    parts += _wheels(0.31, half, (front + 0.78, back - 0.78))
    parts += _ends(front, back, half - 0.03, sill + 0.08, nose - 0.08)
    parts += [
        shape.block((x, base0 + 0.3, waist), (x + 0.12, base0 + 0.4, waist + 0.12), _BODY)
        for x in (-half - 0.08, half - 0.04)
    ]
    return Prop(shape.merged(parts), _ROLES)


def _van(rng: np.random.Generator) -> Prop:
    long, half, top = float(rng.uniform(4.5, 5.6)), 0.98, float(rng.uniform(1.95, 2.5))
    front, back, sill = -long / 2, long / 2, 0.32
    side = [(front, sill), (back, sill), (back, top), (front + 1.0, top), (front + 0.45, 1.15), (front, 1.0)]
    screen = [(front + 0.47, 1.2), (front + 0.6, 1.2), (front + 1.05, top - 0.12), (front + 0.92, top - 0.12)]
    pane = [(front + 0.75, 1.25), (front + 1.75, 1.25), (front + 1.75, top - 0.2), (front + 1.1, top - 0.2)]
    parts = [_drawn(side, half, _BODY), shape.moved(_drawn(screen, half - 0.1, _GLASS), (0, -0.03, 0))]
    parts.append(_drawn(pane, half + 0.01, _GLASS))
    if rng.random() < 0.5:
        parts.append(
            _drawn(
                [(front + 2.1, 1.3), (back - 0.3, 1.3), (back - 0.3, 1.75), (front + 2.1, 1.75)], half + 0.01, _SECOND
            )
        )
    parts += _wheels(0.34, half, (front + 0.85, back - 0.95)) + _ends(front, back, half - 0.03, 0.36, 0.98)
    return Prop(shape.merged(parts), _ROLES)


def _truck(rng: np.random.Generator) -> Prop:
    long, half = float(rng.uniform(6.0, 8.0)), 1.15
    front, back, high = -long / 2, long / 2, float(rng.uniform(2.7, 3.3))
    cab = [(front, 0.5), (front + 1.7, 0.5), (front + 1.7, 2.5), (front + 0.25, 2.5), (front, 1.4)]
    screen = [(front - 0.01, 1.5), (front + 0.1, 1.5), (front + 0.26, 2.35), (front + 0.18, 2.35)]
    parts = [
        _drawn(cab, half, _BODY),
        _drawn(screen, half - 0.1, _GLASS),
        _drawn([(front + 0.3, 1.5), (front + 1.3, 1.5), (front + 1.3, 2.2), (front + 0.4, 2.2)], half + 0.01, _GLASS),
        shape.block((-half + 0.1, front + 1.6, 0.55), (half - 0.1, back, 0.8), _CHROME),
        shape.block((-half, front + 1.9, 0.8), (half, back, high), _SECOND),
    ]
    parts += _wheels(0.45, half, (front + 0.9, back - 2.0, back - 0.9)) + _ends(front, back, half - 0.1, 0.5, 1.2)
    return Prop(shape.merged(parts), _ROLES)
