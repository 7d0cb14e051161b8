"""The cells of a picture that has no greybox, only a depth that a network or a scanner estimated.

A cell takes the median of its *majority cluster* of depths: a mean over a silhouette would float between the object and
what is behind it (the published method's flying points).
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .gbuffer import GBuffer, Pixels, rays
from .geometry import SKY, VOID, Float32, Float64

SAME_SURFACE = 0.05
"""Share of the depth by which two pixels of a cell may differ and be of one surface."""
NEIGHBOUR = 0.1
"""Share of the depth by which two cells may differ and be of one surface."""
MIN_SLOPE = 0.05
"""Least cosine of a surface with the ray: a cell spans at most 20 times its width."""
GREY = 0.5
"""Base colour of what nobody modelled."""
_FLOAT64 = NDArray[np.float64]


def depth_cells(depth: Float32, c2w: Float64, K: Float64, stride: int) -> GBuffer:
    """[h,w] cells of VOID anchors; of the sky where most pixels are infinitely far.

    depth: [H,W] metres along the optical axis; 0 or NaN where it is not known: a cell without any has a purity of 0.
    K: that of the pixels.
    """
    h, w = depth.shape[0] // stride, depth.shape[1] // stride
    blocks = depth[: h * stride, : w * stride].reshape(h, stride, w, stride).transpose(0, 2, 1, 3).reshape(h, w, -1)
    blocks = np.where(np.isnan(blocks) | (blocks <= 0), 0, blocks).astype(np.float64)
    finite = np.isfinite(blocks) & (blocks > 0)
    sky = np.isinf(blocks).sum(-1)
    median, place, count = _majority(np.where(finite, blocks, 0), finite)
    solid = count > sky

    row, column = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
    u, v = (column + 0.5) * stride, (row + 0.5) * stride
    # Where the centre belongs to something else, the point of the median pixel stands for the cell.
    middle = [i * stride + j for i in ((stride - 1) // 2, stride // 2) for j in ((stride - 1) // 2, stride // 2)]
    central = np.median(blocks[..., middle], -1)
    beside = solid & ~(np.abs(central - median) <= SAME_SURFACE * median)
    u = np.where(beside, column * stride + place % stride + 0.5, u)
    v = np.where(beside, row * stride + place // stride + 0.5, v)

    z = np.where(solid, median, 0.0)
    purity = np.where(solid, count, sky) / stride**2
    return surfaces(z, None, (u, v), (c2w, K), stride, purity.astype(np.float32))


def surfaces(
    depth_z: _FLOAT64,
    normal: Float64 | None,
    grid: tuple[_FLOAT64, _FLOAT64],
    camera: tuple[Float64, Float64],
    step: int,
    purity: Float32,
) -> GBuffer:
    """The G-buffer [h,w] of points at `depth_z` under the grid points (u, v) in pixels, `step` pixels apart.

    depth_z: 0 where there is the sky. normal: [h,w,3] world, any side; None takes it from the differences of the depth,
    and towards the camera where those do not tell. camera: (c2w, K).
    """
    c2w, K = camera
    shape = depth_z.shape
    origins, directions = rays(c2w, K, *grid)
    directions = directions.reshape(*shape, 3).astype(np.float64)
    met = (depth_z > 0)[..., None]
    unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    position = np.where(met, c2w[:3, 3] + directions * depth_z[..., None], unit)
    if normal is None:
        normal = normals(position, depth_z, unit)
    normal = np.where(met, np.where((normal * unit).sum(-1, keepdims=True) > 0, -normal, normal), -unit)
    columns = step * (c2w[:3, :3] @ np.linalg.inv(K)[:, :2])
    values = {
        "depth_z": depth_z,
        "anchor": np.where(depth_z > 0, VOID, SKY).astype(np.int32),
        "rest_position": position,
        "position": position,
        "normal": normal,
        "rest_normal": normal,
        "material": np.zeros(shape, np.int32),
        "base_color": np.where(met, GREY, 0.0) * np.ones(3),
        "du": _along(columns[:, 0], directions, normal, depth_z),
        "dv": _along(columns[:, 1], directions, normal, depth_z),
        "view": -unit,
        "purity": purity,
    }
    return GBuffer(**{k: v if v.dtype == np.int32 else np.asarray(v, np.float32) for k, v in values.items()})


def normals(position: _FLOAT64, depth_z: _FLOAT64, unit: _FLOAT64) -> _FLOAT64:
    """[h,w,3] normals from the cells beside, by side and above that of the nearer depth; towards the camera where a
    direction has none of the same surface. unit: [h,w,3] directions of the rays."""
    across, known_across = _tangent(position, depth_z, 1)
    down, known_down = _tangent(position, depth_z, 0)
    normal = np.cross(across, down)
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    told = known_across & known_down & (length[..., 0] > 0)
    return np.where(told[..., None], normal / np.maximum(length, 1e-30), -unit)


_Buffer = TypeVar("_Buffer", bound=Pixels)


def merge(cells: _Buffer, other: Pixels, taken: NDArray[np.bool_]) -> _Buffer:
    """`cells` with those of `other` where `taken` [h,w]."""

    def pick(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.where(taken.reshape(*taken.shape, *[1] * (ours.ndim - 2)), theirs, ours)

    named = {field.name: pick(getattr(cells, field.name), getattr(other, field.name)) for field in fields(cells)}
    return replace(cells, **named)


def _majority(z: _FLOAT64, known: NDArray[np.bool_]) -> tuple[_FLOAT64, NDArray[np.int64], NDArray[np.int64]]:
    """(median depth, its pixel, number of pixels) [h,w] of each cell's largest group [h,w,P] of like depths; of two
    equally large ones the nearer."""
    order = np.argsort(np.where(known, z, np.inf), axis=-1, kind="stable")
    ascending = np.take_along_axis(np.where(known, z, np.inf), order, -1)
    with np.errstate(invalid="ignore"):
        alike = np.abs(ascending[..., :, None] - ascending[..., None, :]) <= SAME_SURFACE * ascending[..., :, None]
    alike &= np.isfinite(ascending)[..., None, :]
    votes = alike.sum(-1)
    leader = votes.argmax(-1)[..., None]
    members = np.take_along_axis(alike, leader[..., None], -2)[..., 0, :]
    count = members.sum(-1)
    # Sorted, so the members are a stretch: its middle, or the mean of its two middle ones, is the median.
    middles = [np.minimum(members.argmax(-1) + at, z.shape[-1] - 1)[..., None] for at in ((count - 1) // 2, count // 2)]
    low, high = (np.take_along_axis(ascending, middle, -1)[..., 0] for middle in middles)
    found = np.where(count > 0, 0.5 * (low + high), 0.0)
    return found, np.take_along_axis(order, middles[0], -1)[..., 0], count


def _tangent(position: _FLOAT64, depth_z: _FLOAT64, axis: int) -> tuple[_FLOAT64, NDArray[np.bool_]]:
    """([h,w,3] step to the next cell along `axis`, [h,w] whether there is one): of the two sides the one whose depth
    differs less, as the other may lie across an edge."""
    ahead = np.roll(position, -1, axis) - position
    behind = position - np.roll(position, 1, axis)
    jumps = []
    for shift in (-1, 1):
        beside = np.roll(depth_z, shift, axis)
        jump = np.abs(beside - depth_z) / np.maximum(np.minimum(beside, depth_z), 1e-9)
        jump[(beside <= 0) | (depth_z <= 0)] = np.inf
        edge = [slice(None), slice(None)]
        edge[axis] = slice(-1, None) if shift < 0 else slice(0, 1)
        jump[tuple(edge)] = np.inf
        jumps.append(jump)
    least = np.minimum(*jumps)
    both = (np.maximum(*jumps) <= NEIGHBOUR) & (np.maximum(*jumps) <= 2 * least + 0.01)
    one = np.where((jumps[0] <= jumps[1])[..., None], ahead, behind)
    return np.where(both[..., None], 0.5 * (ahead + behind), one), least <= NEIGHBOUR


def _along(column: Float64, directions: _FLOAT64, normal: _FLOAT64, depth_z: _FLOAT64) -> _FLOAT64:
    """[h,w,3] movement along the surface for a step of the grid (ray differentials, as in `gbuffer`)."""
    length = np.linalg.norm(directions, axis=-1)
    depth = np.where(depth_z > 0, depth_z, 1 / length)
    cosine = -np.maximum(np.abs((normal * directions).sum(-1)), MIN_SLOPE * length)
    return depth[..., None] * (column - directions * ((normal @ column) / cosine)[..., None])
