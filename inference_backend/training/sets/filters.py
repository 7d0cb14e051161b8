"""Image-space helpers that respect surfaces: noise is averaged and edges are smoothed, never across two."""

import numpy as np

from inference_backend.greybox.gbuffer import GBuffer, rays
from inference_backend.training.sets.cameras import Surfaces

_NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0))
_SUBPIXELS = ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))


def surface_key(anchor: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """int32 that is equal for pixels of one anchor [...] with about the same normal [...,3]."""
    bins = np.rint(normal * 2).astype(np.int32) + 2
    return anchor.astype(np.int32) * 128 + bins[..., 0] * 25 + bins[..., 1] * 5 + bins[..., 2]


def smooth(values: np.ndarray, key: np.ndarray, steps: tuple[int, ...]) -> np.ndarray:
    """Edge-stopping average of `values` [H,W,C] within equal `key` [H,W]: one 3x3 pass a step."""
    for step in steps:
        total, weight = values.copy(), np.ones(key.shape, np.float32)
        for dy in (-step, 0, step):
            for dx in (-step, 0, step):
                if dx or dy:
                    here, there = _overlap(key.shape, dy, dx)
                    same = (key[here] == key[there]).astype(np.float32)
                    total[here] += values[there] * same[..., None]
                    weight[here] += same
        values = total / weight[..., None]
    return values


def _overlap(shape: tuple[int, int], dy: int, dx: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of the pixels that have a neighbour at (dy, dx), and of those neighbours."""
    height, width = shape
    here = (slice(max(0, -dy), height - max(0, dy)), slice(max(0, -dx), width - max(0, dx)))
    there = (slice(max(0, dy), height - max(0, -dy)), slice(max(0, dx), width - max(0, -dx)))
    return here, there


def soften_edges(
    color: np.ndarray, gbuffer: GBuffer, key: np.ndarray, surfaces: Surfaces, c2w: np.ndarray, k: np.ndarray
) -> np.ndarray:
    """Antialiased copy of `color` [H,W,3]: at edges, four subpixel rays each take the colour of the pixel beside them
    that sees the same surface."""
    height, width = key.shape
    edge = np.zeros(key.shape, bool)
    for dy, dx in _NEIGHBOURS:
        here, there = _overlap(key.shape, dy, dx)
        edge[here] |= key[here] != key[there]
    row, column = np.nonzero(edge)
    if len(row) == 0:
        return color
    anchors = np.array([placed.anchor for placed in surfaces.caster.frame_set.meshes] + [0], np.int32)
    total = np.zeros((len(row), 3), np.float32)
    for du, dv in _SUBPIXELS:
        origins, directions = rays(c2w, k, column + 0.5 + du, row + 0.5 + dv)
        hits = surfaces.caster.cast(origins, directions)
        normal = surfaces.hit_normals(hits)
        unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        normal = np.where((normal * directions).sum(axis=1, keepdims=True) > 0, -normal, normal)
        normal[hits.mesh < 0] = -unit[hits.mesh < 0]
        wanted = surface_key(anchors[hits.mesh], normal)
        chosen = color[row, column].copy()
        open_ = key[row, column] != wanted
        for dy, dx in _NEIGHBOURS:
            r, c = np.clip(row + dy, 0, height - 1), np.clip(column + dx, 0, width - 1)
            take = open_ & (key[r, c] == wanted)
            chosen[take] = color[r[take], c[take]]
            open_ &= ~take
        total += chosen
    softened = color.copy()
    softened[row, column] = total / len(_SUBPIXELS)
    return softened
