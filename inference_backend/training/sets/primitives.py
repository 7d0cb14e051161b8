"""Closed meshes in metres, z up, standing on z = 0 round the z axis: the bricks of every procedural set."""

from collections.abc import Sequence

import numpy as np

from inference_backend.greybox.geometry import Mesh

_BOX_TRIANGLES = np.array(
    [[0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4], [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6]]
    + [[1, 3, 5], [3, 7, 5]],
    dtype=np.int32,
)


def _mesh(vertices: np.ndarray, triangles: np.ndarray, slot: int = 0) -> Mesh:
    triangles = np.ascontiguousarray(triangles, dtype=np.int32)
    return Mesh(np.ascontiguousarray(vertices, dtype=np.float32), triangles, np.full(len(triangles), slot, np.int32))


def block(low: Sequence[float], high: Sequence[float], slot: int = 0) -> Mesh:
    """Axis-aligned box between the corners `low` and `high` [3], every face in material slot `slot`."""
    corners = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)], dtype=np.float64)
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    return _mesh(low + corners * (high - low), _BOX_TRIANGLES, slot)


def box(x: float, y: float, z: float) -> Mesh:
    """Box of the three edge lengths, standing on the floor."""
    return block((-x / 2, -y / 2, 0.0), (x / 2, y / 2, z))


def lathe(profile: Sequence[tuple[float, float]], segments: int = 40) -> Mesh:
    """Solid of revolution about z. `profile` lists (radius, height) upwards; a radius of 0 closes an end."""
    angle = np.linspace(0.0, 2 * np.pi, segments, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vertices = [np.column_stack([ring * r, np.full(segments, h)]) for r, h in profile]
    around = np.arange(segments)
    after = (around + 1) % segments
    triangles = []
    for level in range(len(profile) - 1):
        a, b = level * segments, (level + 1) * segments
        # A ring of radius 0 is one point: the triangles along it would have no area.
        if profile[level][0] > 0:
            triangles.append(np.column_stack([a + around, a + after, b + around]))
        if profile[level + 1][0] > 0:
            triangles.append(np.column_stack([a + after, b + after, b + around]))
    return _mesh(np.concatenate(vertices), np.concatenate(triangles))


def cylinder(radius: float, height: float, segments: int = 40) -> Mesh:
    """Closed cylinder."""
    return lathe([(0, 0), (radius, 0), (radius, height), (0, height)], segments)


def cone(radius: float, height: float, top_radius: float = 0.0) -> Mesh:
    """Cone, or with `top_radius` a frustum."""
    return lathe([(0, 0), (radius, 0), (top_radius, height), (0, height)])


def sphere(radius: float, rings: int = 20) -> Mesh:
    """Sphere that touches the floor."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings)
    return lathe([(radius * float(np.cos(a)), radius * (1 + float(np.sin(a)))) for a in angle], 2 * rings)


def barrel(radius: float, height: float) -> Mesh:
    """Barrel with a belly and a sunken lid."""
    waist = [(radius * (0.86 + 0.14 * np.sin(np.pi * t)), height * t) for t in np.linspace(0, 1, 8)]
    rim = radius * 0.78
    return lathe([(0, 0), *waist, (rim, height), (rim, height * 0.95), (0, height * 0.95)])


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several; material slots stay as they are."""
    offsets = np.cumsum([0] + [len(m.vertices) for m in meshes[:-1]])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.triangles + np.int32(o) for m, o in zip(meshes, offsets, strict=True)]).astype(np.int32),
        np.concatenate([m.face_material for m in meshes]),
    )


def stairs(width: float, steps: int, rise: float, run: float) -> Mesh:
    """Solid flight of stairs that climbs along +y."""
    start = -steps * run / 2
    return merged(
        [
            block((-width / 2, start + i * run, 0), (width / 2, start + (i + 1) * run, (i + 1) * rise))
            for i in range(steps)
        ]
    )


def arch(width: float, height: float, depth: float, thickness: float, segments: int = 16) -> Mesh:
    """Two legs with a half-round bow over them, in the plane of x and z. `width` is the clear width."""
    radius, spring = width / 2, max(height - width / 2, 0.1)
    angle = np.linspace(0.0, np.pi, segments + 1)
    inner = np.column_stack([radius * np.cos(angle), spring + radius * np.sin(angle)])
    outer = np.column_stack([(radius + thickness) * np.cos(angle), spring + (radius + thickness) * np.sin(angle)])
    inner = np.concatenate([[[radius, 0.0]], inner, [[-radius, 0.0]]])
    outer = np.concatenate([[[radius + thickness, 0.0]], outer, [[-radius - thickness, 0.0]]])
    count = len(inner)
    flat = np.concatenate([inner, outer])
    front = np.column_stack([flat[:, 0], np.full(2 * count, -depth / 2), flat[:, 1]])
    back = front + np.array([0.0, depth, 0.0])
    here = np.arange(count - 1)
    i0, i1, o0, o1 = here, here + 1, here + count, here + count + 1
    shift = 2 * count
    quads = [(i0, o0, o1, i1), (i0 + shift, i1 + shift, o1 + shift, o0 + shift)]
    quads += [(i0, i1, i1 + shift, i0 + shift), (o0, o0 + shift, o1 + shift, o1)]
    triangles = [t for a, b, c, d in quads for t in (np.column_stack([a, b, c]), np.column_stack([a, c, d]))]
    ends = np.array([[0, count, shift], [count, shift + count, shift]])
    far = ends + np.array([count - 1])
    return _mesh(np.concatenate([front, back]), np.concatenate([*triangles, ends[:, ::-1], far]))


def wall(
    length: float,
    height: float,
    thickness: float,
    openings: Sequence[tuple[float, float, float, float]] = (),
    slot: int = 0,
) -> Mesh:
    """Upright slab along x from 0 to `length`, inner face at y = 0 and body towards +y.

    `openings` are clear rectangles (x0, x1, z0, z1) that do not overlap along x.
    """
    parts, x = [], 0.0
    for x0, x1, z0, z1 in sorted(openings):
        parts.append(block((x, 0, 0), (x0, thickness, height), slot))
        if z0 > 0.01:
            parts.append(block((x0, 0, 0), (x1, thickness, z0), slot))
        if z1 < height - 0.01:
            parts.append(block((x0, 0, z1), (x1, thickness, height), slot))
        x = x1
    parts.append(block((x, 0, 0), (length, thickness, height), slot))
    return merged(parts)


def door_frame(width: float, height: float, depth: float, bar: float) -> Mesh:
    """Two posts and a lintel round a clear opening, in the plane of x and z."""
    half = width / 2
    return merged(
        [
            block((-half - bar, -depth / 2, 0), (-half, depth / 2, height + bar)),
            block((half, -depth / 2, 0), (half + bar, depth / 2, height + bar)),
            block((-half, -depth / 2, height), (half, depth / 2, height + bar)),
        ]
    )


def moved(mesh: Mesh, offset: Sequence[float], slot: int | None = None) -> Mesh:
    """The mesh shifted by `offset` [3] metres, with every face in `slot` where one is given."""
    slots = mesh.face_material if slot is None else np.full_like(mesh.face_material, slot)
    return Mesh(mesh.vertices + np.asarray(offset, np.float32), mesh.triangles, slots)


def capsule(
    a: Sequence[float], b: Sequence[float], start: float, end: float, slot: int = 0, segments: int = 14
) -> Mesh:
    """Round limb from `a` to `b` [3] with the radii `start` and `end` at its ends."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length = float(np.linalg.norm(b - a))
    axis = (b - a) / max(length, 1e-9)
    bow = np.linspace(0, np.pi / 2, 5)
    profile = [(0.0, -start)] + [(start * float(np.sin(t)), -start * float(np.cos(t))) for t in bow[1:]]
    profile += [(end * float(np.cos(t)), length + end * float(np.sin(t))) for t in bow[:-1]] + [(0.0, length + end)]
    mesh = lathe(profile, segments)
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    vertices = mesh.vertices @ np.stack([side, np.cross(axis, side), axis]) + a
    return _mesh(vertices, mesh.triangles, slot)


def prism(outline: Sequence[tuple[float, float]], low: float, high: float, slot: int = 0) -> Mesh:
    """The outline [P] of (x, z), counter-clockwise seen from -y and star-shaped about its mean, drawn out along y."""
    flat = np.asarray(outline, np.float64)
    count = len(flat)
    ring = np.arange(count)
    after = (ring + 1) % count
    rims = [np.column_stack([flat[:, 0], np.full(count, y), flat[:, 1]]) for y in (low, high)]
    middles = [np.array([[flat[:, 0].mean(), y, flat[:, 1].mean()]]) for y in (low, high)]
    front, back = 2 * count, 2 * count + 1
    triangles = [
        np.column_stack([ring, after, np.full(count, front)]),
        np.column_stack([after + count, ring + count, np.full(count, back)]),
        np.column_stack([ring, ring + count, after]),
        np.column_stack([after, ring + count, after + count]),
    ]
    return _mesh(np.concatenate([*rims, *middles]), np.concatenate(triangles), slot)


def rounded(mesh: Mesh, amount: float, rng: np.random.Generator, lumps: float = 2.0) -> Mesh:
    """The mesh with its vertices pushed outward and inward by up to about `amount` of their distance from the middle,
    in `lumps` waves."""
    middle = (mesh.vertices.max(0) + mesh.vertices.min(0)) / 2
    spoke = mesh.vertices - middle
    wave = rng.normal(0, lumps / max(float(np.abs(spoke).max()), 1e-6), (3, 5))
    push = np.sin(mesh.vertices @ wave + rng.uniform(0, 2 * np.pi, 5)).sum(1, keepdims=True) / 3
    return Mesh((middle + spoke * (1 + amount * push)).astype(np.float32), mesh.triangles, mesh.face_material)
