"""A take: plan, key frames, then every frame read from memory, refined and decoded; committed as one segment.

What is not made anew: frames that a base take has already (`base_take`), and what an attempt that was cut short had
finished (`resume`).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.messages import TakeInfo, TakeRequest

from ..errors import Conflict
from ..memory.cells import Cells
from ..memory.tokens import Tokens
from ..models.protocol import Engine, FrameView, Knowledge
from ..storage.images import encode_png
from ..worlds.take_files import FINGERPRINTS, PROGRESS
from .base_take import BaseTake
from .context import JobContext
from .events import Event
from .fingerprints import FrameFingerprint, Settings, TakeFingerprints
from .look_strength import following
from .observe import Views
from .plan import CoveragePlan
from .remember import Memory, nothing
from .resume import CHUNK, Progress, basis_of
from .sights import CameraPath, Sight, fingerprints, memory_for
from .stopwatch import Stopwatch
from .void import read_void

GENERATED_CONFIDENCE = 0.7
FILLED_CONFIDENCE = 0.5


class TakeJob:
    """One take while it is made: its files lie in `context.takes` already. The steps are in the order of `run`."""

    def __init__(self, request: TakeRequest, arrays: Arrays, context: JobContext, engine: Engine) -> None:
        """Raises Conflict where the take asks for other weights than the engine has."""
        if request.weights and request.weights != engine.weights_hash:
            raise Conflict(
                f"The take asks for the weights {request.weights}, and the engine has {engine.weights_hash}.",
                "Leave the weights empty to use those installed, or install the version that made the take.",
            )
        self._request = request
        self._context = context
        self._engine = following(engine, request.look_strength)
        self._watch = Stopwatch()
        with self._watch.stage("raycast"):
            self._path = CameraPath(request, arrays, context, engine)
            self._views = Views(self._path, engine)
        self._memory = Memory.load(context.world, engine)
        self._base: BaseTake | None = None
        self._reused: dict[int, int] = {}
        self._key_frames: list[int] = []
        self._coverage = 0.0

    def run(self) -> TakeInfo:
        """Makes every frame and commits what was learned. Raises Cancelled (finished frames stay, the world is as
        before), DiskFull."""
        settings = Settings.of(self._request, self._engine)
        self._base = BaseTake.open(self._request.base_take, settings, self._context)
        glances = self._look_ahead()
        self._basis = basis_of(self._context.world, self._engine, self._reused)
        first = self._resume()
        if first is None:
            if self._request.use_memory:
                self._generate_key_frames(self._plan(glances))
            first = 0
            self._note_progress(first)
        self._make_frames(first)
        self._finish(settings, glances)
        return self._context.takes.update_info(self._context.take_id, seconds=self._watch.rounded())

    def _look_ahead(self) -> list[Sight]:
        """A glance of every frame, with its hashes; on the way finds the frames that the base take has already."""
        glances: list[Sight] = []
        known = self._memory if self._request.use_memory else memory_for(self._request, self._context, self._engine)

        def sights() -> Iterator[Sight]:
            for index in range(len(self._path)):
                self._step("plan", index)
                with self._watch.stage("raycast"):
                    sight = self._path.sight(index, known)
                glances.append(self._path.glance(sight))
                yield sight

        if self._base is None:
            for _ in sights():
                pass
        else:
            self._reused = self._base.unchanged(fingerprints(self._path, sights(), known))
        return glances

    def _resume(self) -> int | None:
        """The first frame that is not final yet; None where nothing is there to go on from."""
        path = self._context.takes.file(self._context.take_id, PROGRESS)
        progress = Progress.read(path, self._basis, self._engine.device)
        if progress is None:
            return None
        for piece in progress.pieces:
            self._memory.adopt(piece)
        self._key_frames, self._coverage = list(progress.key_frames), progress.coverage
        return progress.frames

    def _note_progress(self, frames: int) -> None:
        """So many frames from the first are final, on the disk."""
        path = self._context.takes.file(self._context.take_id, PROGRESS)
        with self._watch.stage("save"):
            progress = Progress(self._basis, frames, tuple(self._key_frames), self._coverage, self._memory.pieces)
            progress.write(path)

    def _plan(self, glances: list[Sight]) -> CoveragePlan:
        # A frame that is taken over reveals nothing that must be generated.
        asked = [g.cells.select(slice(0, 0)) if g.index in self._reused else g.cells for g in glances]
        with self._watch.stage("read"):
            plan = CoveragePlan(asked, self._memory)
        self._coverage = 1 - plan.mean_lacking()
        return plan

    def _generate_key_frames(self, plan: CoveragePlan) -> None:
        lacking = plan.mean_lacking()
        while (index := plan.next_key_frame()) is not None:
            self._key_frames.append(index)
            # How many there will be is not known; how much of the shot is still unseen is.
            self._step("key frames", round(100 * (1 - plan.mean_lacking() / lacking)), 100)
            view, cells, knowledge = self._look(index, again=True)
            with self._watch.stage("denoise"):
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
            with self._watch.stage("write"):
                added = self._memory.learn(latents, cells, ~knowledge.readout.sharp, GENERATED_CONFIDENCE)
            with self._watch.stage("read"):
                plan.learn(added)

    def _make_frames(self, first: int) -> None:
        def wait(saving: Future[None] | None) -> None:
            with self._watch.stage("save"):
                if saving is not None:
                    saving.result()

        # PNG compression and the disk run beside the next frame.
        with ThreadPoolExecutor(1, thread_name_prefix="frames") as pool:
            saving: Future[None] | None = None
            for index in range(first, len(self._path)):
                self._step("frames", index)
                if index > first and index % CHUNK == 0:
                    wait(saving)
                    self._note_progress(index)
                rgb = None if index in self._reused else self._make_frame(index)
                wait(saving)
                saving = pool.submit(self._save, index, rgb)
            wait(saving)

    def _make_frame(self, index: int) -> NDArray[np.uint8]:
        view, cells, knowledge = self._look(index)
        with self._watch.stage("denoise"):
            if self._request.use_memory:
                latents = self._engine.refine(view, knowledge)
            else:
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
        wanted = ~knowledge.readout.sharp
        if self._request.use_memory and bool(wanted.any()):
            with self._watch.stage("write"):
                self._memory.learn(latents, cells, wanted, FILLED_CONFIDENCE)
        with self._watch.stage("decode"):
            return self._engine.decode(latents, view)

    def _look(self, index: int, again: bool = False) -> tuple[FrameView, Cells, Knowledge]:
        """What the camera sees at a frame, and what memory knows of it. again: whether it is looked at once more."""
        engine, path = self._engine, self._path
        with self._watch.stage("raycast"):
            view = self._views.at(index, again)
            cells = Cells.from_gbuffer(view.cells, engine.device)
        with self._watch.stage("read"):
            if self._request.use_memory:
                view, cells, readout = read_void(view, cells, self._memory, path.c2w[index], path.K_latent(index))
            else:
                readout = nothing(engine, len(cells))
        return view, cells, self._memory.knowledge(readout, self._request.prompt)

    def _save(self, index: int, rgb: NDArray[np.uint8] | None) -> None:
        """Stores a frame; None: as the base take has it."""
        takes, take_id = self._context.takes, self._context.take_id
        if rgb is None:
            takes.take_over_frame(take_id, index, self._request.base_take, self._reused[index])
        else:
            takes.write_frame(take_id, index, encode_png(rgb))
        self._context.report(Event("frame", index=index, done=index + 1, total=len(self._path)))

    def _finish(self, settings: Settings, glances: list[Sight]) -> None:
        """Notes what the take is, then makes it part of the world: the commit comes last."""
        context, request = self._context, self._request
        learned = self._memory.learned()
        frames = self._frames_as_committed(learned, glances)
        TakeFingerprints(settings, frames).write(context.takes.file(context.take_id, FINGERPRINTS))
        context.takes.update_info(
            context.take_id,
            weights=self._engine.weights_hash,
            frames_done=len(self._path),
            key_frames=tuple(sorted(self._key_frames)),
            coverage=round(self._coverage, 4),
            seconds=self._watch.rounded(),
            reused=tuple(sorted(self._reused)),
            base_take=request.base_take,
            author=request.author,
        )
        if request.use_memory:
            meta = {
                "engine": self._engine.spec.name,
                "weights": self._engine.weights_hash,
                "tokens": str(len(learned)),
                "shot": request.shot,
                "seed": str(request.seed),
                "author": request.author,
                "frames": str(len(request.frames)),
            }
            with self._watch.stage("write"):
                context.world.commit_segment(context.take_id, "take", learned.to_arrays(), meta)
        context.takes.drop_progress(context.take_id)

    def _frames_as_committed(self, learned: Tokens, glances: list[Sight]) -> tuple[FrameFingerprint, ...]:
        """The fingerprints of all frames, as the world will be when it has the take."""
        # The old one first: two of them need not fit.
        del self._memory
        memory = memory_for(self._request, self._context, self._engine, learned)

        def sights() -> Iterator[Sight]:
            for glance in glances:
                self._step("fingerprints", glance.index)
                with self._watch.stage("raycast"):
                    sight = self._path.again(glance, memory)
                yield sight

        return tuple(fingerprints(self._path, sights(), memory))

    def _step(self, phase: str, done: int, total: int | None = None) -> None:
        """A point between steps; counts frames by default. Raises Cancelled."""
        self._context.step(phase, done, total or len(self._path))
