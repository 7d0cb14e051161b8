"""Which surface points of one view another camera sees, and where: exact, by ray casts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...greybox.gbuffer import GBuffer, rays
from ...greybox.geometry import SKY, Float64
from ...greybox.raycast import Raycaster
from .studio import Camera

_SAME_POINT = (2e-3, 2e-3)
"""Metres, and share of the depth, within which a ray's hit is the point that it was aimed at."""

MIN_COSINE = 0.08
"""Between a surface's normal and the ray: what is seen at less than 5 degrees is a few pixels of a whole wall."""


@dataclass(frozen=True)
class Visibility:
    """Of the pixels of a view [H,W], as another camera sees their surface points."""

    seen: NDArray[np.bool_]
    """The point is in the other picture, and nothing stands before it."""
    place: Float64
    """[H,W,2] (u, v) in pixels of the other picture; meaningless where not seen."""


def visible_from(
    pixels: GBuffer, caster: Raycaster, other: Camera, size: tuple[int, int], still: NDArray[np.bool_] | None = None
) -> Visibility:
    """What the camera `other`, with a picture of `size` (H, W), sees of the points of `pixels`.

    still: [H,W] which of them stand still; the others, and the sky, count as not seen.
    """
    c2w, K = other
    shape = pixels.shape
    position = pixels.position.reshape(-1, 3).astype(np.float64)
    surface = pixels.anchor.reshape(-1) != SKY
    if still is not None:
        surface = surface & still.reshape(-1)
    camera = (position - c2w[:3, 3]) @ c2w[:3, :3]
    z = np.maximum(camera[:, 2], 1e-9)
    place = (camera / z[:, None] @ K.T)[:, :2]
    towards = c2w[:3, 3] - position
    facing = (towards * pixels.normal.reshape(-1, 3)).sum(-1) > MIN_COSINE * np.linalg.norm(towards, axis=-1)
    # A bilinear sample needs a neighbour on every side; centres of the outermost pixels have one but for rounding.
    half = 0.5 - 1e-3
    inside = (camera[:, 2] > 1e-3) & (place >= half).all(-1) & (place <= np.array(size[::-1]) - half).all(-1)
    rows = np.flatnonzero(surface & inside & facing)
    origins, directions = rays(c2w, K, place[rows, 0], place[rows, 1])
    hits = caster.cast(origins, directions)
    anchors = np.array([placed.anchor for placed in caster.frame_set.meshes] + [SKY], np.int32)[hits.mesh]
    reached = np.abs(hits.distance - z[rows]) <= _SAME_POINT[0] + _SAME_POINT[1] * z[rows]
    seen = np.zeros(len(position), bool)
    seen[rows] = reached & (anchors == pixels.anchor.reshape(-1)[rows])
    return Visibility(seen.reshape(shape), place.reshape(*shape, 2))


def eroded(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """`mask` [H,W] without the pixels that have another than themselves within `reach`."""
    inner = mask
    for _ in range(reach):
        padded = np.pad(inner, 1, mode="edge")
        h, w = mask.shape
        inner = np.logical_and.reduce([padded[i : i + h, j : j + w] for i in range(3) for j in range(3)])
    return inner
