"""What rays see of the surfaces that they met, in compiled loops: one pass over the rays, on the threads that are free.

As whole-array operations the same took over half of a frame's time: some forty arrays of a number a pixel, one after
another through memory.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from .geometry import SKY, Float32, Float64, FrameSet, Int32

MIN_SLOPE = 0.05
"""A grazing ray would stretch its cell without bound: the slope is held where a cell spans 20 times its width."""
_RAYS_A_THREAD = 8192
_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


class Surfaces(NamedTuple):
    """Every triangle of a frame set, side by side. Meshes as in the set; V vertices, F faces, S material slots."""

    vertices: Float32
    """[V,3] local."""
    rest: Float32
    """[V,3] metres."""
    faces: Int32
    """[F,3] into `vertices`."""
    slot: Int32
    """[F]."""
    first_face: NDArray[np.int64]
    """[M] of each mesh."""
    linear: Float64
    """[M,3,3] local to world."""
    winding: Float64
    """[M] -1 where that mirrors: it turns the winding round in world space but not in rest space."""
    anchor: Int32
    """[M]."""
    material: Int32
    """[S]."""
    color: Float32
    """[S,3]."""


class Seen(NamedTuple):
    """What N rays see; the fields of `gbuffer.GBuffer`, flat."""

    depth_z: Float32
    anchor: Int32
    rest_position: Float32
    position: Float32
    normal: Float32
    rest_normal: Float32
    material: Int32
    base_color: Float32
    du: Float32
    dv: Float32
    view: Float32


class Shapes(NamedTuple):
    """What pixels need of it; the fields of `gbuffer.Pixels`, flat."""

    depth_z: Float32
    anchor: Int32
    normal: Float32
    base_color: Float32


def surfaces_of(frame_set: FrameSet) -> Surfaces:
    meshes = frame_set.meshes
    counts = np.cumsum([0, *(len(placed.mesh.vertices) for placed in meshes)])
    slots = np.cumsum([0, *(len(placed.materials) for placed in meshes)])
    faces = [placed.mesh.triangles + counts[i] for i, placed in enumerate(meshes)]
    # A face may name a slot that its object no longer has: the last one counts then.
    slot = [np.minimum(p.mesh.face_material, len(p.materials) - 1) + slots[i] for i, p in enumerate(meshes)]
    return Surfaces(
        vertices=_joined([placed.mesh.vertices for placed in meshes], (0, 3), np.float32),
        rest=_joined([placed.rest_vertices for placed in meshes], (0, 3), np.float32),
        faces=_joined(faces, (0, 3), np.int32),
        slot=_joined(slot, (0,), np.int32),
        first_face=np.cumsum([0, *(len(placed.mesh.triangles) for placed in meshes)])[:-1].astype(np.int64),
        **_placed(frame_set),
        anchor=np.array([placed.anchor for placed in meshes], np.int32),
        material=_joined([np.array(placed.materials, np.int32) for placed in meshes], (0,), np.int32),
        color=_joined([placed.base_colors[: len(placed.materials)] for placed in meshes], (0, 3), np.float32),
    )


def moved_surfaces(surfaces: Surfaces, before: FrameSet, now: FrameSet, moving: Collection[int]) -> Surfaces:
    """The same set at another frame, where only the meshes `moving` may have changed their place or shape."""
    vertices, rest = surfaces.vertices, surfaces.rest
    starts = np.cumsum([0, *(len(placed.mesh.vertices) for placed in now.meshes)])
    for i in moving:
        bent = now.meshes[i].mesh.vertices
        if bent is not before.meshes[i].mesh.vertices:
            if vertices is surfaces.vertices:
                vertices = vertices.copy()
            vertices[starts[i] : starts[i + 1]] = bent
        if now.meshes[i].rest_vertices is not before.meshes[i].rest_vertices:
            if rest is surfaces.rest:
                rest = rest.copy()
            rest[starts[i] : starts[i + 1]] = now.meshes[i].rest_vertices
    return surfaces._replace(vertices=vertices, rest=rest, **_placed(now))


class Rays(NamedTuple):
    """N rays and what each met first, as `raycast.Hits`; -1 is the sky."""

    origin: Float32
    direction: Float32
    mesh: Int32
    triangle: Int32
    u: Float32
    v: Float32
    distance: Float32


def see(surfaces: Surfaces, rays: Rays, steps: Float32) -> Seen:
    """`steps` [2,3], or [N,2,3] of each ray: how its direction changes for one step right and one down in the grid."""
    count = len(rays.mesh)
    steps = steps.reshape(-1, 2, 3)
    seen = Seen(
        **{
            name: np.empty((count, 3) if name in _VECTORS else count, np.int32 if name in _NAMES else np.float32)
            for name in Seen._fields
        }
    )
    threads = max(1, min(cpu_count() or 1, count // _RAYS_A_THREAD))
    if threads == 1:
        _see(surfaces, rays, steps, seen, 0, count)
        return seen
    cuts = np.linspace(0, count, threads + 1).astype(np.int64)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda i: _see(surfaces, rays, steps, seen, cuts[i], cuts[i + 1]), range(threads)))
    return seen


def see_shapes(surfaces: Surfaces, rays: Rays, shapes: Shapes, first: int) -> None:
    """The same of depth, anchor, normal and colour alone, into `shapes` from its row `first` on."""
    _see_shapes(surfaces, rays, shapes, first)


_NAMES = {"anchor", "material"}
_VECTORS = set(Seen._fields) - _NAMES - {"depth_z"}


def _joined(parts: list[NDArray[np.generic]], empty: tuple[int, ...], dtype: type) -> NDArray[np.generic]:
    return np.ascontiguousarray(np.concatenate([np.zeros(empty, dtype), *parts]), dtype)


def _placed(frame_set: FrameSet) -> dict[str, Float64]:
    linear = np.array([placed.transform[:3, :3] for placed in frame_set.meshes], np.float64).reshape(-1, 3, 3)
    return {"linear": linear, "winding": np.where(np.linalg.det(linear) < 0, -1.0, 1.0)}


# Three numbers are a tuple: an array of three would be allocated.


@_compiled
def _cross(a, b):  # type: ignore[no-untyped-def]
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@_compiled
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@_compiled
def _times(a, factor):  # type: ignore[no-untyped-def]
    return a[0] * factor, a[1] * factor, a[2] * factor


@_compiled
def _unit(a):  # type: ignore[no-untyped-def]
    return _times(a, 1 / max(math.sqrt(_dot(a, a)), 1e-30))


@_compiled
def _row(array, i):  # type: ignore[no-untyped-def]
    return np.float64(array[i, 0]), np.float64(array[i, 1]), np.float64(array[i, 2])


@_compiled
def _step(steps, i, which):  # type: ignore[no-untyped-def]
    """One of a ray's two; there may be one pair for all rays."""
    k = i if len(steps) > 1 else 0
    return np.float64(steps[k, which, 0]), np.float64(steps[k, which, 1]), np.float64(steps[k, which, 2])


@_compiled
def _edge(vertices, a, b):  # type: ignore[no-untyped-def]
    start, end = _row(vertices, a), _row(vertices, b)
    return end[0] - start[0], end[1] - start[1], end[2] - start[2]


@_compiled
def _turned(linear, mesh, a):  # type: ignore[no-untyped-def]
    return (
        linear[mesh, 0, 0] * a[0] + linear[mesh, 0, 1] * a[1] + linear[mesh, 0, 2] * a[2],
        linear[mesh, 1, 0] * a[0] + linear[mesh, 1, 1] * a[1] + linear[mesh, 1, 2] * a[2],
        linear[mesh, 2, 0] * a[0] + linear[mesh, 2, 1] * a[1] + linear[mesh, 2, 2] * a[2],
    )


@_compiled
def _put(array, i, a):  # type: ignore[no-untyped-def]
    array[i, 0], array[i, 1], array[i, 2] = a[0], a[1], a[2]


@_compiled
def _carry(world, rest, a):  # type: ignore[no-untyped-def]
    """A world vector in rest space, by the linear map that sends the triangle's edges and normal in `world` to those in
    `rest`: one expression for rigid, scaled and bent surfaces."""
    volume = _dot(world[0], _cross(world[1], world[2]))
    scale = 1 / volume if abs(volume) > 1e-30 else 0.0
    first = _dot(a, _cross(world[1], world[2])) * scale
    second = _dot(a, _cross(world[2], world[0])) * scale
    third = _dot(a, _cross(world[0], world[1])) * scale
    return (
        first * rest[0][0] + second * rest[1][0] + third * rest[2][0],
        first * rest[0][1] + second * rest[1][1] + third * rest[2][1],
        first * rest[0][2] + second * rest[1][2] + third * rest[2][2],
    )


@_compiled
def _along(step, ray, normal, depth):  # type: ignore[no-untyped-def]
    """Where the point of a ray moves on its tangent plane for one step: ray differentials (Igehy, 1999)."""
    length = math.sqrt(_dot(ray, ray))
    cosine = -max(abs(_dot(normal, ray)), MIN_SLOPE * length)
    slope = _dot(normal, step) / cosine
    return depth * (step[0] - ray[0] * slope), depth * (step[1] - ray[1] * slope), depth * (step[2] - ray[2] * slope)


@_compiled
def _see(surfaces, rays, steps, seen, begin, end):  # type: ignore[no-untyped-def]
    vertices, rest_vertices, faces, slots, first_face, linear, winding, anchors, materials, colors = surfaces
    origins, directions, hit_mesh, hit_triangle, hit_u, hit_v, distances = rays
    depths, anchor, rest_position, position, normals, rest_normals, material, base_color, du, dv, view = seen
    for i in range(begin, end):
        ray, mesh = _row(directions, i), hit_mesh[i]
        right, down = _step(steps, i, 0), _step(steps, i, 1)
        if mesh < 0:
            unit = _unit(ray)
            back = _times(unit, -1.0)
            reach = 1 / math.sqrt(_dot(ray, ray))
            depths[i], anchor[i], material[i] = 0, SKY, 0
            _put(base_color, i, (0.0, 0.0, 0.0))
            _put(position, i, unit)
            _put(rest_position, i, unit)
            _put(normals, i, back)
            _put(rest_normals, i, back)
            _put(view, i, back)
            _put(du, i, _along(right, ray, back, reach))
            _put(dv, i, _along(down, ray, back, reach))
            continue
        face = first_face[mesh] + hit_triangle[i]
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        first, second = _turned(linear, mesh, _edge(vertices, a, b)), _turned(linear, mesh, _edge(vertices, a, c))
        rest_first, rest_second = _edge(rest_vertices, a, b), _edge(rest_vertices, a, c)
        normal = _unit(_cross(first, second))
        rest_normal = _times(_unit(_cross(rest_first, rest_second)), winding[mesh])
        world, rest = (first, second, normal), (rest_first, rest_second, rest_normal)
        side = -1.0 if _dot(normal, ray) > 0 else 1.0
        distance, u, v = np.float64(distances[i]), np.float64(hit_u[i]), np.float64(hit_v[i])
        corner, origin = _row(rest_vertices, a), _row(origins, i)
        depths[i], anchor[i], material[i] = distance, anchors[mesh], materials[slots[face]]
        _put(base_color, i, _row(colors, slots[face]))
        _put(position, i, (origin[0] + ray[0] * distance, origin[1] + ray[1] * distance, origin[2] + ray[2] * distance))
        for k in range(3):
            rest_position[i, k] = corner[k] + u * rest_first[k] + v * rest_second[k]
        _put(normals, i, _times(normal, side))
        _put(rest_normals, i, _times(rest_normal, side))
        # The map sends normal to normal on either side, so it needs no turning with `side`.
        _put(view, i, _unit(_carry(world, rest, _times(ray, -1.0))))
        _put(du, i, _carry(world, rest, _along(right, ray, normal, distance)))
        _put(dv, i, _carry(world, rest, _along(down, ray, normal, distance)))


@_compiled
def _see_shapes(surfaces, rays, shapes, first):  # type: ignore[no-untyped-def]
    vertices, _, faces, slots, first_face, linear, _, anchors, _, colors = surfaces
    _, directions, hit_mesh, hit_triangle, _, _, distances = rays
    depths, anchor, normals, base_color = shapes
    for i in range(len(hit_mesh)):
        ray, mesh, at = _row(directions, i), hit_mesh[i], first + i
        if mesh < 0:
            depths[at], anchor[at] = 0, SKY
            _put(base_color, at, (0.0, 0.0, 0.0))
            _put(normals, at, _times(_unit(ray), -1.0))
            continue
        face = first_face[mesh] + hit_triangle[i]
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        normal = _unit(
            _cross(_turned(linear, mesh, _edge(vertices, a, b)), _turned(linear, mesh, _edge(vertices, a, c)))
        )
        depths[at], anchor[at] = distances[i], anchors[mesh]
        _put(base_color, at, _row(colors, slots[face]))
        _put(normals, at, _times(normal, -1.0 if _dot(normal, ray) > 0 else 1.0))
