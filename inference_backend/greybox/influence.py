"""Which objects and lamps make a view what it is: those that it sees, and those that light or shade what it sees.

What is not among them may change without a trace in the picture. Where the members of two such sets are equal and
stand equally, the two pictures are equal: whatever else there is was met by no ray in either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gbuffer import GBuffer, rays
from .geometry import Float32, Float64, Int32
from .raycast import Raycaster
from .shading import OCCLUSION_REACH, ambient_occlusion, direct_light

SEEN_STEP = 2
"""Every second pixel each way is looked through."""
OCCLUSION_RAYS = 4
"""A cell. Fewer than shading takes: an object that darkens anything is met by one of the many cells' rays."""


@dataclass(frozen=True)
class Influence:
    meshes: frozenset[int]
    """Indices into FrameSet.meshes."""
    lamps: frozenset[int]
    """Indices into FrameSet.lamps: those that light anything in view."""


def influence(
    caster: Raycaster,
    c2w: Float64,
    K: Float64,
    size: tuple[int, int],
    cells: GBuffer,
    seen: frozenset[int] | None = None,
) -> Influence:
    """Of the view through a camera (`K` in pixels of `size`, H and W), whose cells see `cells` [h,w]. The rays are
    drawn the same each time. seen: the meshes, where `seen_in` has told them already."""
    if seen is None:
        seen = _seen(caster, c2w, K, size)
    surface = cells.depth_z > 0
    position, normal = cells.position[surface], cells.normal[surface]
    witness = _Witness(caster)
    lamps = set()
    for index, lamp in enumerate(caster.frame_set.lamps):
        # Numbers of its own for each lamp: one that is added elsewhere must not move the others' rays.
        rng = np.random.default_rng((1, index))
        if direct_light(witness, position, normal, (lamp,), rng).any():
            lamps.add(index)
    rng = np.random.default_rng(0)
    ambient_occlusion(witness, position, normal, OCCLUSION_RAYS, OCCLUSION_REACH, rng)
    return Influence(seen | witness.met, frozenset(lamps))


def seen_in(mesh: Int32) -> frozenset[int]:
    """The meshes that the pixels [H,W] of a view show, as `gbuffer.look` tells them: those that `influence` would
    find with its own rays, which are some of the same."""
    some = mesh[SEEN_STEP // 2 :: SEEN_STEP, SEEN_STEP // 2 :: SEEN_STEP]
    return frozenset((np.flatnonzero(np.bincount(some.reshape(-1) + 1)) - 1).tolist()) - {-1}


def _seen(caster: Raycaster, c2w: Float64, K: Float64, size: tuple[int, int]) -> frozenset[int]:
    rows, columns = (np.arange(SEEN_STEP // 2, side, SEEN_STEP) + 0.5 for side in size)
    v, u = np.meshgrid(rows, columns, indexing="ij")
    mesh = caster.cast_from_camera(*rays(c2w, K, u, v, caster.frame_set.origin)).mesh
    return frozenset(np.unique(mesh[mesh >= 0]).tolist())


class _Witness(Raycaster):
    """A caster that notes what its shadow rays meet first."""

    def __init__(self, caster: Raycaster) -> None:
        self.frame_set = caster.frame_set
        self.met: set[int] = set()
        self._caster = caster

    def occluded(self, origins: Float32, directions: Float32, distances: Float32) -> NDArray[np.bool_]:
        hits = self._caster.cast(origins, directions)
        blocked = (hits.mesh >= 0) & (hits.distance <= distances)
        self.met |= set(np.unique(hits.mesh[blocked]).tolist())
        return blocked
