"""Mesh builders of the demo set: boxes, cylinders and prisms with UV maps in metres.

Every builder returns (vertices, faces, uvs): object-local metres, faces wound counter-clockwise seen from outside,
one UV pair a face corner. UVs are box projections, so that a texture of 0.5 units repeats every half metre.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import bpy

Vector = tuple[float, float, float]
Shape = tuple[list[Vector], list[tuple[int, ...]], list[tuple[float, float]]]


def box(size: Vector, center: Vector = (0.0, 0.0, 0.0)) -> Shape:
    """A box of `size` metres."""
    half = [extent / 2 for extent in size]
    corners = [
        (center[0] + x * half[0], center[1] + y * half[1], center[2] + z * half[2])
        for z in (-1, 1)
        for y in (-1, 1)
        for x in (-1, 1)
    ]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    return corners, faces, _box_uvs(corners, faces)


def prism(outline: Sequence[tuple[float, float]], bottom: float, top: float) -> Shape:
    """An upright prism over a counter-clockwise outline in the XY plane."""
    n = len(outline)
    vertices = [(x, y, bottom) for x, y in outline] + [(x, y, top) for x, y in outline]
    faces: list[tuple[int, ...]] = [tuple(reversed(range(n))), tuple(range(n, 2 * n))]
    faces += [(i, (i + 1) % n, n + (i + 1) % n, n + i) for i in range(n)]
    return vertices, faces, _box_uvs(vertices, faces)


def cylinder(radius: float, length: float, segments: int = 32, bulge: float = 0.0) -> Shape:
    """A closed cylinder along local Z. `bulge` widens its waist by that share of the radius, as a barrel's.

    The side's u runs round it in metres of arc, v along it. Caps have vertices of their own, so that the side can be
    shaded smooth without bleeding over the rim.
    """
    rings = 7 if bulge else 2
    levels = [length * (i / (rings - 1) - 0.5) for i in range(rings)]
    radii = [radius * (1.0 - bulge * (2 * z / length) ** 2) for z in levels]
    angles = [2 * math.pi * i / segments for i in range(segments)]
    vertices = [(r * math.cos(a), r * math.sin(a), z) for r, z in zip(radii, levels, strict=True) for a in angles]
    faces: list[tuple[int, ...]] = []
    uvs: list[tuple[float, float]] = []
    for ring in range(rings - 1):
        for i in range(segments):
            low, high, after = ring * segments, (ring + 1) * segments, (i + 1) % segments
            faces.append((low + i, low + after, high + after, high + i))
            u0, u1 = (2 * math.pi * radius * k / segments for k in (i, i + 1))
            uvs += [(u0, levels[ring]), (u1, levels[ring]), (u1, levels[ring + 1]), (u0, levels[ring + 1])]
    for z, rim, upward in ((levels[0], radii[0], False), (levels[-1], radii[-1], True)):
        first = len(vertices)
        vertices += [(rim * math.cos(a), rim * math.sin(a), z) for a in angles]
        cap = tuple(range(first, first + segments))
        faces.append(cap if upward else tuple(reversed(cap)))
        uvs += [vertices[v][:2] for v in faces[-1]]
    return vertices, faces, uvs


def merge(shapes: Iterable[Shape]) -> Shape:
    """Several shapes as one."""
    vertices: list[Vector] = []
    faces: list[tuple[int, ...]] = []
    uvs: list[tuple[float, float]] = []
    for more_vertices, more_faces, more_uvs in shapes:
        first = len(vertices)
        vertices += more_vertices
        faces += [tuple(first + v for v in face) for face in more_faces]
        uvs += more_uvs
    return vertices, faces, uvs


def to_mesh(name: str, shape: Shape, smooth: bool = False) -> bpy.types.Mesh:
    """A Blender mesh. `smooth` shades quads smooth and larger faces (caps) flat."""
    vertices, faces, uvs = shape
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    layer = mesh.uv_layers.new(name="metres")
    layer.data.foreach_set("uv", [coordinate for uv in uvs for coordinate in uv])
    for polygon in mesh.polygons:
        polygon.use_smooth = smooth and len(polygon.vertices) == 4
    mesh.validate()
    return mesh


def _box_uvs(vertices: Sequence[Vector], faces: Sequence[tuple[int, ...]]) -> list[tuple[float, float]]:
    uvs: list[tuple[float, float]] = []
    for face in faces:
        nx, ny, nz = (abs(c) for c in _normal([vertices[v] for v in face]))
        for x, y, z in (vertices[v] for v in face):
            if nz >= max(nx, ny):
                uvs.append((x, y))
            else:
                uvs.append((y, z) if nx > ny else (x, z))
    return uvs


def _normal(points: Sequence[Vector]) -> Vector:
    """Newell's normal, unnormalised: right for concave outlines too."""
    normal = [0.0, 0.0, 0.0]
    for a, b in zip(points, [*points[1:], points[0]], strict=True):
        for axis in range(3):
            j, k = (axis + 1) % 3, (axis + 2) % 3
            normal[axis] += (a[j] - b[j]) * (a[k] + b[k])
    return normal[0], normal[1], normal[2]
