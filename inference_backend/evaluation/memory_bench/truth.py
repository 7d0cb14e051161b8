"""What a read should have found, from exact ray casts alone; nothing here knows how a memory works.

A surface point is a triangle with barycentric coordinates, so that it is followed exactly wherever its mesh goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...greybox.geometry import Float64
from ...greybox.raycast import Raycaster
from .footage import Look

COMPARABLE = 2.0
"""A surface counts as seen where an earlier cell on it was at most so many times larger or smaller."""
APART = 2.0
"""Footprints (of the coarser of token and cell) within which a token lies on the surface that a cell sees."""
RIGHT, WRONG, THROUGH, GHOST = 0, 1, 2, 3
_REACHED = (2e-3, 2e-3)
"""Metres, and share of the distance, within which a ray's hit is the point that it was aimed at."""


@dataclass(frozen=True)
class Points:
    """The surface points of a frame's cells, and what the cells saw of them."""

    mesh: NDArray[np.int64]
    """[N], -1 where the cell sees the sky."""
    triangle: NDArray[np.int64]
    u: Float64
    v: Float64
    side: Float64
    """[N] 1 where the camera was on the side that the winding calls outer, else -1."""
    position: Float64
    """[N,3] world, when seen."""
    footprint: Float64
    """[N] metres: the longer side of the cell on its surface."""


def points_of(look: Look) -> Points:
    """One ray a cell, to the surface point that the cell stands for."""
    target = look.cells.position.reshape(-1, 3).astype(np.float64)
    surface = look.cells.depth_z.reshape(-1) > 0
    eye = look.c2w[:3, 3]
    directions = np.where(surface[:, None], target - eye, target)
    origins = np.broadcast_to(eye, directions.shape)
    hits = look.caster.cast(origins.astype(np.float32), directions.astype(np.float32))
    mesh = np.where(surface, hits.mesh, -1).astype(np.int64)
    found = Points(
        mesh,
        hits.triangle.astype(np.int64),
        hits.u.astype(np.float64),
        hits.v.astype(np.float64),
        np.ones(len(mesh)),
        target,
        _footprint(look),
    )
    normal = carry(found, np.arange(len(mesh)), look.caster)[1]
    found.side[:] = np.where((normal * directions).sum(-1) > 0, -1.0, 1.0)
    return found


def carry(points: Points, rows: NDArray[np.int64], caster: Raycaster) -> tuple[Float64, Float64]:
    """(world positions [M,3], normals [M,3] of the side that was seen) of the points `rows` where they are at the frame
    of `caster`; NaN where their mesh is hidden or they are of the sky."""
    position, normal = np.full((len(rows), 3), np.nan), np.full((len(rows), 3), np.nan)
    mesh = points.mesh[rows]
    for index in np.unique(mesh[mesh >= 0]):
        placed = caster.frame_set.meshes[index]
        if abs(np.linalg.det(placed.transform[:3, :3])) < 1e-12:
            continue
        mine = np.flatnonzero(mesh == index)
        corners = placed.mesh.vertices[placed.mesh.triangles[points.triangle[rows[mine]]]].astype(np.float64)
        corners = corners @ placed.transform[:3, :3].T + placed.transform[:3, 3]
        u, v = points.u[rows[mine], None], points.v[rows[mine], None]
        position[mine] = corners[:, 0] * (1 - u - v) + corners[:, 1] * u + corners[:, 2] * v
        crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.maximum(np.linalg.norm(crossed, axis=-1, keepdims=True), 1e-30)
        normal[mine] = crossed / length * points.side[rows[mine], None]
    return position, normal


def seen_before(now: Points, earlier: list[Look]) -> NDArray[np.bool_]:
    """[N] whether the point of each cell was visible, on that side and at a comparable footprint, in an earlier frame:
    a ray from each earlier camera to where the point was then."""
    seen = np.zeros(len(now.mesh), bool)
    for look in earlier:
        rows = np.flatnonzero((now.mesh >= 0) & ~seen)
        position, normal = carry(now, rows, look.caster)
        camera = (position - look.c2w[:3, 3]) @ look.c2w[:3, :3]
        z = np.where(np.isfinite(camera[:, 2]), camera[:, 2], -1.0)
        image = camera / np.where(z > 1e-3, z, 1.0)[:, None] @ look.K.T
        h, w = look.grid
        inside = (z > 1e-3) & (image[:, 0] >= 0) & (image[:, 0] < w) & (image[:, 1] >= 0) & (image[:, 1] < h)
        rows, position, normal, z = rows[inside], position[inside], normal[inside], z[inside]
        ray = position - look.c2w[:3, 3]
        cosine = -(ray * normal).sum(-1) / np.linalg.norm(ray, axis=-1)
        footprint = z / look.K[0, 0] / np.maximum(cosine, 0.05)
        ratio = footprint / now.footprint[rows]
        like = (cosine > 0) & (ratio <= COMPARABLE) & (ratio >= 1 / COMPARABLE)
        rows, ray = rows[like], ray[like]
        seen[rows[reaches(look.caster, look.c2w[:3, 3], ray, now.mesh[rows])]] = True
    return seen


def reaches(caster: Raycaster, eye: Float64, ray: Float64, mesh: NDArray[np.int64]) -> NDArray[np.bool_]:
    """[M] whether the first thing along `ray` [M,3] from `eye` is that mesh, at the ray's end."""
    hits = caster.cast(np.broadcast_to(eye, ray.shape).astype(np.float32), ray.astype(np.float32))
    error = np.abs(hits.distance - 1) * np.linalg.norm(ray, axis=-1)
    return (hits.mesh == mesh) & (error <= _REACHED[0] + _REACHED[1] * np.linalg.norm(ray, axis=-1))


def judge(look: Look, cell: NDArray[np.int64], token: Points, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """[M] RIGHT, WRONG, THROUGH or GHOST for tokens (points `rows` of the frame that wrote them) read by cells `cell`.

    RIGHT: some pixel of the cell sees that object, that side of it, within APART footprints of the token's place. Else
    GHOST where the object has since moved away, bent or gone; THROUGH where something stands before the token's place;
    WRONG otherwise.
    """
    position, normal = carry(token, rows, look.caster)
    coarser = np.maximum(token.footprint[rows], _footprint(look)[cell])
    h, w = look.grid
    stride = look.pixels.shape[0] // h

    def inside(field: NDArray[np.generic]) -> NDArray[np.generic]:
        """[M,stride*stride,...] of the cells' pixels."""
        cut = field.reshape(h, stride, w, stride, *field.shape[2:]).swapaxes(1, 2)
        return cut.reshape(h * w, stride * stride, *field.shape[2:])[cell]

    anchors = np.array([placed.anchor for placed in look.caster.frame_set.meshes] + [-1])[token.mesh[rows]]
    near = np.linalg.norm(inside(look.pixels.position) - position[:, None], axis=-1) <= APART * coarser[:, None]
    facing = (inside(look.pixels.normal) * normal[:, None]).sum(-1) > 0
    right = ((inside(look.pixels.anchor) == anchors[:, None]) & near & facing).any(-1)

    moved = ~(np.linalg.norm(position - token.position[rows], axis=-1) <= APART * coarser)
    ray = position - look.c2w[:3, 3]
    origins = np.broadcast_to(look.c2w[:3, 3], ray.shape).astype(np.float32)
    hits = look.caster.cast(origins, np.nan_to_num(ray).astype(np.float32))
    hidden = (1 - hits.distance) * np.linalg.norm(ray, axis=-1) > APART * coarser
    return np.where(right, RIGHT, np.where(moved, GHOST, np.where(hidden, THROUGH, WRONG)))


def _footprint(look: Look) -> Float64:
    longer = np.maximum(np.linalg.norm(look.cells.du, axis=-1), np.linalg.norm(look.cells.dv, axis=-1))
    return longer.reshape(-1).astype(np.float64)
