"""How well a world knows the surfaces of a set: of all of them, not of what one picture shows.

Each tile is asked as a cell of a camera's picture would be, as large and from the same direction as that camera would
see it if nothing stood between. So seen, partly and never mean what they mean in a survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.live import SurfaceInfo, SurfaceRequest

from ..greybox.clip import EVERYTHING, Clip, clips_of
from ..greybox.gbuffer import centres_gbuffer
from ..greybox.geometry import Float32, Float64
from ..greybox.raycast import Raycaster
from ..greybox.surfaces import Rays, see
from ..greybox.tiles import Tiles, tiles_of
from ..memory.cells import Cells
from ..memory.read import CANDIDATES
from .coverage_picture import NEVER, PARTLY, SEEN
from .live_sets import LiveContext
from .remember import Memory
from .survey import coverage
from .void import fill


@dataclass(frozen=True)
class Camera:
    """The one that the surfaces are judged for."""

    c2w: Float64
    """[4,4]."""
    K: Float64
    """[3,3] in pixels."""
    size: tuple[int, int]
    """(height, width) pixels."""
    stride: int
    """Pixels of a cell."""
    clip: Clip = EVERYTHING

    @property
    def grid(self) -> tuple[int, int]:
        return self.size[0] // self.stride, self.size[1] // self.stride

    @property
    def K_latent(self) -> Float64:
        """[3,3] of the latent grid."""
        return np.diag([self.grid[1] / self.size[1], self.grid[0] / self.size[0], 1.0]) @ self.K


@dataclass(frozen=True)
class SurfaceCoverage:
    """What a world knows of a set's surfaces."""

    tiles: Tiles
    state: NDArray[np.uint8]
    """[N] SEEN, PARTLY or NEVER."""
    in_view: NDArray[np.uint8]
    """[h,w] the same of the camera's own picture, sky included."""

    def shares(self) -> tuple[float, float, float]:
        """(seen, partly, never) of the surfaces' area; of none, all was never seen."""
        area = self.tiles.areas()
        whole = float(area.sum())
        seen, partly = (float(area[self.state == kind].sum()) / whole if whole else 0.0 for kind in (SEEN, PARTLY))
        return seen, partly, 1.0 - seen - partly


def answer_surface(request: SurfaceRequest, arrays: Arrays, context: LiveContext) -> bytes:
    """The bundle of a SurfaceInfo with its tiles. Raises UnknownSet, NotFound (a mesh that was never sent)."""
    place, memory = context.at(request.set_key, request.greybox, arrays)
    size = request.height, request.width
    camera = Camera(arrays["c2w"][0], arrays["K"][0], size, context.engine.spec.stride, clips_of(arrays, 1)[0])
    found = surface_coverage(place.caster, camera, memory, context.engine.device, request.points)
    never = float((found.in_view == NEVER).mean())
    info = SurfaceInfo(*found.shares(), never_in_view=never, origin=place.caster.frame_set.origin)
    tiles = found.tiles
    return to_bundle(info, {"position": tiles.position, "edges": tiles.edges, "state": found.state})


def surface_coverage(
    caster: Raycaster, camera: Camera, memory: Memory, device: torch.device | str, most: int
) -> SurfaceCoverage:
    """caster: of the set at one frame. most: how many tiles at most."""
    # It sees from where its view begins: of a room that Clip Start cuts open, the inside.
    eye = camera.c2w[:3, 3] + camera.clip[0] * camera.c2w[:3, 2]
    tiles = tiles_of(caster.frame_set, caster.surfaces, eye - caster.frame_set.origin, most)
    of_tiles = cells_of(caster, tiles, camera, device)
    gbuffer = centres_gbuffer(caster.clipped(camera.clip), camera.c2w, camera.K, camera.grid, camera.stride)
    of_view = Cells.from_gbuffer(fill(gbuffer, memory, camera.c2w, camera.K_latent, camera.clip), device)
    cells = Cells.join([of_tiles, of_view])
    state = coverage(memory.read(cells, CANDIDATES), memory.tokens, cells)
    return SurfaceCoverage(tiles, state[: len(tiles)], state[len(tiles) :].reshape(camera.grid))


def cells_of(caster: Raycaster, tiles: Tiles, camera: Camera, device: torch.device | str = "cpu") -> Cells:
    """The cell that each tile's middle would be in, had the camera a free view of it.

    What the camera looks at is in its picture already. For the rest it turns round where it stands, and what shows it
    its back it sees as if it stood on the other side, as far away.
    """
    away = tiles.position.astype(np.float64) - (camera.c2w[:3, 3] - caster.frame_set.origin)
    rays, steps = _turned_to(away, camera)
    normal = tiles.normals().astype(np.float64)
    behind = (away * normal).sum(-1) > 0
    rays[behind] = _mirrored(rays[behind], normal[behind])
    steps[behind] = _mirrored(steps[behind], normal[behind, None])
    distance = np.linalg.norm(away, axis=-1) / np.linalg.norm(rays, axis=-1)
    origin = tiles.position - rays * distance[:, None]
    met = Rays(*map(_single, (origin, rays)), tiles.mesh, tiles.triangle, tiles.u, tiles.v, _single(distance))
    seen = see(caster.surfaces, met, _single(steps))

    def tensor(field: NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(field).to(device)

    return Cells(
        anchor=tensor(seen.anchor),
        material=tensor(seen.material),
        position=tensor(seen.rest_position),
        normal=tensor(seen.rest_normal),
        view=tensor(seen.view),
        du=tensor(seen.du),
        dv=tensor(seen.dv),
        purity=torch.ones(len(tiles), device=device),
    )


def _turned_to(away: Float64, camera: Camera) -> tuple[Float64, Float64]:
    """([N,3] a ray to each place, as long as its depth is short; [N,2,3] how it changes for one cell right and down).

    away: [N,3] from the camera. Through the picture these are the picture's own rays; elsewhere those of a camera that
    turned there, at the distance at which the corners of the picture would see it.
    """
    axes = camera.c2w[:3, :3]
    to_grid = np.linalg.inv(camera.K_latent)
    local = away @ axes
    depth = np.where(local[:, 2] > 0, local[:, 2], np.inf)
    at = local @ camera.K_latent.T / depth[:, None]
    inside = (local[:, 2] > 0) & (at[:, :2] >= 0).all(-1) & (at[:, :2] <= camera.grid[::-1]).all(-1)
    steps = np.broadcast_to((axes @ to_grid[:, :2]).T, (len(away), 2, 3)).copy()

    corner = np.linalg.norm(to_grid @ np.array([0.0, 0.0, 1.0]))
    forward = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-30)
    right = np.cross(axes[:, 1], forward)
    level = np.linalg.norm(right, axis=-1, keepdims=True)
    right = np.where(level > 1e-3, right / np.maximum(level, 1e-3), axes[:, 0])
    turned = np.stack([right * to_grid[0, 0], np.cross(forward, right) * to_grid[1, 1]], 1)

    rays = np.where(inside[:, None], away / depth[:, None], corner * forward)
    return rays, np.where(inside[:, None, None], steps, turned)


def _mirrored(vectors: Float64, normal: Float64) -> Float64:
    return vectors - 2 * (vectors * normal).sum(-1, keepdims=True) * normal


def _single(array: Float64) -> Float32:
    return np.ascontiguousarray(array, np.float32)
