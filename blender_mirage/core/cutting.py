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
"""That a mesh is cut into."""
_POINTS_AT_ONCE = 400_000
_WELD = 2**22
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
    wanted = spans[first]
    level = min(FINEST, int(wanted.max(initial=0)))
    copies = np.bincount(inverse.ravel(), minlength=len(distinct))
    while True:
        levels = np.minimum(wanted, level)
        pieces: dict[int, _Piece] = {}
        if level == 0 or (4.0**levels / 2).sum() <= MOST_POINTS:
            pieces = _pieces(asked[first], levels, wanted - levels, opacity)
            count = sum(len(piece.triangles) * int(copies[i]) for i, piece in pieces.items())
            if level == 0 or count + kept.sum() <= MOST_TRIANGLES:
                break
        level -= 1
    if kept.sum() + len(asked) == len(kept) and all(piece is _WHOLE for piece in pieces.values()):
        return None
    return _joined(mesh, np.flatnonzero(kept), asked, inverse.ravel(), [pieces[i] for i in range(len(distinct))])


def _pieces(rows: Int64, levels: Int64, coarser: Int64, opacity: Opacity) -> dict[int, _Piece]:
    found: dict[int, _Piece] = {}
    for level, mip in sorted(set(zip(levels.tolist(), coarser.tolist(), strict=True))):
        weights = lattice(level).weights
        members = np.flatnonzero((levels == level) & (coarser == mip))
        step = max(1, _POINTS_AT_ONCE // len(weights))
        for start in range(0, len(members), step):
            some = members[start : start + step]
            solid = opacity(rows[some], weights, mip) - 0.5
            for i, values in zip(some.tolist(), solid, strict=True):
                between = _Between(opacity, rows[i : i + 1], mip) if len(rows) <= _FEW else None
                found[i] = _piece(values, level, between)
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
    """How solid one triangle is between the points of its lattice."""

    opacity: Opacity
    row: Int64
    mip: int

    def crossing(self, start: Float64, end: Float64) -> Float64:
        """[N,1] how far the edge lies on the way from points [N,3] on one of its sides to points on the other."""
        side = self._inside(start)
        low, high = np.zeros((len(start), 1)), np.ones((len(start), 1))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            same = (self._inside(start + (end - start) * middle) == side)[:, None]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return (low + high) / 2

    def _inside(self, weights: Float64) -> Bool:
        return np.asarray(self.opacity(self.row, weights, self.mip)[0] >= 0.5)


def _piece(solid: Float64, level: int, between: _Between | None) -> _Piece:
    """`solid` [P] at the lattice's points, from 0 up where there is a surface."""
    weights, children = lattice(level)
    inside = solid >= 0
    if inside.all() or not inside.any():
        return _WHOLE if inside.all() else _NONE
    finest = inside[children[-1]]
    full, some = finest.all(1), finest.any(1)
    edge = children[-1][some & ~full]
    taken = []
    for part in reversed(children[1:]):
        above = full.reshape(-1, 4).all(1)
        taken.append(part[full & ~np.repeat(above, 4)])
        full = above
    taken.append(children[0][full])
    whole = weights[np.concatenate(taken)]
    return _welded(np.concatenate([whole, *_clipped(weights[edge], solid[edge], between)]))


def _clipped(corners: Float64, solid: Float64, between: _Between | None) -> list[Float64]:
    """The solid parts [N,3,3] of triangles [E,3,3] with `solid` [E,3] at their corners, some of it above 0."""
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
            share = between.crossing(corners[:, 0], corners[:, other])
        crossing.append(corners[:, 0] + (corners[:, other] - corners[:, 0]) * share)
    first, second = crossing
    tips = np.stack([corners[:, 0], first, second], 1)[alone]
    lower = np.stack([first, corners[:, 1], corners[:, 2]], 1)[~alone]
    upper = np.stack([first, corners[:, 2], second], 1)[~alone]
    return [tips, lower, upper]


def _welded(soup: Float64) -> _Piece:
    """Triangles [N,3,3] with the vertices that they share made one."""
    points = soup.reshape(-1, 3)
    _, first, inverse = np.unique(np.rint(points[:, 1:] * _WELD), axis=0, return_index=True, return_inverse=True)
    triangles = inverse.reshape(-1, 3)
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    return _Piece(points[first], triangles[(a != b) & (b != c) & (c != a)])


def _joined(mesh: MeshRead, kept: Int64, asked: Int64, like: Int64, pieces: list[_Piece]) -> Cut:
    """The triangles `kept` as they are, and of each one `asked` its piece."""
    used, inverse = np.unique(mesh.triangles[kept], return_inverse=True)
    corners = [np.repeat(used[:, None], 3, 1)]
    weights = [np.tile(np.array([1.0, 0.0, 0.0]), (len(used), 1))]
    triangles, materials = [inverse.reshape(-1, 3)], [mesh.face_material[kept]]
    count = len(used)
    for i, piece in enumerate(pieces):
        rows = asked[like == i] if len(pieces) > 1 else asked
        if not len(piece.triangles):
            continue
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
