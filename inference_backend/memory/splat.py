"""The published read-out (Mirage, arXiv 2606.09828): points projected into a camera's latent grid, nearest one a cell.

It needs no geometry beyond the points, so worlds without a greybox read by it, and it is what our own read is measured
against. Where the release sorts all points and trusts that the last write of a cell wins, this takes one minimum over
(depth, row): O(N), and the same on CPU and CUDA. Positions and cells agree by half cells: the centre of cell (row,
column) projects to (column + 1/2, row + 1/2).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..greybox.clip import EVERYTHING, Clip

NEAR = 1e-3
"""Metres before the camera within which nothing is shown."""
LEAK = 0.95
"""A widened point hides a cell's own point where it lies nearer than this share of its depth: the cell then shows what
is behind, through a gap between the points in front."""
_NOTHING = torch.iinfo(torch.int64).max


@dataclass(frozen=True)
class Splat:
    """What T cameras see of a cloud."""

    token: Tensor
    """[T,h*w] int64 rows of the cloud, -1 in holes."""
    depth_z: Tensor
    """[T,h*w] float32 depth of that point, metres along the optical axis; 0 in holes."""


def splat(
    position: Tensor,
    c2w: Tensor,
    K: Tensor,
    size: tuple[int, int],
    patch: Tensor | None = None,
    radius: int = 0,
    clip: Clip = EVERYTHING,
) -> Splat:
    """The nearest point of each cell; of two at exactly one depth the one with the lower row.

    position: [N,3] world, metres. c2w: [T,4,4], OpenCV axes. K: [T,3,3] of the latent grid, without skew. size: (h, w).
    patch: [N,2,3] half axes of the piece of surface that each point stands for, world, metres. With `radius` > 0 a
    point also fills the holes, and covers what shows through from behind, in the cells whose centre its patch reaches,
    at most `radius` cells each way. With 0 the method is exactly the published one. clip: of all cameras.
    """
    if radius and patch is None:
        raise ValueError("expected the points' patches with a radius, got none")
    frames = []
    for pose, intrinsics in zip(c2w, K, strict=True):
        u, v, z = project(position, pose, intrinsics)
        seen = (z > max(NEAR, clip[0])) & (z <= clip[1])
        own = _nearest(torch.floor(u), torch.floor(v), z, seen, size)
        if radius and patch is not None:
            # What is not seen lies behind the camera: there it reaches no cell.
            points = u, v, torch.where(seen, z, -1.0)
            wide = _widened(points, _reach(patch, points, pose, intrinsics), radius, size)
            hidden = _depth(wide) < LEAK * _depth(own)
            own = torch.where(hidden | (own == _NOTHING), wide, own)
        frames.append(own)
    packed = torch.stack(frames) if frames else torch.zeros(0, size[0] * size[1], dtype=torch.long)
    hole = packed == _NOTHING
    return Splat(
        token=torch.where(hole, -1, packed & 0xFFFFFFFF),
        depth_z=torch.where(hole, torch.zeros_like(_depth(packed)), _depth(packed)),
    )


def project(position: Tensor, c2w: Tensor, K: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(u, v, z) [N] float32 of world points [N,3]: cells to the right and down, metres. Where z <= NEAR, u and v are
    finite and mean nothing.

    Sums are written out: a matrix product rounds otherwise on every device.
    """
    pose, intrinsics = c2w.double(), K.double()
    x, y, up = (_less(position[:, i], pose[i, 3]) for i in range(3))
    right, down, z = (x * pose[0, i].float() + y * pose[1, i].float() + up * pose[2, i].float() for i in range(3))
    inverse = 1 / z.clamp_min(NEAR)
    u = right * inverse * intrinsics[0, 0].float() + intrinsics[0, 2].float()
    v = down * inverse * intrinsics[1, 1].float() + intrinsics[1, 2].float()
    return u, v, torch.where(torch.isfinite(z), z, torch.zeros_like(z))


def _less(coordinates: Tensor, place: Tensor) -> Tensor:
    """[N] float32 coordinates less a place in float64, as exact as float32 holds the difference, however far away both
    are: what the place has beyond float32 is taken off by itself."""
    rounded = place.float()
    return (coordinates - rounded) - (place - rounded.double()).float()


def _nearest(
    column: Tensor, row: Tensor, z: Tensor, valid: Tensor, size: tuple[int, int], names: Tensor | None = None
) -> Tensor:
    """[h*w] int64 smallest (depth, name), packed; a positive float's bits sort as the float does. names: [N] int64 rows
    of the cloud, where the points are not all of it."""
    h, w = size
    valid = valid & (column >= 0) & (column < w) & (row >= 0) & (row < h)
    some = torch.nonzero(valid)[:, 0]
    cell = (row[some] * w + column[some]).long()
    packed = z[some].view(torch.int32).long() << 32 | (some if names is None else names[some])
    return torch.full((h * w,), _NOTHING, device=z.device).scatter_reduce(0, cell, packed, "amin")


def _reach(patch: Tensor, points: tuple[Tensor, Tensor, Tensor], c2w: Tensor, K: Tensor) -> tuple[Tensor, Tensor]:
    """How many cells each patch spans right and down from its point, [N] each: half its bounding box in the image."""
    u, v, z = points
    axes = torch.stack([(patch * c2w[:3, i].float()).sum(-1) for i in range(3)], -1)
    scale = 1 / z.clamp_min(NEAR)
    spans = []
    for i, at in enumerate((u, v)):
        moved = (axes[..., i] * K[i, i].float() - axes[..., 2] * (at - K[i, 2].float())[:, None]) * scale[:, None]
        spans.append(moved.square().sum(-1).sqrt())
    return spans[0], spans[1]


def _widened(
    points: tuple[Tensor, Tensor, Tensor], reach: tuple[Tensor, Tensor], radius: int, size: tuple[int, int]
) -> Tensor:
    """[h*w] int64 as `_nearest`, every point written to all cells whose centre lies within its reach."""
    u, v, z = points
    h, w = size
    beyond = radius + 1
    near = (z > NEAR) & (u > -beyond) & (u < w + beyond) & (v > -beyond) & (v < h + beyond)
    rows = torch.nonzero(near & (torch.maximum(*reach) > 0.5))[:, 0]
    found = torch.full((h * w,), _NOTHING, device=z.device)
    u, v, z = u[rows], v[rows], z[rows]
    right, down = (side[rows].clamp_max(radius + 0.5) for side in reach)
    column, row = torch.floor(u), torch.floor(v)
    for j in range(-radius, radius + 1):
        in_rows = (row + j + 0.5 - v).abs() <= down
        for i in range(-radius, radius + 1):
            inside = in_rows & ((column + i + 0.5 - u).abs() <= right)
            found = torch.minimum(found, _nearest(column + i, row + j, z, inside, size, rows))
    return found


def _depth(packed: Tensor) -> Tensor:
    """[h*w] float32 depth; infinite in holes."""
    depth = (packed >> 32).to(torch.int32).view(torch.float32)
    return torch.where(packed == _NOTHING, torch.full_like(depth, torch.inf), depth)
