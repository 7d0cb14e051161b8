"""Holes in a mesh where its surface lets the camera through: triangles are divided along the edge of what is solid.

What is solid is asked at the points of a lattice in every triangle. Whole parts stay as large as they are, so that
only edges take many triangles. The cut is made of vertices and weights, and follows the mesh however that bends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .greybox_read import MeshRead

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

FINEST = 9
"""Times that a triangle's sides are halved at most: 512 parts."""
MOST_POINTS = 2_000_000
"""Of all lattices of a mesh."""
MOST_TRIANGLES = 300_000
"""That are made of triangles with holes."""
_POINTS_AT_ONCE = 400_000
_WELD = 2**20
_FEW = 64
"""Triangles whose edges are looked for between the points of their lattices."""
_HALVINGS = 5

Opacity = Callable[[Int64, Float64, int], Float64]
"""(rows [B] of triangles, weights [P,3] of their corners, times a picture is halved) -> [B,P], solid from 0.5."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Another mesh on the vertices of one."""

    corners: NDArray[np.int32]
    """[V,3] vertices of the mesh that was cut, of each new vertex."""
    weights: NDArray[np.float32]
    """[V,3]."""
    triangles: NDArray[np.int32]
    """[F,3] of new vertices."""
    face_material: NDArray[np.int32]
    """[F]."""

    def of(self, mesh: MeshRead) -> MeshRead:
        """The cut of a mesh in any of its poses."""
        vertices = np.einsum("vc,vck->vk", self.weights, mesh.vertices[self.corners])
        return MeshRead(vertices.astype(np.float32), self.triangles, self.face_material, self.triangles.ravel())


class _Piece(NamedTuple):
    """What is left of one triangle."""

    weights: Float64
    """[V,3]."""
    triangles: Int64
    """[F,3] into `weights`."""


_WHOLE = _Piece(np.eye(3), np.arange(3)[None, :])
_NONE = _Piece(np.eye(3), np.zeros((0, 3), np.int64))


def cut(mesh: MeshRead, kept: Bool, asked: Int64, like: Int64, spans: Int64, opacity: Opacity) -> Cut | None:
    """The mesh without the triangles that are neither `kept` [F] nor `asked` [A] (rows), and of those what is solid;
    None where that is all of it.

    like: [A] a number for each, equal where triangles are cut alike. spans: [A] how fine, as times a side is halved.
    """
    asked = np.asarray(asked, np.int64)
    distinct, first, inverse = np.unique(like, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    wanted = spans[first]
    level = min(FINEST, int(wanted.max(initial=0)))
    copies = np.bincount(inverse, minlength=len(distinct))
    while True:
        levels = np.minimum(wanted, level)
        pieces: dict[int, _Piece] = {}
        if level == 0 or ((2.0**levels + 1) * (2.0**levels + 2) / 2).sum() <= MOST_POINTS:
            pieces = _pieces(asked[first], levels, wanted - levels, opacity)
            count = sum(len(piece.triangles) * int(copies[i]) for i, piece in pieces.items() if piece is not _WHOLE)
            if level == 0 or count <= MOST_TRIANGLES:
                break
            level -= int(np.log2(count / MOST_TRIANGLES))  # an edge takes twice as many for each level
        level = max(level - 1, 0)
    if kept.sum() + len(asked) == len(kept) and all(piece is _WHOLE for piece in pieces.values()):
        return None
    whole = np.array([pieces[i] is _WHOLE for i in range(len(distinct))], bool)
    broken = {i: piece for i, piece in pieces.items() if len(piece.triangles) and piece is not _WHOLE}
    kept = kept.copy()
    kept[asked[whole[inverse]]] = True
    return _joined(mesh, np.flatnonzero(kept), asked, inverse, broken)


def _pieces(rows: Int64, levels: Int64, coarser: Int64, opacity: Opacity) -> dict[int, _Piece]:
    found: dict[int, _Piece] = {}
    for level, mip in sorted(set(zip(levels.tolist(), coarser.tolist(), strict=True))):
        weights = lattice(level).weights
        members = np.flatnonzero((levels == level) & (coarser == mip))
        step = max(1, _POINTS_AT_ONCE // len(weights))
        for start in range(0, len(members), step):
            some = members[start : start + step]
            solid = opacity(rows[some], weights, mip) - 0.5
            inside = solid >= 0
            found.update(dict.fromkeys(some[inside.all(1)].tolist(), _WHOLE))
            found.update(dict.fromkeys(some[~inside.any(1)].tolist(), _NONE))
            broken = np.flatnonzero(inside.any(1) & ~inside.all(1))
            if not len(broken):
                continue
            between = _Between(opacity, rows[some[broken]], mip) if len(rows) <= _FEW else None
            found.update(zip(some[broken].tolist(), _broken(solid[broken], level, between), strict=True))
    return found


class Lattice(NamedTuple):
    """Points over a triangle whose sides are halved `level` times."""

    weights: Float64
    """[P,3] of the triangle's corners."""
    children: tuple[Int64, ...]
    """[4^l,3] for every level l: the lattice's points at the corners of its parts; part k is made of 4k .. 4k+3."""


@lru_cache(maxsize=FINEST + 1)
def lattice(level: int) -> Lattice:
    parts = 2**level
    column, row = np.meshgrid(np.arange(parts + 1), np.arange(parts + 1))
    inside = column + row <= parts
    number = np.cumsum(inside).reshape(inside.shape) - 1
    across, up = column[inside], row[inside]
    weights = np.stack([parts - across - up, across, up], 1) / parts
    corners = np.array([[[0, 0], [parts, 0], [0, parts]]])
    children = [corners]
    for _ in range(level):
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        ab, bc, ca = (a + b) // 2, (b + c) // 2, (c + a) // 2
        four = [np.stack(part, 1) for part in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        corners = np.stack(four, 1).reshape(-1, 3, 2)
        children.append(corners)
    return Lattice(weights, tuple(number[part[..., 1], part[..., 0]] for part in children))


class _Between(NamedTuple):
    """How solid a few triangles are between the points of their lattices."""

    opacity: Opacity
    rows: Int64
    mip: int

    def crossing(self, owner: Int64, start: Float64, end: Float64) -> Float64:
        """[N,1] how far the edge lies on the way from points [N,3] on one of its sides to points on the other, in the
        triangles `owner` [N] of `rows`."""
        side = self._inside(owner, start)
        low, high = np.zeros((len(start), 1)), np.ones((len(start), 1))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            same = (self._inside(owner, start + (end - start) * middle) == side)[:, None]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return (low + high) / 2

    def _inside(self, owner: Int64, weights: Float64) -> Bool:
        found = np.empty(len(owner), bool)
        for one in np.unique(owner):
            mine = owner == one
            found[mine] = self.opacity(self.rows[one : one + 1], weights[mine], self.mip)[0] >= 0.5
        return found


class _Soup(NamedTuple):
    """Parts of triangles, each by itself."""

    owner: Int64
    """[N]."""
    weights: Float64
    """[N,3,3] at the part's corners, of the corners of its triangle."""


def _broken(solid: Float64, level: int, between: _Between | None) -> list[_Piece]:
    """A piece for each of B triangles. `solid` [B,P] at the points of their lattices, from 0 up where there is a
    surface: at some of them."""
    weights, children = lattice(level)
    inside = solid >= 0
    finest = inside[:, children[-1]]
    full, some = finest.all(2), finest.any(2)
    owner, part = np.nonzero(some & ~full)
    points = children[-1][part]
    soups = _clipped(owner, weights[points], solid[owner[:, None], points], between)
    for place in reversed(children):
        alone = full
        if len(place) > 1:
            above = full.reshape(len(full), -1, 4).all(2)
            alone, full = full & ~np.repeat(above, 4, axis=1), above
        owner, part = np.nonzero(alone)
        soups.append(_Soup(owner, weights[place[part]]))
    return _welded(soups, len(solid))


def _clipped(owner: Int64, corners: Float64, solid: Float64, between: _Between | None) -> list[_Soup]:
    """The solid parts of triangles [E,3,3] with `solid` [E,3] at their corners, some of it above 0."""
    inside = solid >= 0
    alone = inside.sum(1) == 1
    odd = np.argmax(inside == alone[:, None], axis=1)  # the corner that is unlike the two others
    order = (odd[:, None] + np.arange(3)) % 3
    rows = np.arange(len(order))[:, None]
    corners, solid = corners[rows, order], solid[rows, order]
    crossing = []
    for other in (1, 2):
        share = (solid[:, 0] / (solid[:, 0] - solid[:, other]))[:, None]
        if between is not None:
            share = between.crossing(owner, corners[:, 0], corners[:, other])
        crossing.append(corners[:, 0] + (corners[:, other] - corners[:, 0]) * share)
    first, second = crossing
    return [
        _Soup(owner[alone], np.stack([corners[:, 0], first, second], 1)[alone]),
        _Soup(owner[~alone], np.stack([first, corners[:, 1], corners[:, 2]], 1)[~alone]),
        _Soup(owner[~alone], np.stack([first, corners[:, 2], second], 1)[~alone]),
    ]


def _welded(soups: list[_Soup], count: int) -> list[_Piece]:
    """Of each of `count` owners its parts, the vertices that they share made one."""
    owner = np.concatenate([soup.owner for soup in soups])
    order = np.argsort(owner, kind="stable")
    owner = owner[order]
    points = np.concatenate([soup.weights for soup in soups])[order].reshape(-1, 3)
    a, b = (np.rint(points[:, i] * _WELD).astype(np.int64) for i in (1, 2))
    key = (np.repeat(owner, 3) << 42) | (a << 21) | b
    known, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    triangles = inverse.reshape(-1, 3)
    vertex_starts = np.searchsorted(known >> 42, np.arange(count + 1))
    starts = np.searchsorted(owner, np.arange(count + 1))
    x, y, z = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    proper = (x != y) & (y != z) & (z != x)
    found = []
    for i in range(count):
        mine = slice(starts[i], starts[i + 1])
        vertices = points[first[vertex_starts[i] : vertex_starts[i + 1]]]
        found.append(_Piece(vertices, triangles[mine][proper[mine]] - vertex_starts[i]))
    return found


def _joined(mesh: MeshRead, kept: Int64, asked: Int64, like: Int64, pieces: dict[int, _Piece]) -> Cut:
    """The triangles `kept` as they are, and of each one `asked` its piece."""
    used, inverse = np.unique(mesh.triangles[kept], return_inverse=True)
    corners = [np.repeat(used[:, None], 3, 1)]
    weights = [np.tile(np.array([1.0, 0.0, 0.0]), (len(used), 1))]
    triangles, materials = [inverse.reshape(-1, 3)], [mesh.face_material[kept]]
    count = len(used)
    order = np.argsort(like, kind="stable")
    starts = np.searchsorted(like[order], np.arange(like.max(initial=0) + 2))
    for i, piece in pieces.items():
        rows = asked[order[starts[i] : starts[i + 1]]]
        size = len(piece.weights)
        corners.append(np.repeat(mesh.triangles[rows], size, axis=0))
        weights.append(np.tile(piece.weights, (len(rows), 1)))
        shifts = count + size * np.arange(len(rows))
        triangles.append((piece.triangles[None] + shifts[:, None, None]).reshape(-1, 3))
        materials.append(np.repeat(mesh.face_material[rows], len(piece.triangles)))
        count += size * len(rows)
    return Cut(
        np.concatenate(corners).astype(np.int32),
        np.concatenate(weights).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(materials).astype(np.int32),
    )
