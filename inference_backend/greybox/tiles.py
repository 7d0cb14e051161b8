"""The surfaces of a frame set cut into tiles, evenly over each: for what is told of surfaces rather than of a picture.

Every mesh has a lattice along its own axes that divides its box a whole number of times. A tile is where one column of
the lattice passes through a face, along the axis that the face looks along most: flat walls are tiled without a gap or
an overlap, equal sets have equal tiles, and what moves keeps its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from .geometry import Float32, Float64, FrameSet, Int32, Mesh, scale_of
from .surfaces import Surfaces

SPREAD = 1 / 4
"""Tiles measure as this power of their mesh's area, so that how many a mesh has grows with the root of its area: beside
a plain, everything that stands on it would have one tile each otherwise."""
STEPS_AN_OCTAVE = 4
"""Tiles come in so many sizes for each doubling: a small edit leaves them as they are."""
MOST_CELLS = 1024
"""Of a lattice along one axis: a thin diagonal sliver would make a far finer one."""
_SQUARE_ON = 1 - 1e-3
"""Of equal axes, all faces of a wall at 45 degrees take the same, whatever the rounding."""
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64 (Steele et al., 2014)
_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@dataclass(frozen=True)
class Tiles:
    """N tiles of a frame set, each on one side of its surface."""

    mesh: Int32
    """[N] index into FrameSet.meshes."""
    triangle: Int32
    """[N] of that mesh, under the tile's middle."""
    u: Float32
    v: Float32
    """[N] where in the triangle, as `raycast.Hits`."""
    position: Float32
    """[N,3] the middle, world, metres, told from the frame set's origin."""
    edges: Float32
    """[N,2,3] from the middle to the middles of two edges, world; their cross product points away from the surface."""

    def __len__(self) -> int:
        return len(self.mesh)

    def normals(self) -> Float32:
        """[N,3] unit, on the tile's side."""
        crossed = np.cross(self.edges[:, 0], self.edges[:, 1])
        return crossed / np.maximum(np.linalg.norm(crossed, axis=-1, keepdims=True), 1e-30)

    def areas(self) -> Float32:
        """[N] square metres."""
        return 4 * np.linalg.norm(np.cross(self.edges[:, 0], self.edges[:, 1]), axis=-1)

    def select(self, rows: NDArray[np.int64]) -> Tiles:
        return Tiles(**{name: value[rows] for name, value in vars(self).items()})


def tiles_of(frame_set: FrameSet, surfaces: Surfaces, eye: Float64, most: int) -> Tiles:
    """At most `most` tiles over all surfaces that can be filmed. surfaces: those of the frame set.

    Both sides of a sheet can be, of a closed mesh only the outside; unless the camera at `eye` [3] stands inside, as in
    a room that was modelled as a box. The eye is told from the frame set's origin.
    """
    shapes, area = _measured(frame_set, surfaces)
    sides = np.where(area > 0, _sides(frame_set, shapes, eye), 0)
    wanted = _octave(math.sqrt((sides * area ** (1 - 2 * SPREAD)).sum() / max(1, most)))
    count, before, cut, nothing = 0, -1, shapes, _room_for(0)
    while sides.any() and most > 0 and count != before:
        cut = shapes._replace(step=_lattice(shapes, wanted * np.maximum(area, 1e-30) ** SPREAD), sides=sides)
        before, count = count, _cut(cut, nothing)
        if count <= most:
            break
        wanted *= 2 ** (max(1, round(STEPS_AN_OCTAVE / 2 * math.log2(count / most))) / STEPS_AN_OCTAVE)
    found = _room_for(count)
    _cut(cut, found)
    tiles = _placed(frame_set, surfaces, found)
    # Where even one tile a face is too many.
    return tiles if count <= most else tiles.select(np.linspace(0, count - 1, most).astype(np.int64))


def is_closed(triangles: Int32) -> bool:
    """Whether a mesh has an inside: each edge is there as often one way as the other. By sums of hashes, which could
    agree by chance once in 2^64 meshes."""
    start = triangles.reshape(-1).astype(np.uint64)
    end = np.roll(triangles, -1, axis=1).reshape(-1).astype(np.uint64)
    return len(start) > 0 and bool(_hashed(start, end).sum() == _hashed(end, start).sum())


def _hashed(start: NDArray[np.uint64], end: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = start << np.uint64(32) | end
    for factor in (_FIRST, _SECOND):
        mixed = (mixed ^ (mixed >> np.uint64(30))) * factor
    return mixed ^ (mixed >> np.uint64(31))


def _sides(frame_set: FrameSet, shapes: _Lattices, eye: Float64) -> NDArray[np.int64]:
    """[M] how many sides of a mesh's faces can be filmed: of one, it is that of their normals."""
    meshes, scale = frame_set.meshes, shapes.scale
    away = eye - np.array([placed.transform[:3, 3] for placed in meshes]).reshape(-1, 3)
    local = np.einsum("mij,mj->mi", np.linalg.pinv(shapes.turn), away)
    within = ((local >= shapes.low) & (local <= shapes.high)).all(1)
    known: dict[int, tuple[bool, bool]] = {}  # by the address of a mesh: copies share theirs
    sides = np.full(len(meshes), 2, np.int64)
    for m, placed in enumerate(meshes):
        mesh = placed.mesh
        if id(mesh) not in known:
            known[id(mesh)] = is_closed(mesh.triangles), _is_inward(mesh)
        closed, inward = known[id(mesh)]
        if closed:
            sides[m] = 1 + (inward != (within[m] and _encloses(mesh, scale[m], local[m])))
    return sides


def _is_inward(mesh: Mesh) -> bool:
    """Of a closed mesh, whether its normals point to its inside."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    return bool(np.einsum("fi,fi->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() < 0)


def _encloses(mesh: Mesh, scale: Float64, point: Float64) -> bool:
    """Whether a point, in the mesh's own axes and in metres, is inside: the solid angles of a closed mesh's faces (van
    Oosterom and Strackee, 1983) add up to a whole sphere there, and to nothing elsewhere."""
    a, b, c = (mesh.vertices[mesh.triangles].astype(np.float64) * scale - point).transpose(1, 0, 2)
    la, lb, lc = (np.linalg.norm(side, axis=-1) for side in (a, b, c))
    above = np.einsum("fi,fi->f", a, np.cross(b, c))
    below = la * lb * lc + (a * b).sum(-1) * lc + (b * c).sum(-1) * la + (c * a).sum(-1) * lb
    return bool(abs(2 * np.arctan2(above, below).sum()) > 2 * np.pi)


def _measured(frame_set: FrameSet, surfaces: Surfaces) -> tuple[_Lattices, Float64]:
    """(the meshes, not cut yet; [M] the area of each in square metres, 0 where it is not there)."""
    meshes = len(frame_set.meshes)
    ends = np.append(surfaces.first_face, len(surfaces.faces)).astype(np.int64)
    scale = np.array([scale_of(placed.transform) for placed in frame_set.meshes], np.float64).reshape(-1, 3)
    low, high, area = np.full((meshes, 3), np.inf), np.full((meshes, 3), -np.inf), np.zeros(meshes)
    _measure(surfaces.vertices, surfaces.faces, ends, scale, low, high, area)
    there = np.abs(np.linalg.det(surfaces.linear)) > 1e-18
    turn = surfaces.linear / np.maximum(scale, 1e-30)[:, None, :]
    step, sides = np.ones((meshes, 3)), np.zeros(meshes, np.int64)
    shape = (surfaces.vertices, surfaces.faces, ends, scale, low, high, step, turn, surfaces.winding, sides)
    return _Lattices(*shape), np.where(there, area, 0.0)


def _octave(wanted: float) -> float:
    """The next of the sizes that tiles come in, or itself."""
    return 2.0 ** (math.ceil(STEPS_AN_OCTAVE * math.log2(max(wanted, 1e-12))) / STEPS_AN_OCTAVE)


def _lattice(shapes: _Lattices, wanted: Float64) -> Float64:
    """[M,3] the steps nearest to `wanted` [M] that divide the boxes of the meshes."""
    extent = np.where(np.isfinite(shapes.low), shapes.high - shapes.low, 0.0)
    cells = np.clip(np.round(extent / wanted[:, None]), 1, MOST_CELLS)
    return np.where(extent > 1e-9, extent / cells, 1.0)


class _Lattices(NamedTuple):
    """What is cut: the set's triangles as `Surfaces` has them, and M lattices."""

    vertices: Float32
    faces: Int32
    ends: NDArray[np.int64]
    """[M+1] the first face of each mesh, and the end of the last."""
    scale: Float64
    """[M,3]."""
    low: Float64
    high: Float64
    """[M,3] the box of each mesh in its own axes, metres; the lattice begins at `low`."""
    step: Float64
    """[M,3] metres."""
    turn: Float64
    """[M,3,3] from there to the world."""
    winding: Float64
    sides: NDArray[np.int64]
    """[M] how many are tiled; 0 for a mesh that is not there."""


class _Room(NamedTuple):
    """For tiles; the fields of `Tiles`."""

    mesh: Int32
    triangle: Int32
    u: Float32
    v: Float32
    edges: Float32


def _room_for(count: int) -> _Room:
    names = np.zeros((2, count), np.int32)
    return _Room(*names, *np.zeros((2, count), np.float32), np.zeros((count, 2, 3), np.float32))


def _placed(frame_set: FrameSet, surfaces: Surfaces, found: _Room) -> Tiles:
    mesh, triangle, u, v, edges = found
    corners = surfaces.vertices[surfaces.faces[surfaces.first_face[mesh] + triangle]].astype(np.float64)
    weights = np.stack([1 - u.astype(np.float64) - v, u, v], -1)
    local = np.einsum("nk,nki->ni", weights, corners)
    translation = np.array([placed.transform[:3, 3] for placed in frame_set.meshes]).reshape(-1, 3)
    world = np.einsum("nij,nj->ni", surfaces.linear[mesh], local) + translation[mesh]
    return Tiles(mesh, triangle, u, v, world.astype(np.float32), edges)


# Below, a mesh is measured in its own axes but in metres: its vertices times the lengths of its transform's columns.


@_compiled
def _corner(vertices, index, scale, m):  # type: ignore[no-untyped-def]
    return (
        np.float64(vertices[index, 0]) * scale[m, 0],
        np.float64(vertices[index, 1]) * scale[m, 1],
        np.float64(vertices[index, 2]) * scale[m, 2],
    )


@_compiled
def _normal(a, b, c):  # type: ignore[no-untyped-def]
    """As long as the triangle is large."""
    x, y, z = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    p, q, r = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    return (y * r - z * q) / 2, (z * p - x * r) / 2, (x * q - y * p) / 2


@_compiled
def _measure(vertices, faces, ends, scale, low, high, area):  # type: ignore[no-untyped-def]
    """The box of each mesh, and the area of its faces as columns along their main axes meet them."""
    for m in range(len(ends) - 1):
        for face in range(ends[m], ends[m + 1]):
            a = _corner(vertices, faces[face, 0], scale, m)
            b = _corner(vertices, faces[face, 1], scale, m)
            c = _corner(vertices, faces[face, 2], scale, m)
            n = _normal(a, b, c)
            area[m] += max(abs(n[0]), max(abs(n[1]), abs(n[2])))
            for k in range(3):
                low[m, k] = min(low[m, k], min(a[k], min(b[k], c[k])))
                high[m, k] = max(high[m, k], max(a[k], max(b[k], c[k])))


@_compiled
def _main_axis(n):  # type: ignore[no-untyped-def]
    most = _SQUARE_ON * max(abs(n[0]), max(abs(n[1]), abs(n[2])))
    if abs(n[2]) >= most:
        return 2
    return 1 if abs(n[1]) >= most else 0


@_compiled
def _cut(lattices, room):  # type: ignore[no-untyped-def]
    """Writes the tiles, as far as there is room for them; returns how many there are."""
    vertices, faces, ends, scale, low, _, step, turn, winding, sides = lattices
    mesh, triangle, us, vs, edges = room
    count = 0
    flat = np.empty((3, 2))
    for m in range(len(ends) - 1):
        for face in range(ends[m], ends[m + 1] if sides[m] > 0 else ends[m]):
            a = _corner(vertices, faces[face, 0], scale, m)
            b = _corner(vertices, faces[face, 1], scale, m)
            c = _corner(vertices, faces[face, 2], scale, m)
            n = _normal(a, b, c)
            k = _main_axis(n)
            i, j = (k + 1) % 3, (k + 2) % 3
            if n[k] < 0:  # seen from the side on which it turns to the left
                i, j = j, i
            flat[0, 0], flat[0, 1] = (a[i] - low[m, i]) / step[m, i], (a[j] - low[m, j]) / step[m, j]
            flat[1, 0], flat[1, 1] = (b[i] - low[m, i]) / step[m, i], (b[j] - low[m, j]) / step[m, j]
            flat[2, 0], flat[2, 1] = (c[i] - low[m, i]) / step[m, i], (c[j] - low[m, j]) / step[m, j]
            if _side_of(flat, 0, 1, flat[2, 0], flat[2, 1]) <= 0:
                continue
            before = count
            count = _columns(flat, us, vs, count, sides[m])
            for at in range(before, min(count, len(mesh))):
                mesh[at], triangle[at] = m, face - ends[m]
                turned = winding[m] if (at - before) % sides[m] == 0 else -winding[m]
                _put_edge(edges, at, 0, turn, (m, i, k), (turned * step[m, i] / 2, n[i] / n[k]))
                _put_edge(edges, at, 1, turn, (m, j, k), (step[m, j] / 2, n[j] / n[k]))
    return count


@_compiled
def _columns(flat, us, vs, count, sides):  # type: ignore[no-untyped-def]
    """Notes where the middles of the lattice's columns lie in the triangle `flat` [3,2]; returns the new count."""
    whole = _side_of(flat, 0, 1, flat[2, 0], flat[2, 1])
    first_x, last_x = _span(flat[0, 0], flat[1, 0], flat[2, 0])
    first_y, last_y = _span(flat[0, 1], flat[1, 1], flat[2, 1])
    for row in range(first_y, last_y + 1):
        for column in range(first_x, last_x + 1):
            x, y = column + 0.5, row + 0.5
            of_first, of_second = _side_of(flat, 1, 2, x, y), _side_of(flat, 2, 0, x, y)
            if not (_holds(flat, 1, 2, of_first) and _holds(flat, 2, 0, of_second)):
                continue
            if not _holds(flat, 0, 1, _side_of(flat, 0, 1, x, y)):
                continue
            for _ in range(sides):
                if count < len(us):
                    us[count], vs[count] = of_second / whole, _side_of(flat, 0, 1, x, y) / whole
                count += 1
    return count


@_compiled
def _span(a, b, c):  # type: ignore[no-untyped-def]
    """The first and the last column whose middle may lie between three places along an axis."""
    return np.int64(math.ceil(min(a, min(b, c)) - 0.5)), np.int64(math.floor(max(a, max(b, c)) - 0.5))


@_compiled
def _side_of(flat, start, end, x, y):  # type: ignore[no-untyped-def]
    """Twice the area of the triangle with an edge, positive where (x, y) lies left of it. Worked out from the same end
    for both faces of an edge, so that a point on it belongs to one of them only."""
    ax, ay, bx, by = flat[start, 0], flat[start, 1], flat[end, 0], flat[end, 1]
    if ax < bx or (ax == bx and ay < by):
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return -((ax - bx) * (y - by) - (ay - by) * (x - bx))


@_compiled
def _holds(flat, start, end, value):  # type: ignore[no-untyped-def]
    """Whether a point with that `_side_of` belongs to the face: an edge goes up for one of its two faces, and down for
    the other."""
    rises = flat[end, 1] > flat[start, 1] or (flat[end, 1] == flat[start, 1] and flat[end, 0] < flat[start, 0])
    return value > 0 or (value == 0 and rises)


@_compiled
def _put_edge(edges, at, which, turn, axes, half):  # type: ignore[no-untyped-def]
    """Half a step along an axis of the mesh, within the plane of the face, in the world. axes: mesh, along, up."""
    m, along, up = axes
    step, slope = half
    for axis in range(3):
        edges[at, which, axis] = step * (turn[m, axis, along] - slope * turn[m, axis, up])
