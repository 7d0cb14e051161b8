"""G-buffers: what each pixel, and each latent cell, sees of the greybox.

Camera frame: OpenCV (x right, y down, z forward); pixel centres at +0.5. A cell takes the *majority* anchor of its
pixels, so that silhouettes do not fly, and its surface point as near the cell's centre as that anchor allows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .geometry import SKY, Float32, Float64, Int32
from .raycast import Hits, Raycaster


@dataclass(frozen=True)
class GBuffer:
    """[H,W] pixels or [h,w] cells."""

    depth_z: Float32
    """Metres along the optical axis, 0 = no surface."""
    anchor: Int32
    rest_position: Float32
    """[H,W,3] metres in the anchor's rest space; for the sky the unit direction in world space."""
    position: Float32
    """[H,W,3] world, metres; for the sky the unit direction."""
    normal: Float32
    """[H,W,3] world, unit, on the camera's side."""
    rest_normal: Float32
    """[H,W,3] rest space, unit, of the side that the camera sees."""
    material: Int32
    base_color: Float32
    """[H,W,3] linear."""
    du: Float32
    """[H,W,3] how far the rest position moves along the surface for one step right in the grid."""
    dv: Float32
    """[H,W,3] likewise for one step down."""
    view: Float32
    """[H,W,3] unit direction from the surface to the camera, rest space."""
    purity: Float32
    """[H,W] share of the cell's pixels that belong to its anchor; 1 for pixels."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.depth_z.shape[0], self.depth_z.shape[1]

    def footprint(self) -> Float32:
        """[H,W] metres (sky: radians) that one grid step covers, as the root of its area."""
        return np.sqrt(np.linalg.norm(np.cross(self.du, self.dv), axis=-1)).astype(np.float32)


def pixel_gbuffer(caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int) -> GBuffer:
    """G-buffer [height,width] through the pixel centres. `c2w` [4,4], `K` [3,3] in pixels of (height, width)."""
    v, u = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
    return _see(caster, c2w, K, u, v, np.ones((height, width), np.float32))


def cell_gbuffer(caster: Raycaster, c2w: Float64, K: Float64, pixels: GBuffer, stride: int) -> GBuffer:
    """G-buffer of the latent grid, `stride` pixels a cell. `K` is that of the pixels."""
    height, width = pixels.shape
    h, w = height // stride, width // stride
    anchors = _cells(pixels.anchor, h, w, stride)
    votes = (anchors[..., :, None] == anchors[..., None, :]).sum(-1)
    winner = np.take_along_axis(anchors, votes.argmax(-1)[..., None], -1)
    purity = (votes.max(-1) / stride**2).astype(np.float32)

    row, column = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
    u = (column + 0.5) * stride
    v = (row + 0.5) * stride
    centre = _hits(caster, c2w, K, u, v)[0]
    centre_anchor = _anchor_of(caster, centre).reshape(h, w)
    beside = centre_anchor != winner[..., 0]
    if beside.any():
        member = _median_member(_cells(pixels.depth_z, h, w, stride)[beside], (anchors == winner)[beside])
        u[beside] = column[beside] * stride + member % stride + 0.5
        v[beside] = row[beside] * stride + member // stride + 0.5
    return _see(caster, c2w, K, u, v, purity, step=stride)


def rays(c2w: Float64, K: Float64, u: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[Float32, Float32]:
    """World-space origins and directions [N,3] through grid points; a direction's z in the camera is 1, so that the
    distance along it is depth_z."""
    camera = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3) @ np.linalg.inv(K).T
    directions = camera @ c2w[:3, :3].T
    origins = np.broadcast_to(c2w[:3, 3], directions.shape)
    return origins.astype(np.float32), directions.astype(np.float32)


def _cells(field: NDArray[np.generic], h: int, w: int, stride: int) -> NDArray[np.generic]:
    """[H,W] as [h,w,stride*stride]."""
    cut = field[: h * stride, : w * stride].reshape(h, stride, w, stride)
    return cut.transpose(0, 2, 1, 3).reshape(h, w, stride * stride)


def _median_member(depth: Float32, member: NDArray[np.bool_]) -> NDArray[np.int64]:
    """[N] index of the pixel of median depth among the members [N,P] of each cell."""
    order = np.argsort(np.where(member, depth, np.inf), axis=-1, kind="stable")
    middle = (member.sum(-1) - 1) // 2
    return np.take_along_axis(order, middle[:, None], -1)[:, 0]


def _hits(
    caster: Raycaster, c2w: Float64, K: Float64, u: NDArray[np.float64], v: NDArray[np.float64]
) -> tuple[Hits, Float32, Float32]:
    origins, directions = rays(c2w, K, np.asarray(u, np.float64), np.asarray(v, np.float64))
    return caster.cast(origins, directions), origins, directions


def _anchor_of(caster: Raycaster, hits: Hits) -> Int32:
    table = np.array([placed.anchor for placed in caster.frame_set.meshes] + [SKY], np.int32)
    return table[hits.mesh]


def _see(
    caster: Raycaster,
    c2w: Float64,
    K: Float64,
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    purity: Float32,
    step: int = 1,
) -> GBuffer:
    """Surface under the grid points (u, v) [H,W], given in pixels; `step` is the grid's spacing in pixels."""
    hits, origins, directions = _hits(caster, c2w, K, u, v)
    surface = _sky(directions)
    for index in np.unique(hits.mesh[hits.mesh >= 0]):
        _fill(surface, caster, int(index), hits, directions)
    met = hits.mesh >= 0
    surface["depth_z"] = np.where(met, hits.distance, 0).astype(np.float32)
    surface["position"][met] = origins[met] + directions[met] * hits.distance[met, None]
    _differentials(surface, c2w, K, directions, step)
    grid = u.shape
    shaped = {
        name: np.ascontiguousarray(value.reshape(*grid, *value.shape[1:]))
        for name, value in surface.items()
        if name in {field.name for field in fields(GBuffer)}
    }
    return GBuffer(**shaped, purity=purity)


def _sky(directions: Float32) -> dict[str, NDArray[np.generic]]:
    """Every ray as if it met the sky: position = rest position = unit direction, facing the camera."""
    count = len(directions)
    unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    identity = np.broadcast_to(np.eye(3, dtype=np.float32), (count, 3, 3)).copy()
    return {
        "anchor": np.full(count, SKY, np.int32),
        "material": np.zeros(count, np.int32),
        "base_color": np.zeros((count, 3), np.float32),
        "position": unit.copy(),
        "rest_position": unit.copy(),
        "normal": -unit,
        "rest_normal": -unit,
        "view": -unit,
        "to_rest": identity,
    }


def _fill(
    surface: dict[str, NDArray[np.generic]], caster: Raycaster, index: int, hits: Hits, directions: Float32
) -> None:
    """Writes the rays that met mesh `index`."""
    placed = caster.frame_set.meshes[index]
    rows = np.flatnonzero(hits.mesh == index)
    # What belongs to a triangle is computed once for each that is seen, not once a ray.
    seen, of_ray = np.unique(hits.triangle[rows], return_inverse=True)
    corners = placed.mesh.triangles[seen]
    local, rest = placed.mesh.vertices[corners], placed.rest_vertices[corners]
    linear = placed.transform[:3, :3]
    world_edges = np.stack([local[:, 1] - local[:, 0], local[:, 2] - local[:, 0]], 1).astype(np.float64) @ linear.T
    rest_edges = np.stack([rest[:, 1] - rest[:, 0], rest[:, 2] - rest[:, 0]], 1)
    world_normal = _unit(np.cross(world_edges[:, 0], world_edges[:, 1]))
    # A mirrored object turns its winding round in world space but not in rest space.
    mirrored = -1.0 if np.linalg.det(linear) < 0 else 1.0
    rest_normal = _unit(np.cross(rest_edges[:, 0], rest_edges[:, 1])) * mirrored
    to_rest = _surface_map(world_edges, world_normal, rest_edges, rest_normal).astype(np.float32)
    slots = np.minimum(placed.mesh.face_material[seen], len(placed.materials) - 1)

    ray = directions[rows]
    normal = world_normal.astype(np.float32)[of_ray]
    side = np.where(np.einsum("ij,ij->i", normal, ray) > 0, np.float32(-1), np.float32(1))[:, None]
    surface["anchor"][rows] = placed.anchor
    surface["material"][rows] = np.asarray(placed.materials, np.int32)[slots][of_ray]
    surface["base_color"][rows] = placed.base_colors[slots][of_ray]
    edges = rest_edges[of_ray]
    surface["rest_position"][rows] = (
        rest[:, 0][of_ray] + hits.u[rows, None] * edges[:, 0] + hits.v[rows, None] * edges[:, 1]
    )
    surface["normal"][rows] = normal * side
    surface["rest_normal"][rows] = rest_normal.astype(np.float32)[of_ray] * side
    # The map sends normal to normal on either side, so it needs no turning with `side`.
    surface["to_rest"][rows] = to_rest[of_ray]
    surface["view"][rows] = _unit(np.einsum("nij,nj->ni", to_rest[of_ray], -ray))


def _surface_map(world_edges: Float64, world_normal: Float64, rest_edges: Float64, rest_normal: Float64) -> Float64:
    """[N,3,3] linear map of each triangle's neighbourhood from world to rest space: edges to edges, normal to normal.

    The one expression serves rigid, scaled and bent surfaces alike.
    """
    world = np.stack([world_edges[:, 0], world_edges[:, 1], world_normal], -1)
    rest = np.stack([rest_edges[:, 0], rest_edges[:, 1], rest_normal], -1)
    return rest @ np.linalg.pinv(world)


def _differentials(
    surface: dict[str, NDArray[np.generic]], c2w: Float64, K: Float64, directions: Float32, step: int
) -> None:
    """Adds du, dv: ray differentials on the tangent plane (Igehy 1999), carried into rest space."""
    columns = (step * (c2w[:3, :3] @ np.linalg.inv(K)[:, :2])).astype(np.float32)
    normal = surface["normal"]
    length = np.linalg.norm(directions, axis=-1)
    depth = np.where(surface["depth_z"] > 0, surface["depth_z"], 1 / length)
    # A grazing ray would stretch its cell without bound: hold the slope where a cell spans 20 times its width.
    cosine = -np.maximum(np.abs(np.einsum("ij,ij->i", normal, directions)), np.float32(0.05) * length)
    for name, column in (("du", columns[:, 0]), ("dv", columns[:, 1])):
        along = column - directions * ((normal @ column) / cosine)[:, None]
        surface[name] = np.einsum("nij,nj->ni", surface["to_rest"], depth[:, None] * along)


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1e-30)
