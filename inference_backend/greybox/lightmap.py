"""The shading guide of one set over many frames: light and openness are worked out once for each patch of a surface.

A patch is a piece of a triangle about as large as the cell that asks. What it is worth depends on nothing but itself:
on the point in its middle, and on rays drawn from its own number. So it does not matter which frame asked first, and a
take that goes on after a cut has the same light to the bit. What moves is never kept, and neither is what it may
darken: those are worked out anew each frame, with the same rays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from .gbuffer import GBuffer
from .geometry import Float32, Float64, PlacedLamp
from .patches import KeyedNumbers, Patches, Table, cosine_rays
from .raycast import SURFACE_OFFSET, Hits, Raycaster
from .shading import OCCLUSION_REACH, direct_light

OCCLUSION_RAYS = 16
SHADOW_SAMPLES = 2
MOST_PATCHES = 2**20
"""Beyond that all are forgotten: some 40 MiB."""
_FAR = 4.5
"""Standard deviations of a sun's spread beyond which none of its rays goes."""

_Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Asked:
    """N points that ask for their light."""

    position: Float32
    normal: Float32
    keys: NDArray[np.int64]
    """What their rays are drawn from."""

    def select(self, rows: _Bools) -> _Asked:
        return _Asked(self.position[rows], self.normal[rows], self.keys[rows])


class Lightmap:
    """Light and openness of one greybox, of which only what its ray casters call moving changes from frame to frame."""

    def __init__(self, caster: Raycaster) -> None:
        """caster: of any of the frames."""
        self._patches = Patches(caster.frame_set, frozenset(caster.moving))
        self._still = caster.still()
        self._free = Table(1)
        self._light = Table(3)
        self._lamps: tuple[object, ...] = ()

    def guide(self, caster: Raycaster, cells: GBuffer, hits: Hits) -> tuple[Float32, Float32]:
        """(light [h,w,3], openness [h,w]) of `cells`, whose rays met `hits`; the sky has no light and is open. As
        `shading.guide` with OCCLUSION_RAYS, and the mean of SHADOW_SAMPLES of its light."""
        self._keep_only_what_holds(caster.frame_set.lamps)
        light = np.zeros((cells.depth_z.size, 3), np.float32)
        openness = np.ones(cells.depth_z.size, np.float32)
        surface = np.flatnonzero(hits.mesh >= 0)
        known = self._patches.still[hits.mesh[surface]]
        moved, rows = surface[~known], surface[known]
        if len(moved):
            asked = _Asked(cells.position.reshape(-1, 3)[moved], cells.normal.reshape(-1, 3)[moved], moved)
            light[moved], openness[moved] = _lit(caster, asked), _free(caster, asked).mean(-1)
        if len(rows):
            size = np.sqrt(np.linalg.norm(cells.du, axis=-1) * np.linalg.norm(cells.dv, axis=-1)).reshape(-1)[rows]
            keys, place = self._patches.keys(hits, rows, size, cells.normal.reshape(-1, 3)[rows])
            asked = _Asked(*self._patches.middles(keys), keys)
            light[rows] = self._light_of(caster, asked)[place]
            openness[rows] = self._openness_of(caster, asked)[place]
        return light.reshape(*cells.shape, 3), openness.reshape(cells.shape)

    def _light_of(self, caster: Raycaster, asked: _Asked) -> Float32:
        lamps = caster.frame_set.lamps
        found = self._light.look_up(asked.keys, lambda new: _lit(self._still, asked.select(new), lamps))
        shaded = _shadowed(asked.position, lamps, caster.movers_spheres())
        if shaded.any():
            found[shaded] = _lit(caster, asked.select(shaded))
        return found

    def _openness_of(self, caster: Raycaster, asked: _Asked) -> Float32:
        # As a number a patch, a bit a ray: float32 holds 16 of them exactly.
        free = self._free.look_up(asked.keys, lambda new: _bits(_free(self._still, asked.select(new))))
        openness = _share(free)
        near = np.zeros(len(asked.keys), bool)
        for centre, radius in caster.movers_spheres():
            near |= ((asked.position - centre) ** 2).sum(-1) <= (radius + OCCLUSION_REACH) ** 2
        if near.any():
            beside = _bits(_free(caster.movers(), asked.select(near)))
            openness[near] = _share(free[near].astype(np.int32) & beside.astype(np.int32))
        return openness

    def _keep_only_what_holds(self, lamps: tuple[PlacedLamp, ...]) -> None:
        now = tuple((lamp.kind, lamp.color.tobytes(), lamp.energy, lamp.size, lamp.spot_angle, lamp.spot_blend,
                     lamp.transform.tobytes()) for lamp in lamps)  # fmt: skip
        if now != self._lamps or len(self._light) > MOST_PATCHES:
            self._light, self._lamps = Table(3), now
        if len(self._free) > MOST_PATCHES:
            self._free = Table(1)


def _lit(caster: Raycaster, asked: _Asked, lamps: tuple[PlacedLamp, ...] | None = None) -> Float32:
    """[N,3]. lamps: those of the caster's frame unless given."""
    lamps = caster.frame_set.lamps if lamps is None else lamps
    numbers = KeyedNumbers(asked.keys, 1)
    light = direct_light(caster, asked.position, asked.normal, lamps, numbers)
    for _ in range(SHADOW_SAMPLES - 1):
        light = light + direct_light(caster, asked.position, asked.normal, lamps, numbers)
    return light / np.float32(SHADOW_SAMPLES)


def _free(caster: Raycaster, asked: _Asked) -> _Bools:
    """[N,OCCLUSION_RAYS] whether a cosine-weighted ray goes OCCLUSION_REACH metres."""
    rays = cosine_rays(asked.position, asked.normal, asked.keys, OCCLUSION_RAYS, SURFACE_OFFSET)
    reach = np.full(len(rays[0]), OCCLUSION_REACH, np.float32)
    return ~caster.occluded(*rays, reach).reshape(-1, OCCLUSION_RAYS)


def _bits(free: _Bools) -> Float32:
    """[N,1]."""
    return (free @ (1 << np.arange(OCCLUSION_RAYS)))[:, None].astype(np.float32)


def _share(bits: NDArray[np.generic]) -> Float32:
    """[N] of the rays that are free, from [N,1]."""
    both = np.ascontiguousarray(bits[:, 0].astype(np.uint16)).view(np.uint8).reshape(-1, 2)
    return np.unpackbits(both, axis=1).sum(1).astype(np.float32) / OCCLUSION_RAYS


def _shadowed(points: Float32, lamps: tuple[PlacedLamp, ...], spheres: list[tuple[Float64, float]]) -> _Bools:
    """[N] whether one of the spheres may stand between a point and any part of a lamp."""
    found = np.zeros(len(points), np.bool_)
    for centre, radius in spheres:
        for lamp in lamps:
            axis = lamp.transform[:3, 2] / max(np.linalg.norm(lamp.transform[:3, 2]), 1e-12)
            if lamp.kind == "SUN":
                _before_sun(points, axis, _FAR * 0.5 * np.tan(lamp.size / 2), centre, radius, found)
            else:
                _before_lamp(points, lamp.transform[:3, 3], centre, radius + lamp.size, found)
    return found


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _before_sun(points, axis, spread, centre, radius, found):  # type: ignore[no-untyped-def]
    for i in range(len(points)):
        x, y, z = centre[0] - points[i, 0], centre[1] - points[i, 1], centre[2] - points[i, 2]
        along = x * axis[0] + y * axis[1] + z * axis[2]
        aside = math.sqrt(max(x * x + y * y + z * z - along * along, 0.0))
        found[i] |= along > -radius and aside <= radius + spread * max(along, 0.0)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _before_lamp(points, lamp, centre, radius, found):  # type: ignore[no-untyped-def]
    for i in range(len(points)):
        wx, wy, wz = lamp[0] - points[i, 0], lamp[1] - points[i, 1], lamp[2] - points[i, 2]
        x, y, z = centre[0] - points[i, 0], centre[1] - points[i, 1], centre[2] - points[i, 2]
        share = (x * wx + y * wy + z * wz) / max(wx * wx + wy * wy + wz * wz, 1e-12)
        share = min(1.0, max(0.0, share))
        x, y, z = x - share * wx, y - share * wy, z - share * wz
        found[i] |= x * x + y * y + z * z <= radius * radius
