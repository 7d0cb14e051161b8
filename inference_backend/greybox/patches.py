"""Patches of triangles by number, numbers drawn from numbers, and a table of what is known of them: compiled loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

from .geometry import Float32, Float64, FrameSet
from .raycast import Hits, world_vertices

_Keys = NDArray[np.int64]
# A key: 24 bits of the face, 6 of the level, 1 of the side, 16 for the place along each edge.
_FACES = 2**24
_AXIS = 2**16
_LEVEL_BIAS = 40
_INSIDE = 0.998
"""Middles beyond a triangle's third edge are drawn to just inside it."""
_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth, TAOCP 6.4)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64 (Steele et al., 2014)
_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


class Patches:
    """The triangles of what stands still, cut into patches."""

    def __init__(self, frame_set: FrameSet, moving: frozenset[int]) -> None:
        meshes = frame_set.meshes
        counts = [len(placed.mesh.triangles) for placed in meshes]
        self._start = np.cumsum([0, *counts])[:-1].astype(np.int64)
        # More faces than a key can tell apart: then none of them is kept.
        fits = sum(counts) <= _FACES
        self.still = np.array([fits and i not in moving for i in range(len(meshes))], bool)
        """[M] whether a mesh has patches."""
        corners = [
            world_vertices(placed)[placed.mesh.triangles] if still else np.zeros((count, 3, 3), np.float32)
            for placed, still, count in zip(meshes, self.still, counts, strict=True)
        ]
        joined = np.concatenate([np.zeros((0, 3, 3), np.float32), *corners])
        self._corner = np.ascontiguousarray(joined[:, 0])
        self._first = np.ascontiguousarray(joined[:, 1] - joined[:, 0])
        self._second = np.ascontiguousarray(joined[:, 2] - joined[:, 0])

    def keys(self, hits: Hits, rows: NDArray[np.int64], size: Float32, towards: Float32) -> tuple[_Keys, _Keys]:
        """(the patches that the hits `rows` are on, each once; [N] the place of each hit's patch among them).

        size: [N] metres that a patch measures, up to a factor of the root of two. towards: [N,3] to the side seen.
        """
        face = self._start[hits.mesh[rows]] + hits.triangle[rows]
        found = np.empty(len(rows), np.int64)
        _keys(face, hits.u[rows], hits.v[rows], size, towards, self._first, self._second, found)
        keys, place = np.unique(found, return_inverse=True)
        return keys, place

    def middles(self, keys: _Keys) -> tuple[Float32, Float32]:
        """([N,3] the middle of each patch, [N,3] its unit normal)."""
        points, normals = np.empty((len(keys), 3), np.float32), np.empty((len(keys), 3), np.float32)
        _middles(keys, self._corner, self._first, self._second, points, normals)
        return points, normals


class KeyedNumbers:
    """Random numbers of N keys, as much of `numpy.random.Generator` as shading draws: whatever other keys are asked
    together with it, a key has the same ones."""

    def __init__(self, keys: _Keys, stream: int) -> None:
        self._keys = keys
        self._stream = 1024 * stream

    def standard_normal(self, size: tuple[int, int]) -> Float64:
        """[N*R,W], W at most 3: R rows for each key, one behind another."""
        drawn = np.empty(size, np.float64)
        _normals(self._keys, np.uint64(self._next()), _some_normals(), drawn)
        return drawn

    def uniform(self, low: float, high: float, size: tuple[int, int]) -> Float64:
        """Likewise, from `low` to `high`."""
        return low + (high - low) * self._draw(*size)

    def _draw(self, rows: int, columns: int) -> Float64:
        """[rows,columns] in 0..1, 1 left out."""
        drawn = np.empty((rows, columns), np.float64)
        _draw(self._keys, np.uint64(self._next()), drawn)
        return drawn

    def _next(self) -> int:
        self._stream += 1
        return self._stream


def cosine_rays(position: Float32, normal: Float32, keys: _Keys, rays: int, offset: float) -> tuple[Float32, Float32]:
    """(origins, unit directions) [N*rays,3] of cosine-weighted rays above N points, `rays` for each, one behind
    another; they start `offset` metres above the surface."""
    origins = np.empty((len(keys) * rays, 3), np.float32)
    directions = np.empty_like(origins)
    _cosine_rays(position, normal, keys, np.uint64(0), _some_normals(), offset, origins, directions)
    return origins, directions


@lru_cache(maxsize=1)
def _some_normals() -> Float64:
    """[16384,3] to choose from: drawing one anew costs more than its ray."""
    return np.random.default_rng(0).standard_normal((2**14, 3))


class Table:
    """Values [width] float32 by key."""

    def __init__(self, width: int) -> None:
        self._values = np.zeros((1024, width), np.float32)
        self._count = 0
        self._keys = np.full(4096, -1, np.int64)
        self._places = np.zeros(4096, np.int64)

    def __len__(self) -> int:
        return self._count

    def look_up(self, keys: _Keys, work_out: Callable[[NDArray[np.bool_]], Float32]) -> Float32:
        """[N,width] of `keys` [N], no two equal. work_out: gives those of the [N] that are True: not known yet."""
        place = _find(self._keys, self._places, keys)
        new = place < 0
        if new.any():
            worth = work_out(new)
            place[new] = np.arange(self._count, self._count + len(worth))
            self._make_room(self._count + len(worth))
            self._values[place[new]] = worth
            _insert(self._keys, self._places, keys[new], place[new])
            self._count += len(worth)
        return self._values[place]

    def _make_room(self, count: int) -> None:
        if count > len(self._values):
            more = np.zeros((max(count, 2 * len(self._values)), self._values.shape[1]), np.float32)
            more[: self._count] = self._values[: self._count]
            self._values = more
        if 2 * count > len(self._keys):
            used = np.flatnonzero(self._keys >= 0)
            keys, places = self._keys[used], self._places[used]
            slots = 2 ** int(np.ceil(np.log2(4 * count)))
            self._keys, self._places = np.full(slots, -1, np.int64), np.zeros(slots, np.int64)
            _insert(self._keys, self._places, keys, places)


@_compiled
def _mixed(value):  # type: ignore[no-untyped-def]
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


@_compiled
def _draw(keys, stream, drawn):  # type: ignore[no-untyped-def]
    each = len(drawn) // max(1, len(keys))
    for i in range(len(drawn)):
        state = _mixed(np.uint64(keys[i // each]) + stream * _HASH) + np.uint64(i % each) * _SECOND
        for k in range(drawn.shape[1]):
            state += _HASH
            drawn[i, k] = np.float64(_mixed(state) >> np.uint64(11)) * 2.0**-53


@_compiled
def _normals(keys, stream, normals, drawn):  # type: ignore[no-untyped-def]
    each = len(drawn) // max(1, len(keys))
    for i in range(len(drawn)):
        row = _mixed(_mixed(np.uint64(keys[i // each]) + stream * _HASH) + np.uint64(i % each) * _SECOND)
        for k in range(drawn.shape[1]):
            drawn[i, k] = normals[row & np.uint64(len(normals) - 1), k]


@_compiled
def _cosine_rays(position, normal, keys, stream, normals, offset, origins, directions):  # type: ignore[no-untyped-def]
    each = len(origins) // max(1, len(keys))
    for i in range(len(origins)):
        n = i // each
        row = _mixed(_mixed(np.uint64(keys[n]) + stream * _HASH) + np.uint64(i % each) * _SECOND)
        row = row & np.uint64(len(normals) - 1)
        x, y, z = normals[row, 0], normals[row, 1], normals[row, 2]
        scale = 1 / math.sqrt(x * x + y * y + z * z)
        # A unit normal plus a uniform point on the unit sphere is cosine-distributed.
        x, y, z = normal[n, 0] * 1.001 + x * scale, normal[n, 1] * 1.001 + y * scale, normal[n, 2] * 1.001 + z * scale
        scale = 1 / math.sqrt(x * x + y * y + z * z)
        directions[i, 0], directions[i, 1], directions[i, 2] = x * scale, y * scale, z * scale
        for k in range(3):
            origins[i, k] = position[n, k] + normal[n, k] * offset


@_compiled
def _cuts(edges, face, size):  # type: ignore[no-untyped-def]
    """Into how many an edge is cut."""
    x, y, z = edges[face, 0], edges[face, 1], edges[face, 2]
    return min(_AXIS - 1, max(1, np.int64(math.ceil(math.sqrt(x * x + y * y + z * z) / size))))


@_compiled
def _normal(first, second, face):  # type: ignore[no-untyped-def]
    ax, ay, az = np.float64(first[face, 0]), np.float64(first[face, 1]), np.float64(first[face, 2])
    bx, by, bz = np.float64(second[face, 0]), np.float64(second[face, 1]), np.float64(second[face, 2])
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    scale = 1 / max(math.sqrt(x * x + y * y + z * z), 1e-30)
    return x * scale, y * scale, z * scale


@_compiled
def _keys(faces, u, v, size, towards, first, second, keys):  # type: ignore[no-untyped-def]
    for i in range(len(faces)):
        face = faces[i]
        level = np.int64(math.floor(math.log2(max(size[i], 1e-9)) + 0.5))
        level = max(-_LEVEL_BIAS, min(23, level))
        edge = 2.0**level
        m, n = _cuts(first, face, edge), _cuts(second, face, edge)
        a = max(0, min(m - 1, np.int64(u[i] * m)))
        b = max(0, min(n - 1, np.int64(v[i] * n)))
        x, y, z = _normal(first, second, face)
        side = 1 if x * towards[i, 0] + y * towards[i, 1] + z * towards[i, 2] < 0 else 0
        keys[i] = ((((face * 64 + level + _LEVEL_BIAS) * 2 + side) * _AXIS) + a) * _AXIS + b


@_compiled
def _middles(keys, corner, first, second, points, normals):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        key = keys[i]
        b, a = key % _AXIS, key // _AXIS % _AXIS
        rest = key // (_AXIS * _AXIS)
        side, level, face = rest % 2, rest // 2 % 64 - _LEVEL_BIAS, rest // 128
        edge = 2.0**level
        u, v = (a + 0.5) / _cuts(first, face, edge), (b + 0.5) / _cuts(second, face, edge)
        scale = _INSIDE / (u + v) if u + v > _INSIDE else 1.0
        x, y, z = _normal(first, second, face)
        sign = -1.0 if side == 1 else 1.0
        normals[i, 0], normals[i, 1], normals[i, 2] = sign * x, sign * y, sign * z
        for k in range(3):
            points[i, k] = corner[face, k] + scale * (u * first[face, k] + v * second[face, k])


@_compiled
def _slot(stored, key):  # type: ignore[no-untyped-def]
    """Where the key is, or would be."""
    slot = np.int64(_mixed(np.uint64(key) * _HASH) & np.uint64(len(stored) - 1))
    while stored[slot] >= 0 and stored[slot] != key:
        slot = (slot + 1) & (len(stored) - 1)
    return slot


@_compiled
def _find(stored, places, keys):  # type: ignore[no-untyped-def]
    found = np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        slot = _slot(stored, keys[i])
        found[i] = places[slot] if stored[slot] >= 0 else -1
    return found


@_compiled
def _insert(stored, places, keys, values):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        slot = _slot(stored, keys[i])
        stored[slot] = keys[i]
        places[slot] = values[i]
