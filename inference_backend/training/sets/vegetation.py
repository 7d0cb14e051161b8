"""Vegetation proxies: trees, conifers, bushes, hedges, tufts of grass, rocks. They stand on z = 0."""

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import Prop


def flakes(rng: np.random.Generator, centres: np.ndarray, size: float, upright: float, slot: int) -> Mesh:
    """Thin pointed leaves, one at each of `centres` [N,3], about `size` metres long; `upright` 1 lets them stand."""
    count = len(centres)
    along = rng.standard_normal((count, 3))
    along[:, 2] = np.abs(along[:, 2]) * (1 + 4 * upright)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, rng.standard_normal((count, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    thin = np.cross(along, across)
    long = size * rng.uniform(0.6, 1.3, (count, 1))
    broad = long * (0.45 - 0.38 * upright)
    # Flat tetrahedra are closed, so that the outside of a leaf is known on both of its faces.
    corners = np.stack(
        [centres + long * along, centres - broad * across, centres + broad * across, centres + 0.12 * broad * thin],
        axis=1,
    )
    triangles = np.array([[0, 3, 1], [0, 2, 3], [0, 1, 2], [1, 3, 2]], np.int32)
    rows = (np.arange(count)[:, None, None] * 4 + triangles).reshape(-1, 3)
    return Mesh(corners.reshape(-1, 3).astype(np.float32), rows.astype(np.int32), np.full(len(rows), slot, np.int32))


def _crown(rng: np.random.Generator, centre: np.ndarray, radius: np.ndarray, leafy: bool) -> list[Mesh]:
    """A lump of foliage: a rough ellipsoid, with leaves on it where `leafy`."""
    blob = shape.sphere(1.0, 12)
    blob = Mesh(
        ((blob.vertices - [0, 0, 1]) * radius * (0.86 if leafy else 1.0)).astype(np.float32),
        blob.triangles,
        blob.face_material,
    )
    parts = [shape.moved(shape.rounded(blob, 0.18, rng, 3.0), centre, 1)]
    if leafy:
        on = rng.standard_normal((220, 3))
        on /= np.linalg.norm(on, axis=1, keepdims=True)
        parts.append(
            flakes(
                rng, centre + on * radius * rng.uniform(0.8, 1.05, (220, 1)), 0.16 * float(radius.mean()) + 0.1, 0, 1
            )
        )
    return parts


def tree(rng: np.random.Generator) -> Prop:
    """A broad-leaved tree of 3 to 8 metres with a bent trunk and several lumps of foliage."""
    high = float(rng.uniform(3.0, 8.0))
    stem = high * float(rng.uniform(0.35, 0.5))
    knots = np.column_stack([np.cumsum(rng.normal(0, 0.09 * stem, (4, 2)), 0), np.linspace(0, stem, 4)])
    knots[0, :2] = 0
    girth = 0.03 * high + 0.04
    parts = [
        shape.capsule(a, b, girth * (1 - 0.18 * i), girth * (1 - 0.18 * (i + 1)), 0)
        for i, (a, b) in enumerate(zip(knots[:-1], knots[1:], strict=True))
    ]
    leafy, spread = bool(rng.random() < 0.6), high * float(rng.uniform(0.2, 0.3))
    for _ in range(int(rng.integers(3, 6))):
        away = rng.normal(0, 0.5, 3) * spread
        centre = knots[-1] + [away[0], away[1], abs(away[2]) + 0.6 * spread]
        parts.append(shape.capsule(knots[-2], centre, girth * 0.4, girth * 0.2, 0))
        parts += _crown(rng, centre, spread * rng.uniform(0.6, 1.0, 3) * [1, 1, 0.85], leafy)
    return Prop(shape.merged(parts), ("bark", "leaves"))


def conifer(rng: np.random.Generator) -> Prop:
    """A fir: tiers of ragged cones."""
    high = float(rng.uniform(3.0, 9.0))
    base = high * float(rng.uniform(0.16, 0.24))
    parts = [shape.cylinder(0.025 * high, high * 0.5, 12)]
    tiers = int(rng.integers(4, 7))
    for i in range(tiers):
        share = i / tiers
        low = high * (0.14 + 0.8 * share)
        skirt = shape.cone(base * (1 - 0.85 * share), high * (0.3 - 0.12 * share))
        parts.append(shape.moved(shape.rounded(skirt, 0.12, rng, 6.0), (0, 0, low), 1))
    return Prop(shape.merged(parts), ("bark", "leaves"))


def bush(rng: np.random.Generator) -> Prop:
    """A bush of two to four lumps."""
    size = float(rng.uniform(0.4, 0.9))
    leafy = bool(rng.random() < 0.6)
    parts = []
    for _ in range(int(rng.integers(2, 5))):
        radius = size * rng.uniform(0.6, 1.0, 3)
        parts += _crown(rng, np.array([*rng.normal(0, 0.5 * size, 2), radius[2] * 0.75]), radius, leafy)
    return Prop(shape.merged([shape.moved(part, (0, 0, 0), 0) for part in parts]), ("leaves",))


def hedge(rng: np.random.Generator) -> Prop:
    """A clipped hedge along x."""
    long, high = float(rng.uniform(1.0, 2.5)), float(rng.uniform(0.5, 1.3))
    body = shape.block((-long, -0.3, 0), (long, 0.3, high))
    on = rng.uniform(-1, 1, (500, 3)) * [long, 0.3, high / 2] + [0, 0, high / 2]
    face = rng.integers(3, size=500)
    on[face == 0, 1] = 0.3 * np.sign(on[face == 0, 1])
    on[face == 1, 2] = high
    on[face == 2, 0] = long * np.sign(on[face == 2, 0])
    return Prop(shape.merged([body, flakes(rng, on, 0.09, 0, 0)]), ("leaves",))


def tufts(rng: np.random.Generator, places: np.ndarray) -> Prop:
    """Tufts of grass at `places` [N,3], as one object."""
    count = 14
    roots = np.repeat(places, count, 0) + np.column_stack(
        [rng.normal(0, 0.06, (len(places) * count, 2)), np.zeros(len(places) * count)]
    )
    return Prop(flakes(rng, roots, float(rng.uniform(0.18, 0.4)), 1.0, 0), ("blades",))


def boulder(rng: np.random.Generator) -> Prop:
    """A rock, half in the ground."""
    size = rng.uniform(0.25, 0.9) * rng.uniform(0.7, 1.2, 3)
    ball = shape.sphere(1.0, 12)
    lump = Mesh(((ball.vertices - [0, 0, 0.7]) * size).astype(np.float32), ball.triangles, ball.face_material)
    return Prop(shape.rounded(lump, 0.22, rng, 2.5), ("rock",))


def planter(rng: np.random.Generator) -> Prop:
    """A pot or trough with a plant."""
    size = float(rng.uniform(0.7, 1.3))
    pot = (
        shape.cone(0.2 * size, 0.5 * size, 0.3 * size)
        if rng.random() < 0.6
        else shape.box(0.6 * size, 0.5 * size, 0.45 * size)
    )
    parts = [
        pot,
        *_crown(rng, np.array([0, 0, 0.85 * size]), size * rng.uniform(0.3, 0.5, 3), bool(rng.random() < 0.6)),
    ]
    return Prop(shape.merged(parts), ("prop", "leaves"))
