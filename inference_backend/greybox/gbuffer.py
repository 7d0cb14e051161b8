"""G-buffers: what each pixel, and each latent cell, sees of the greybox.

Camera frame: OpenCV (x right, y down, z forward); pixel centres at +0.5. A cell takes the *majority* anchor of its
pixels, so that silhouettes do not fly, and its surface point as near the cell's centre as that anchor allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from .geometry import SKY, Float32, Float64, Int32
from .raycast import Hits, Raycaster
from .surfaces import Rays, see


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
    winner, purity = _majority(anchors)

    row, column = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
    u = (column + 0.5) * stride
    v = (row + 0.5) * stride
    centre = _hits(caster, c2w, K, u, v)[0]
    centre_anchor = _anchor_of(caster, centre).reshape(h, w)
    beside = centre_anchor != winner
    if beside.any():
        member = _median_member(_cells(pixels.depth_z, h, w, stride)[beside], (anchors == winner[..., None])[beside])
        u[beside] = column[beside] * stride + member % stride + 0.5
        v[beside] = row[beside] * stride + member // stride + 0.5
    return _see(caster, c2w, K, u, v, purity, step=stride)


def rays(c2w: Float64, K: Float64, u: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[Float32, Float32]:
    """World-space origins and directions [N,3] through grid points; a direction's z in the camera is 1, so that the
    distance along it is depth_z."""
    camera = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3) @ np.linalg.inv(K).T
    directions = camera @ c2w[:3, :3].T
    origins = np.broadcast_to(c2w[:3, 3].astype(np.float32), directions.shape)
    return np.ascontiguousarray(origins), directions.astype(np.float32)


def _cells(field: NDArray[np.generic], h: int, w: int, stride: int) -> NDArray[np.generic]:
    """[H,W] as [h,w,stride*stride]."""
    cut = field[: h * stride, : w * stride].reshape(h, stride, w, stride)
    return cut.transpose(0, 2, 1, 3).reshape(h, w, stride * stride)


@numba.njit(cache=True, nogil=True)
def _majority(anchors):  # type: ignore[no-untyped-def]
    """([h,w] the anchor that most of a cell's pixels [h,w,P] show, of equals the first; [h,w] float32 their share)."""
    h, w, pixels = anchors.shape
    winner, share = np.empty((h, w), anchors.dtype), np.empty((h, w), np.float32)
    for i in range(h):
        for j in range(w):
            most = 0
            for k in range(pixels):
                votes = 0
                for n in range(pixels):
                    votes += anchors[i, j, n] == anchors[i, j, k]
                if votes > most:
                    most, winner[i, j] = votes, anchors[i, j, k]
            share[i, j] = np.float32(most / pixels)
    return winner, share


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
    steps = (step * (c2w[:3, :3] @ np.linalg.inv(K)[:, :2])).T.astype(np.float32)
    rays = Rays(origins, directions, hits.mesh, hits.triangle, hits.u, hits.v, hits.distance)
    seen = see(caster.surfaces, rays, np.ascontiguousarray(steps))
    shaped = {name: value.reshape(*u.shape, *value.shape[1:]) for name, value in seen._asdict().items()}
    return GBuffer(**shaped, purity=purity)
