"""G-buffers: what each pixel, and each latent cell, sees of the greybox.

Camera frame: OpenCV (x right, y down, z forward); pixel centres at +0.5. A cell takes the *majority* anchor of its
pixels, so that silhouettes do not fly, and its surface point as near the cell's centre as that anchor allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from .geometry import ORIGIN, SKY, Float32, Float64, Int32
from .raycast import Hits, Raycaster
from .surfaces import Rays, Shapes, see, see_shapes

_RAYS_AT_ONCE = 8192
"""Embree is called with the interpreter's lock held: other threads get their turn after so many rays."""


@dataclass(frozen=True)
class Pixels:
    """[H,W] what pictures are shaped by."""

    depth_z: Float32
    """Metres along the optical axis, 0 = no surface."""
    anchor: Int32
    normal: Float32
    """[H,W,3] world, unit, on the camera's side."""
    base_color: Float32
    """[H,W,3] linear."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.depth_z.shape[0], self.depth_z.shape[1]


@dataclass(frozen=True)
class GBuffer(Pixels):
    """[H,W] pixels or [h,w] cells, with where they lie on their surfaces."""

    rest_position: Float32
    """[H,W,3] metres in the anchor's rest space; for the sky the unit direction in world space."""
    position: Float32
    """[H,W,3] world, metres, told from the frame set's origin; for the sky the unit direction."""
    rest_normal: Float32
    """[H,W,3] rest space, unit, of the side that the camera sees."""
    material: Int32
    du: Float32
    """[H,W,3] how far the rest position moves along the surface for one step right in the grid."""
    dv: Float32
    """[H,W,3] likewise for one step down."""
    view: Float32
    """[H,W,3] unit direction from the surface to the camera, rest space."""
    purity: Float32
    """[H,W] share of the cell's pixels that belong to its anchor; 1 for pixels."""

    def footprint(self) -> Float32:
        """[H,W] metres (sky: radians) that one grid step covers, as the root of its area."""
        return np.sqrt(np.linalg.norm(np.cross(self.du, self.dv), axis=-1)).astype(np.float32)


def pixel_gbuffer(caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int) -> GBuffer:
    """G-buffer [height,width] through the pixel centres. `c2w` [4,4], `K` [3,3] in pixels of (height, width)."""
    v, u = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
    hits, *cast = _hits(caster, c2w, K, u, v)
    return _seen(caster, c2w, K, hits, (cast[0], cast[1]), np.ones((height, width), np.float32))


def centres_gbuffer(
    caster: Raycaster, c2w: Float64, K: Float64, grid: tuple[int, int], stride: int, every: int = 1
) -> GBuffer:
    """What lies under the centres of latent cells, whatever the rest of the cell shows: one ray a cell.

    grid: (h, w) cells, `stride` pixels of `K` each; every: so many-th cell each way, from the first.
    """
    u, v = _centres(grid, stride, every)
    hits, *cast = _hits(caster, c2w, K, u, v)
    return _seen(caster, c2w, K, hits, (cast[0], cast[1]), np.ones(u.shape, np.float32), stride)


def show_their_centres(
    caster: Raycaster, c2w: Float64, K: Float64, cells: GBuffer, stride: int, every: int = 1
) -> NDArray[np.bool_]:
    """[h,w] of the cells that `centres_gbuffer` gave: whether each is likely to show what lies under its centre. At a
    silhouette the most of a cell may be of something else, and that is what it takes."""
    u, v = _centres((cells.shape[0] * every, cells.shape[1] * every), stride, every)
    aside = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])[:, :, None, None] * stride / 4
    hits = _hits(caster, c2w, K, u + aside[:, 0], v + aside[:, 1])[0]
    alike = (_anchor_of(caster, hits).reshape(4, *cells.shape) == cells.anchor).sum(0)
    return alike >= 2


def _centres(grid: tuple[int, int], stride: int, every: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(u, v) in pixels."""
    v, u = np.meshgrid(*((np.arange(0, side, every) + 0.5) * stride for side in grid), indexing="ij")
    return u, v


def look(caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int) -> tuple[Pixels, Int32]:
    """(pixels [height,width], index of the mesh that each shows [height,width], -1 for the sky): the same rays as
    `pixel_gbuffer`, at half the cost."""
    count = height * width
    shapes = Shapes(
        np.empty(count, np.float32), np.empty(count, np.int32), *(np.empty((count, 3), np.float32) for _ in range(2))
    )
    mesh = np.empty(count, np.int32)
    v, u = (grid.ravel() for grid in np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij"))
    for first in range(0, count, _RAYS_AT_ONCE):
        some = slice(first, first + _RAYS_AT_ONCE)
        origins, directions = rays(c2w, K, u[some], v[some], caster.frame_set.origin)
        hits = caster.cast_from_camera(origins, directions)
        mesh[some] = hits.mesh
        met = Rays(origins, directions, hits.mesh, hits.triangle, hits.u, hits.v, hits.distance)
        see_shapes(caster.surfaces, met, shapes, first)
    shaped = (value.reshape(height, width, *value.shape[1:]) for value in shapes)
    return Pixels(*shaped), mesh.reshape(height, width)


def cell_gbuffer(caster: Raycaster, c2w: Float64, K: Float64, pixels: Pixels, stride: int) -> GBuffer:
    """G-buffer of the latent grid, `stride` pixels a cell. `K` is that of the pixels."""
    return cells_met(caster, c2w, K, pixels, stride)[0]


def cells_met(caster: Raycaster, c2w: Float64, K: Float64, pixels: Pixels, stride: int) -> tuple[GBuffer, Hits]:
    """The same with what the cells' rays met."""
    height, width = pixels.shape
    h, w = height // stride, width // stride
    anchors = _cells(pixels.anchor, h, w, stride)
    winner, purity = _majority(anchors)

    row, column = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
    u = (column + 0.5) * stride
    v = (row + 0.5) * stride
    hits, origins, directions = _hits(caster, c2w, K, u, v)
    beside = _anchor_of(caster, hits).reshape(h, w) != winner
    if beside.any():
        member = _median_member(_cells(pixels.depth_z, h, w, stride)[beside], (anchors == winner[..., None])[beside])
        u[beside] = column[beside] * stride + member % stride + 0.5
        v[beside] = row[beside] * stride + member // stride + 0.5
        rows = np.flatnonzero(beside)
        again, _, directions[rows] = _hits(caster, c2w, K, u[beside], v[beside])
        for name, value in vars(again).items():
            getattr(hits, name)[rows] = value
    return _seen(caster, c2w, K, hits, (origins, directions), purity, stride), hits


def rays(
    c2w: Float64,
    K: Float64,
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    origin: tuple[float, float, float] = ORIGIN,
) -> tuple[Float32, Float32]:
    """World-space origins, told from `origin`, and directions [N,3] through grid points; a direction's z in the camera
    is 1, so that the distance along it is depth_z."""
    turned = c2w[:3, :3] @ np.linalg.inv(K)
    directions = np.empty((u.size, 3), np.float32)
    _directions(turned, u.ravel(), v.ravel(), directions)
    origins = np.empty_like(directions)
    origins[:] = c2w[:3, 3] - origin
    return origins, directions


@numba.njit(cache=True, nogil=True)
def _directions(turned, u, v, directions):  # type: ignore[no-untyped-def]
    """A ray at a time: through the same grid point goes the same ray, whatever it is cast together with."""
    for i in range(len(u)):
        for k in range(3):
            directions[i, k] = turned[k, 0] * u[i] + turned[k, 1] * v[i] + turned[k, 2]


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
    grid = np.asarray(u, np.float64), np.asarray(v, np.float64)
    origins, directions = rays(c2w, K, *grid, caster.frame_set.origin)
    return caster.cast_from_camera(origins, directions), origins, directions


def _anchor_of(caster: Raycaster, hits: Hits) -> Int32:
    table = np.array([placed.anchor for placed in caster.frame_set.meshes] + [SKY], np.int32)
    return table[hits.mesh]


def _seen(
    caster: Raycaster,
    c2w: Float64,
    K: Float64,
    hits: Hits,
    cast: tuple[Float32, Float32],
    purity: Float32,
    step: int = 1,
) -> GBuffer:
    """The surfaces that rays `cast` (origins, directions) through a grid of the shape of `purity` met; `step` is the
    grid's spacing in pixels."""
    steps = (step * (c2w[:3, :3] @ np.linalg.inv(K)[:, :2])).T.astype(np.float32)
    met = Rays(*cast, hits.mesh, hits.triangle, hits.u, hits.v, hits.distance)
    seen = see(caster.surfaces, met, np.ascontiguousarray(steps))
    shaped = {name: value.reshape(*purity.shape, *value.shape[1:]) for name, value in seen._asdict().items()}
    return GBuffer(**shaped, purity=purity)
