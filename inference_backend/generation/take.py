"""A take: plan, key frames, then every frame read from memory, refined and decoded; committed as one segment.

Frames go through a pipeline (`pipeline`): events are told in order, by the job's own thread.

What is not made anew: frames that a base take has already (`base_take`), and what an attempt that was cut short had
finished (`resume`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from torch import Tensor

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.messages import TakeInfo, TakeRequest

from ..errors import Cancelled, Conflict
from ..memory.cells import Cells
from ..memory.tokens import Tokens
from ..models.protocol import Engine, FrameView, Knowledge
from ..storage.images import encode_png
from ..worlds.take_files import FINGERPRINTS, PROGRESS
from .base_take import BaseTake
from .context import JobContext
from .events import Event
from .fingerprints import Settings, TakeFingerprints
from .look_strength import following
from .observe import Views
from .pipeline import Pipeline, ahead
from .plan import WORTH_GENERATING, CoveragePlan
from .remember import Memory, nothing
from .resume import CHUNK, Progress, basis_of
from .shelf import Shelf
from .sights import CameraPath, Sight, fingerprints, memory_for
from .stopwatch import Stopwatch
from .void import read_void

PLAN_STEPS = 8
"""Frames glanced at from one word of it to the next."""
GENERATED_CONFIDENCE = 0.7
FILLED_CONFIDENCE = 0.5


class TakeJob:
    """One take while it is made: its files lie in `context.takes` already. The steps are in the order of `run`."""

    def __init__(
        self, request: TakeRequest, arrays: Arrays, context: JobContext, engine: Engine, shelf: Shelf | None = None
    ) -> None:
        """shelf: what the worker keeps between jobs. Raises Conflict where the take asks for other weights than the
        engine has."""
        if request.weights and request.weights != engine.weights_hash:
            raise Conflict(
                f"The take asks for the weights {request.weights}, and the engine has {engine.weights_hash}.",
                "Leave the weights empty to use those installed, or install the version that made the take.",
            )
        self._request = request
        self._context = context
        self._notes = engine.notes
        self._engine = following(engine, request.look_strength)
        self._shelf = shelf or Shelf()
        self.watch = Stopwatch()
        """Seconds by stage, so far."""
        with self.watch.stage("raycast"):
            self._path = CameraPath(request, arrays, context, engine)
            self._views = Views(self._path, self._shelf.light(self._path.set_key))
        with self.watch.stage("read"):
            self._memory = self._shelf.claim(context.world, engine)
        self._as_on_disk = True
        """Whether memory, but for what this job added to it, is what the world's live commits hold."""
        self._base: BaseTake | None = None
        self._reused: dict[int, int] = {}
        self._key_frames: list[int] = []
        self._coverage = 0.0

    def run(self) -> TakeInfo:
        """Makes every frame and commits what was learned. Raises Cancelled (finished frames stay, the world is as
        before), DiskFull."""
        self._tell_of_foreign_tokens()
        try:
            settings = Settings.of(self._request, self._engine)
            self._base = BaseTake.open(self._request.base_take, settings, self._context)
            self._take_over()
            self._basis = basis_of(self._context.world, self._engine, self._reused)
            first = self._resume()
            if first is None:
                if self._request.use_memory:
                    self._generate_key_frames(self._plan())
                first = 0
                self._note_progress(first, self._memory.pieces)
            self._make_frames(first)
            self._finish(settings)
        except Cancelled:
            self._put_back()
            raise
        self._put_back()
        return self._context.takes.update_info(self._context.take_id, seconds=self.watch.rounded())

    def _tell_of_foreign_tokens(self) -> None:
        if self._memory.foreign and self._request.use_memory:
            message = f"{self._memory.foreign} tokens of this world were left by other weights, and are not read."
            hint = "Add the looks again, or install the version that made them: nothing of them is lost."
            self._context.report(Event("note", message=message, hint=hint))

    def _take_over(self) -> None:
        """Finds the frames that the base take has already."""
        if self._base is None:
            return
        known = self._memory if self._request.use_memory else memory_for(self._request, self._context, self._engine)
        self._reused = self._base.unchanged(fingerprints(self._path, self._sights("plan", known), known))

    def _sights(self, phase: str, memory: Memory) -> Iterator[Sight]:
        """Of every frame; rays are cast beside whoever reads memory."""

        def look(index: int) -> Sight:
            with self.watch.stage("raycast"):
                return self._path.sight(index, memory)

        for sight in ahead(look, range(len(self._path))):
            self._step(phase, sight.index)
            yield sight

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

    def _note_progress(self, frames: int, pieces: tuple[Tokens, ...]) -> None:
        """So many frames from the first are final, on the disk; `pieces` were learned up to them."""
        path = self._context.takes.file(self._context.take_id, PROGRESS)
        with self.watch.stage("save"):
            progress = Progress(self._basis, frames, tuple(self._key_frames), self._coverage, pieces)
            progress.write(path)

    def _plan(self) -> CoveragePlan:
        def glance(index: int) -> Cells:
            with self.watch.stage("raycast"):
                cells = self._path.glance(index, self._memory)
            # A frame that is taken over reveals nothing that must be generated.
            return cells.select(slice(0, 0)) if index in self._reused else cells

        def glances() -> Iterator[Cells]:
            for index, cells in enumerate(ahead(glance, range(len(self._path)))):
                if index % PLAN_STEPS == 0:
                    self._step("plan", index)
                yield cells

        with self.watch.stage("read"):
            plan = CoveragePlan(glances(), self._memory)
        self._coverage = 1 - plan.mean_lacking()
        return plan

    def _generate_key_frames(self, plan: CoveragePlan) -> None:
        lacking = plan.mean_lacking()
        while (index := plan.next_key_frame()) is not None:
            # How many there will be is not known; how much of the shot is still unseen is.
            self._step("generating new areas", round(100 * (1 - plan.mean_lacking() / lacking)), 100)
            view, cells, knowledge = self._recall(index, self._view(index, again=True))
            # A glance sees what lies under the centres of cells; at silhouettes they may show something else.
            if float((~knowledge.readout.covered).float().mean()) <= WORTH_GENERATING:
                continue
            self._key_frames.append(index)
            with self.watch.stage("denoise"):
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
            with self.watch.stage("write"):
                added = self._memory.learn(latents, cells, ~knowledge.readout.sharp, GENERATED_CONFIDENCE)
            with self.watch.stage("read"):
                plan.learn(added)

    def _make_frames(self, first: int) -> None:
        indices = range(first, len(self._path))
        learned: dict[int, tuple[Tokens, ...]] = {}

        def look(index: int) -> FrameView | None:
            return None if index in self._reused else self._view(index)

        def know(index: int, view: FrameView | None) -> tuple[FrameView, Tensor] | None:
            if index % CHUNK == 0:
                # What was learned before this frame: when it is told of, memory is a few frames further.
                learned[index] = self._memory.pieces
            return None if view is None else self._latents(index, view)

        with closing(Pipeline(look, know, self._show).walk(indices)) as shown:
            for index in indices:
                self._step("generating", index)
                next(shown)
                if index % CHUNK == 0 and index > first:
                    self._note_progress(index, learned.pop(index))
                self._context.report(Event("frame", index=index, done=index + 1, total=len(self._path)))

    def _latents(self, index: int, view: FrameView) -> tuple[FrameView, Tensor]:
        """The frame's latents; memory learns what it did not know. The view has points in space filled in."""
        view, cells, knowledge = self._recall(index, view)
        with self.watch.stage("denoise"):
            if self._request.use_memory:
                latents = self._engine.refine(view, knowledge)
            else:
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
        wanted = ~knowledge.readout.sharp
        if self._request.use_memory and bool(wanted.any()):
            with self.watch.stage("write"):
                self._memory.learn(latents, cells, wanted, FILLED_CONFIDENCE)
        return view, latents

    def _show(self, index: int, made: tuple[FrameView, Tensor] | None) -> None:
        """Decodes and stores a frame; None: as the base take has it."""
        takes, take_id = self._context.takes, self._context.take_id
        if made is None:
            with self.watch.stage("save"):
                takes.take_over_frame(take_id, index, self._request.base_take, self._reused[index])
            return
        view, latents = made
        with self.watch.stage("decode"):
            rgb = self._engine.decode(latents, view)
        with self.watch.stage("save"):
            takes.write_frame(take_id, index, encode_png(rgb))

    def _view(self, index: int, again: bool = False) -> FrameView:
        """What the camera sees at a frame. again: whether it is looked at once more."""
        with self.watch.stage("raycast"):
            return self._views.at(index, again)

    def _recall(self, index: int, view: FrameView) -> tuple[FrameView, Cells, Knowledge]:
        """What memory knows of a frame."""
        engine, path = self._engine, self._path
        with self.watch.stage("read"):
            cells = Cells.from_gbuffer(view.cells, engine.device)
            if self._request.use_memory:
                view, cells, readout = read_void(view, cells, self._memory, *path.latent_camera(index))
            else:
                readout = nothing(engine, len(cells))
            return view, cells, self._memory.knowledge(readout, self._request.prompt)

    def _finish(self, settings: Settings) -> None:
        """Notes what the take is, then makes it part of the world: the commit comes last."""
        context, request = self._context, self._request
        learned = self._memory.learned()
        memory = self._memory_as_committed(learned)
        frames = tuple(fingerprints(self._path, self._sights("finishing", memory), memory))
        TakeFingerprints(settings, frames).write(context.takes.file(context.take_id, FINGERPRINTS))
        context.takes.update_info(
            context.take_id,
            weights=self._engine.weights_hash,
            frames_done=len(self._path),
            key_frames=tuple(sorted(self._key_frames)),
            coverage=round(self._coverage, 4),
            seconds=self.watch.rounded(),
            reused=tuple(sorted(self._reused)),
            base_take=request.base_take,
            author=request.author,
        )
        if request.use_memory:
            self._commit(learned)
        context.takes.drop_progress(context.take_id)

    def _commit(self, learned: Tokens) -> None:
        request = self._request
        meta = {
            "engine": self._engine.spec.name,
            "weights": self._engine.weights_hash,
            "latents": self._engine.latent_space,
            "tokens": str(len(learned)),
            "shot": request.shot,
            "seed": str(request.seed),
            "author": request.author,
            "frames": str(len(request.frames)),
        }
        with self.watch.stage("write"):
            self._context.world.commit_segment(self._context.take_id, "take", learned.to_arrays(), meta)
        self._as_on_disk = True

    def _memory_as_committed(self, learned: Tokens) -> Memory:
        """What the request's frames read once the world has the take."""
        if not self._request.use_memory:
            return memory_for(self._request, self._context, self._engine)
        if len(learned):
            self._as_on_disk = False
            # The old one first: two of them need not fit.
            del self._memory
            with self.watch.stage("read"):
                self._memory = Memory.load(self._context.world, self._engine, learned)
        return self._memory

    def _put_back(self) -> None:
        """Leaves to the next job what is as it will find it."""
        if self._as_on_disk and not self._memory.pieces:
            self._shelf.put(self._context.world, self._engine, self._memory)
        if self._views.lightmap is not None:
            self._shelf.put_light(self._path.set_key, self._views.lightmap)

    def _step(self, phase: str, done: int, total: int | None = None) -> None:
        """A point between steps; counts frames by default. Raises Cancelled."""
        while self._notes:
            message, hint = self._notes.pop(0)
            self._context.report(Event("note", message=message, hint=hint))
        self._context.step(phase, done, total or len(self._path))
