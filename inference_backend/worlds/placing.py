"""Where tokens lie in the world, given where the greybox stands: the way back from rest space, for a box in metres.

Precision. A rigid object's tokens go through its transform: to float32 rounding. A deforming mesh carries each token
by its nearest rest triangle (weights of the nearest point on it): exact on the surface, where tokens are written; two
sheets of a mesh that touch in the rest pose cannot be told apart. Points without geometry (VOID) are where they are,
and tokens that are anchored by their place where that is now.
The sky is nowhere, and so is what is hidden or not part of the greybox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance

from ..greybox.geometry import VOID
from .anchor_names import anchor_name
from .mesh_store import MeshStore
from .world_files import Anchor

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Carry = Callable[[Float64], Float64]
"""[N,3] in an anchor's rest space -> [N,3] in the world, metres."""
Box = tuple[float, float, float, float, float, float]
_PAIRS = 100_000
"""Pairs of points and triangles that are looked at at once."""
_SLACK = 1e-6
"""Metres by which distances may be off."""


def carries(greybox: Greybox, tracks: GreyboxTracks, meshes: MeshStore, anchors: Sequence[Anchor]) -> dict[int, Carry]:
    """By anchor id, the way to the world at the tracks' first frame. Raises NotFound (a mesh)."""
    known = {anchor.name: anchor for anchor in anchors}
    found: dict[int, Carry] = {VOID: lambda positions: positions}
    for i, instance in enumerate(greybox.instances):
        mesh = meshes.get(instance.mesh)
        name = anchor_name(instance.anchor, mesh["triangles"], len(mesh["vertices"]), instance.anchored_by)
        anchor = known.get(name)
        if anchor is not None and tracks.visible[i, 0]:
            found[anchor.id] = _carry(instance, anchor, tracks.transforms_at(0)[i], meshes)
    return found


def inside(box: Box, ways: dict[int, Carry]) -> Callable[[Int32, NDArray[np.float32]], NDArray[np.bool_]]:
    """(anchor [N], rest position [N,3]) -> [N], whether the token lies in the box; its faces count."""
    low, high = np.array(box[:3]), np.array(box[3:])

    def chosen(anchor: Int32, position: NDArray[np.float32]) -> NDArray[np.bool_]:
        within = np.zeros(len(anchor), bool)
        for one in np.unique(anchor):
            rows = np.flatnonzero(anchor == one)
            world = ways[int(one)](position[rows].astype(np.float64))
            within[rows] = np.all((world >= low) & (world <= high), axis=1)
        return within

    return chosen


def _carry(instance: Instance, anchor: Anchor, transform: Float64, meshes: MeshStore) -> Carry:
    scale, linear, place = np.array(anchor.rest_scale), transform[:3, :3], transform[:3, 3]
    rigid = anchor.rest_mesh == instance.mesh and not instance.vertex_track
    if rigid or instance.anchored_by == "place":
        return lambda positions: (positions / scale) @ linear.T + place
    mesh = meshes.get(instance.mesh)
    now = meshes.get(instance.vertex_track)["vertices"][0] if instance.vertex_track else mesh["vertices"]
    rest = meshes.get(anchor.rest_mesh)["vertices"].astype(np.float64) * scale
    bent = now.astype(np.float64) @ linear.T + place
    return lambda positions: follow(positions, rest, bent, mesh["triangles"])


def follow(positions: Float64, rest: Float64, bent: Float64, triangles: Int32) -> Float64:
    """[N,3] points near the surface `rest` [V,3] as they move with it to `bent` [V,3]; triangles [F,3].

    Points are halved along their longest side until few enough triangles can be nearest to any of a group.
    """
    corners = rest[triangles]
    centre = corners.mean(1)
    radius = np.linalg.norm(corners - centre[:, None], axis=-1).max(1)
    moved = np.empty_like(positions)
    groups = [(np.arange(len(positions)), np.arange(len(triangles)))] if len(positions) else []
    while groups:
        rows, near = groups.pop()
        points = positions[rows]
        near = near[_may_be_nearest(points, centre[near], radius[near])]
        if len(rows) > 1 and len(rows) * len(near) > _PAIRS:
            order = rows[np.argsort(points[:, np.ptp(points, axis=0).argmax()])]
            groups += [(order[: len(rows) // 2], near), (order[len(rows) // 2 :], near)]
            continue
        triangle, weights = _nearest(points, corners[near], centre[near], radius[near])
        moved[rows] = np.einsum("nk,nkd->nd", weights, bent[triangles[near[triangle]]])
    return moved


def _may_be_nearest(points: Float64, centre: Float64, radius: Float64) -> NDArray[np.bool_]:
    """[F], whether a triangle (within `radius` of `centre`) may be the nearest one to any of the points."""
    middle = points.mean(0)
    reach = np.linalg.norm(points - middle, axis=1).max() + _SLACK
    distance = np.linalg.norm(centre - middle, axis=1)
    return np.asarray(distance - radius - reach <= (distance + radius).min() + reach)


def _nearest(points: Float64, corners: Float64, centre: Float64, radius: Float64) -> tuple[NDArray[np.intp], Float64]:
    """The nearest of the triangles [F,3,3] to each point [N,3]: its index [N], weights [N,3] of the nearest point."""
    distance = _distances(points, centre)
    # The nearest triangle is among those whose sphere begins before the nearest sphere ends.
    row, triangle = np.nonzero(distance - radius <= (distance + radius).min(1)[:, None] + _SLACK)
    weights = _nearest_weights(points[row], corners[triangle])
    off = np.linalg.norm(np.einsum("nk,nkd->nd", weights, corners[triangle]) - points[row], axis=-1)
    order = np.lexsort((off, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    return triangle[first], weights[first]


def _distances(points: Float64, centres: Float64) -> Float64:
    """[N,F]. By one matrix product; relative to the middle of all, so that little is lost to cancellation."""
    middle = centres.mean(0)
    a, b = points - middle, centres - middle
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def _nearest_weights(points: Float64, corners: Float64) -> Float64:
    """[M,3] barycentric weights of the point of each triangle [M,3,3] that is nearest to each point [M,3]."""
    a, edges = corners[:, 0], corners[:, 1:] - corners[:, :1]
    gram = np.einsum("mid,mjd->mij", edges, edges)
    flat = np.linalg.det(gram) <= 1e-12 * np.einsum("mii->m", gram) ** 2
    gram[flat] = np.eye(2)
    v, w = np.linalg.solve(gram, np.einsum("mid,md->mi", edges, points - a)[..., None])[..., 0].T
    best = np.stack([1 - v - w, v, w], 1)
    outside = np.flatnonzero(flat | (best < 0).any(1))
    shortest = np.full(len(outside), np.inf)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        start, along = corners[outside, i], corners[outside, j] - corners[outside, i]
        length = np.maximum((along * along).sum(1), 1e-30)
        share = np.clip(((points[outside] - start) * along).sum(1) / length, 0, 1)
        off = np.linalg.norm(start + share[:, None] * along - points[outside], axis=1)
        nearer = off < shortest
        shortest[nearer] = off[nearer]
        weights = np.zeros((len(outside), 3))
        weights[:, i], weights[:, j] = 1 - share, share
        best[outside[nearer]] = weights[nearer]
    return np.asarray(best)
