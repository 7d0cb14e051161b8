"""A camera path as a survey looks at it: one ray a cell and one in four pixels, memory read for many frames at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import TakeRequest

from ..greybox.clip import Clip, clips_of, cuts_away
from ..greybox.gbuffer import GBuffer, centres_gbuffer, pixel_gbuffer, show_their_centres
from ..greybox.geometry import Int32, origin_near
from ..greybox.influence import influence, seen_in
from ..greybox.raycast import Raycaster
from ..memory.cells import Cells
from ..memory.read import ReadOut
from ..memory.tokens import Tokens
from ..models.protocol import Engine
from .context import JobContext
from .coverage_picture import headlight
from .fingerprints import FrameFingerprint, GreyboxDigests, camera_hash
from .greybox_frames import GreyboxFrames
from .remember import Memory
from .void import fill

CELLS_AT_ONCE = 2**16
GLANCE_CELLS = (256, 1024)
"""Of a frame, at least and at most."""
GLANCES_CELLS = 2**17
"""Of all frames of a take together, as far as that goes: a plan is waited for."""


@dataclass(frozen=True)
class Sight:
    """What one frame's camera sees of the greybox, with its hashes; see `fingerprints`."""

    index: int
    cells: Cells
    """Of the latent grid, through the centres of its cells."""
    camera: str
    greybox: str


class CameraPath:
    """The frames of a request over its greybox."""

    def __init__(self, request: TakeRequest, arrays: Arrays, context: JobContext, engine: Engine) -> None:
        self.stride = engine.spec.stride
        self.request = request
        self.size = (request.height, request.width)
        self.grid = (request.height // self.stride, request.width // self.stride)
        """(h, w) cells."""
        self.c2w, self.K = arrays["c2w"], arrays["K"]
        self.clip = clips_of(arrays, len(request.frames))
        tracks = GreyboxTracks.from_arrays(request.greybox, arrays, len(request.frames))
        origin = origin_near(self.c2w[0, :3, 3])
        self.frames = GreyboxFrames(request.greybox, tracks, context.meshes, context.world, origin)
        self._digests = GreyboxDigests(request.greybox, tracks, context.meshes)
        self._device = engine.device
        self._seen: dict[int, frozenset[int]] = {}
        self._hashes: dict[int, tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self.request.frames)

    @property
    def set_key(self) -> str:
        """16 hexadecimal digits: what stands still over all frames, and where."""
        return self.frames.still_key

    def caster(self, index: int) -> Raycaster:
        """The set as that frame's camera sees it, between its planes."""
        return self.frames.caster(index).clipped(self.clip[index])

    def latent_camera(self, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64], Clip]:
        """(c2w, K of the latent grid, planes) of a frame."""
        return self.c2w[index], self.K_latent(index), self.clip[index]

    def K_latent(self, index: int) -> NDArray[np.float64]:
        """[3,3] of the latent grid."""
        return self._scaled(self.K[index], self.grid)

    def note_seen(self, index: int, mesh: Int32) -> None:
        """What the frame's pixels [H,W] show need not be looked for again; see `influence.seen_in`."""
        self._seen[index] = seen_in(mesh)

    def sight(self, index: int, memory: Memory) -> Sight:
        """memory: knows the points that stand where there is no geometry."""
        caster = self.caster(index)
        gbuffer = centres_gbuffer(caster, self.c2w[index], self.K[index], self.grid, self.stride)
        if index not in self._hashes:
            self._hashes[index] = self._hashes_of(index, caster, gbuffer)
        return Sight(index, self._cells(index, gbuffer, memory), *self._hashes[index])

    def glance(self, index: int, memory: Memory) -> Cells:
        """Some GLANCE_CELLS of the cells of a frame, without those at silhouettes: enough to plan with, and little to
        look at."""
        least, most = GLANCE_CELLS
        cells = max(least, min(most, GLANCES_CELLS // len(self)))
        every = max(1, round((self.grid[0] * self.grid[1] / cells) ** 0.5))
        # Points in space are splatted, which only the whole grid can be.
        step = 1 if memory.has_points else every
        camera = (self.caster(index), self.c2w[index], self.K[index])
        gbuffer = centres_gbuffer(*camera, self.grid, self.stride, step)
        kept = torch.from_numpy(show_their_centres(*camera, gbuffer, self.stride, step))
        if step < every:
            thinned = torch.zeros_like(kept)
            thinned[::every, ::every] = kept[::every, ::every]
            return self._cells(index, gbuffer, memory).select(thinned.reshape(-1).to(self._device))
        return Cells.from_gbuffer(gbuffer, self._device).select(kept.reshape(-1).to(self._device))

    def grey(self, index: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        """[H,W] = `size`, the greybox as lit from the camera."""
        K = self._scaled(self.K[index], size)
        return headlight(pixel_gbuffer(self.caster(index), self.c2w[index], K, *size))

    def _cells(self, index: int, gbuffer: GBuffer, memory: Memory) -> Cells:
        return Cells.from_gbuffer(fill(gbuffer, memory, *self.latent_camera(index)), self._device)

    def _hashes_of(self, index: int, caster: Raycaster, gbuffer: GBuffer) -> tuple[str, str]:
        c2w, K, clip = self.c2w[index], self.K[index], self.clip[index]
        found = influence(caster, c2w, K, self.size, gbuffer, self._seen.get(index))
        clip = clip if cuts_away(caster.frame_set, (c2w, K), self.size, clip) else None
        return camera_hash(c2w, K, self.size, clip), self._digests.frame(index, found)

    def _scaled(self, K: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
        """`K` [3,3] of the request's pixels as that of a grid of another size."""
        return np.diag([size[1] / self.size[1], size[0] / self.size[0], 1.0]) @ K


def memory_for(request: TakeRequest, context: JobContext, engine: Engine, learned: Tokens | None = None) -> Memory:
    """What the world remembers (with a commit that is about to be made), as far as the request wants to know of it."""
    if request.use_memory:
        return Memory.load(context.world, engine, learned)
    return Memory(Tokens.empty(engine.spec.channels, engine.device))


def read_together(sights: Iterable[Sight], memory: Memory) -> Iterator[tuple[Sight, ReadOut]]:
    """Each sight with what memory knows of its cells; `sights` is walked only as far as memory has been read."""
    stretch: list[Sight] = []
    for sight in sights:
        stretch.append(sight)
        if sum(len(one.cells) for one in stretch) >= CELLS_AT_ONCE:
            yield from _read(stretch, memory)
            stretch = []
    yield from _read(stretch, memory)


def _read(stretch: Sequence[Sight], memory: Memory) -> Iterator[tuple[Sight, ReadOut]]:
    if not stretch:
        return
    readout = memory.read(Cells.join(sight.cells for sight in stretch))
    first = 0
    for sight in stretch:
        rows = torch.arange(first, first + len(sight.cells), device=readout.token.device)
        yield sight, readout.select(rows)
        first += len(sight.cells)


def fingerprints(path: CameraPath, sights: Iterable[Sight], memory: Memory) -> Iterator[FrameFingerprint]:
    """Of each sight, as memory is now."""
    for sight, readout in read_together(sights, memory):
        frame = path.request.frames[sight.index]
        yield FrameFingerprint(frame, sight.camera, sight.greybox, memory.fingerprint(readout))
