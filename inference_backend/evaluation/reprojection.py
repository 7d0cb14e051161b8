"""Geo-reprojection: is the same surface point painted the same way in two frames?

A pixel's surface point is followed exactly (its triangle and barycentric coordinates) to where it stands at the other
frame, rigid, moving or bent, and projected into that frame's camera. It counts where both cameras see it, neither at
a slant of more than `MAX_SLANT` degrees, and where no edge of the geometry comes near either sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..greybox.gbuffer import rays
from ..greybox.geometry import SKY, Float64, PlacedMesh
from ..greybox.raycast import Hits, Raycaster
from .metrics import psnr_from_error

MAX_SLANT = 75.0
"""Degrees between a surface's normal and the ray beyond which a pixel covers too much surface to compare."""
EDGE_REACH = 2
"""Pixels around an edge of the geometry that are left out."""
_DEPTH_JUMP = 0.05
"""Second difference of inverse depth, relative to it, that counts as an edge: it is zero along any plane."""
_SAME_POINT = (2e-3, 2e-3)
"""Metres, and share of the depth, within which a ray's hit is the point that it was aimed at."""


@dataclass(frozen=True)
class View:
    """One frame: its picture, its camera and its greybox."""

    image: NDArray[np.uint8]
    """[H,W,3] sRGB."""
    c2w: Float64
    """[4,4] OpenCV axes, metres."""
    K: Float64
    """[3,3] pixels of the image."""
    caster: Raycaster


@dataclass
class SurfaceMap:
    """What every pixel of a view sees, row by row, and which of them may be compared."""

    view: View
    hits: Hits
    anchor: NDArray[np.int32]
    """[H,W]."""
    comparable: NDArray[np.bool_]
    """[H,W] on a surface, not slanted, not near an edge."""


@dataclass
class ErrorSum:
    """Squared error (mean of the channels) and pixels, so that pairs of frames can be pooled."""

    squared_error: float = 0.0
    pixels: int = 0

    def add(self, errors: NDArray[np.float64]) -> None:
        self.squared_error += float(errors.sum())
        self.pixels += len(errors)

    @property
    def psnr(self) -> float:
        """Decibels; raises ValueError where nothing was compared."""
        if self.pixels == 0:
            raise ValueError("expected some pixels to compare, got none: the frames share no visible surface")
        return psnr_from_error(self.squared_error / self.pixels)


@dataclass
class Reprojection:
    """Errors over any number of pairs of frames."""

    static: ErrorSum = field(default_factory=ErrorSum)
    moving: dict[int, ErrorSum] = field(default_factory=dict)
    """By anchor."""
    candidates: int = 0
    """Pixels on a surface, whether or not they could be compared."""

    @property
    def compared_share(self) -> float:
        """Share of the surface pixels that took part."""
        pixels = self.static.pixels + sum(errors.pixels for errors in self.moving.values())
        return pixels / self.candidates if self.candidates else 0.0


def map_surfaces(view: View) -> SurfaceMap:
    """Casts one ray a pixel."""
    height, width = view.image.shape[:2]
    v, u = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
    origins, directions = rays(view.c2w, view.K, u, v)
    hits = view.caster.cast_from_camera(origins, directions)
    anchor = _anchors(view.caster, hits).reshape(height, width)
    depth = np.where(hits.mesh >= 0, hits.distance, np.inf).reshape(height, width)
    edges = _spread(_edges(anchor, depth), EDGE_REACH)
    facing = _cosine(view.caster, hits, directions).reshape(height, width) >= np.cos(np.radians(MAX_SLANT))
    return SurfaceMap(view, hits, anchor, (anchor != SKY) & facing & ~edges)


def compare(a: SurfaceMap, b: SurfaceMap, moving: frozenset[int], into: Reprojection) -> None:
    """Adds the errors of `a`'s pixels against `b`'s picture to `into`. `moving`: anchors reported one by one."""
    pixels, sample = correspond(a, b)
    into.candidates += int((a.anchor != SKY).sum())
    if len(pixels) == 0:
        return
    ours = a.view.image.reshape(-1, 3)[pixels].astype(np.float64)
    theirs = bilinear(b.view.image, sample)
    errors = np.mean((ours - theirs) ** 2, -1)
    anchors = a.anchor.reshape(-1)[pixels]
    into.static.add(errors[~np.isin(anchors, list(moving))])
    for anchor in np.intersect1d(anchors, list(moving)):
        into.moving.setdefault(int(anchor), ErrorSum()).add(errors[anchors == anchor])


def correspond(a: SurfaceMap, b: SurfaceMap) -> tuple[NDArray[np.int64], Float64]:
    """Flat indices [N] of `a`'s pixels and where `b` shows the same surface points: [N,2] (u, v) in pixels of `b`."""
    pixels = np.flatnonzero(a.comparable)
    targets = {placed.anchor: placed for placed in b.view.caster.frame_set.meshes}
    position = np.full((len(pixels), 3), np.nan)
    for index in np.unique(a.hits.mesh[pixels]):
        placed = a.view.caster.frame_set.meshes[index]
        there = targets.get(placed.anchor)
        if there is None or not np.array_equal(there.mesh.triangles, placed.mesh.triangles):
            continue
        rows = np.flatnonzero(a.hits.mesh[pixels] == index)
        position[rows] = _at(there, a.hits, pixels[rows])
    found = np.isfinite(position[:, 0])
    pixels, position = pixels[found], position[found]

    height, width = b.view.image.shape[:2]
    camera = (position - b.view.c2w[:3, 3]) @ b.view.c2w[:3, :3]
    camera_z = np.maximum(camera[:, 2], 1e-9)
    sample = (camera / camera_z[:, None] @ b.view.K.T)[:, :2]
    # A bilinear sample needs a neighbour on every side.
    inside = (camera[:, 2] > 0) & (sample >= 0.5).all(-1) & (sample <= np.array([width, height]) - 0.5).all(-1)
    pixels, sample, camera_z = pixels[inside], sample[inside], camera_z[inside]
    column, row = np.floor(sample).astype(np.int64).T
    kept = b.comparable[np.minimum(row, height - 1), np.minimum(column, width - 1)]
    pixels, sample, camera_z = pixels[kept], sample[kept], camera_z[kept]
    seen = _reached(b, sample, camera_z, a.anchor.reshape(-1)[pixels])
    return pixels[seen], sample[seen]


def bilinear(image: NDArray[np.uint8], sample: Float64) -> Float64:
    """[N,3] colours at (u, v) [N,2], pixel centres at +0.5, every sample at least half a pixel inside."""
    height, width = image.shape[:2]
    x, y = sample[:, 0] - 0.5, sample[:, 1] - 0.5
    left = np.clip(np.floor(x).astype(np.int64), 0, width - 2)
    top = np.clip(np.floor(y).astype(np.int64), 0, height - 2)
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    pixels = image.astype(np.float64)
    upper = pixels[top, left] * (1 - fx) + pixels[top, left + 1] * fx
    lower = pixels[top + 1, left] * (1 - fx) + pixels[top + 1, left + 1] * fx
    blended: Float64 = upper * (1 - fy) + lower * fy
    return blended


def _reached(b: SurfaceMap, sample: Float64, depth: Float64, anchor: NDArray[np.int32]) -> NDArray[np.bool_]:
    """[N] whether the ray through `sample` meets that anchor at that depth first."""
    origins, directions = rays(b.view.c2w, b.view.K, sample[:, 0], sample[:, 1])
    hits = b.view.caster.cast_from_camera(origins, directions)
    near = np.abs(hits.distance - depth) <= _SAME_POINT[0] + _SAME_POINT[1] * depth
    seen: NDArray[np.bool_] = near & (_anchors(b.view.caster, hits) == anchor)
    return seen


def _anchors(caster: Raycaster, hits: Hits) -> NDArray[np.int32]:
    table = np.array([placed.anchor for placed in caster.frame_set.meshes] + [SKY], np.int32)
    return table[hits.mesh]


def _at(placed: PlacedMesh, hits: Hits, rows: NDArray[np.int64]) -> Float64:
    """[N,3] world positions of the hits' surface points on `placed`, wherever that mesh stands now."""
    corners = placed.mesh.vertices[placed.mesh.triangles[hits.triangle[rows]]].astype(np.float64)
    u, v = hits.u[rows, None].astype(np.float64), hits.v[rows, None].astype(np.float64)
    local = corners[:, 0] * (1 - u - v) + corners[:, 1] * u + corners[:, 2] * v
    world: Float64 = local @ placed.transform[:3, :3].T + placed.transform[:3, 3]
    return world


def _cosine(caster: Raycaster, hits: Hits, directions: NDArray[np.float32]) -> Float64:
    """[N] cosine between each ray and the surface's normal; 0 where nothing was met."""
    cosine = np.zeros(len(directions))
    for index in np.unique(hits.mesh[hits.mesh >= 0]):
        placed = caster.frame_set.meshes[index]
        rows = np.flatnonzero(hits.mesh == index)
        corners = placed.mesh.vertices[placed.mesh.triangles[hits.triangle[rows]]].astype(np.float64)
        corners = corners @ placed.transform[:3, :3].T
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        lengths = np.linalg.norm(normal, axis=-1) * np.linalg.norm(directions[rows], axis=-1)
        cosine[rows] = np.abs(np.einsum("ij,ij->i", normal, directions[rows])) / np.maximum(lengths, 1e-30)
    return cosine


def _edges(anchor: NDArray[np.int32], depth: NDArray[np.floating]) -> NDArray[np.bool_]:
    """[H,W] pixels next to another anchor, or at a jump of depth within one."""
    inverse = 1.0 / depth
    edges = np.zeros(anchor.shape, bool)
    for axis in (0, 1):
        a, b = _shifted(anchor, axis)
        before, after = _shifted(edges, axis)
        before |= a != b
        after |= a != b
        bend = np.abs(np.diff(inverse, 2, axis=axis))
        inner = inverse[1:-1] if axis == 0 else inverse[:, 1:-1]
        (edges[1:-1] if axis == 0 else edges[:, 1:-1])[bend > _DEPTH_JUMP * inner] = True
    return edges


def _spread(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """`mask` grown by `reach` pixels each way."""
    for _ in range(reach):
        for axis in (0, 1):
            grown = mask.copy()
            before, after = _shifted(mask, axis)
            into_before, into_after = _shifted(grown, axis)
            into_before |= after
            into_after |= before
            mask = grown
    return mask


def _shifted(field_: NDArray[np.generic], axis: int) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Views of a field without its last and without its first row (axis 0) or column (axis 1)."""
    return (field_[:-1], field_[1:]) if axis == 0 else (field_[:, :-1], field_[:, 1:])
