"""A take: plan, key frames, then every frame read from memory, refined and decoded; committed as one segment."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import TakeInfo, TakeRequest

from ..errors import Conflict
from ..greybox.geometry import Float64
from ..memory.cells import Cells
from ..models.protocol import Engine, FrameView, Knowledge
from ..storage.images import encode_png
from .context import JobContext
from .events import Event
from .greybox_frames import GreyboxFrames
from .observe import glance, observe
from .plan import CoveragePlan
from .remember import Memory, nothing
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
        self._c2w, self._K = arrays["c2w"], arrays["K"]
        self._context = context
        self._engine = engine
        self._watch = Stopwatch()
        tracks = GreyboxTracks.from_arrays(request.greybox, arrays, len(request.frames))
        with self._watch.stage("raycast"):
            self._frames = GreyboxFrames(request.greybox, tracks, context.meshes, context.world)
        self._memory = Memory.load(context.world, engine)
        self._key_frames: list[int] = []
        self._coverage = 0.0

    def run(self) -> TakeInfo:
        """Makes every frame and commits what was learned. Raises Cancelled (finished frames stay, the world is as
        before), DiskFull."""
        if self._request.use_memory:
            self._generate_key_frames(self._plan())
        self._make_frames()
        self._commit()
        return self._context.takes.update_info(
            self._context.take_id,
            weights=self._engine.weights_hash,
            frames_done=len(self._request.frames),
            key_frames=tuple(sorted(self._key_frames)),
            coverage=round(self._coverage, 4),
            seconds=self._watch.rounded(),
        )

    def _plan(self) -> CoveragePlan:
        request, stride = self._request, self._engine.spec.stride
        size = (request.height // stride, request.width // stride)
        glances = []
        for index in range(len(request.frames)):
            self._step("plan", index)
            with self._watch.stage("raycast"):
                caster = self._frames.caster(index)
                K = self._K_latent(index)
                glances.append(glance(caster, self._c2w[index], K, size, self._memory))
        with self._watch.stage("read"):
            plan = CoveragePlan(glances, self._memory)
        self._coverage = 1 - plan.mean_lacking()
        return plan

    def _generate_key_frames(self, plan: CoveragePlan) -> None:
        lacking = plan.mean_lacking()
        while (index := plan.next_key_frame()) is not None:
            self._key_frames.append(index)
            # How many there will be is not known; how much of the shot is still unseen is.
            self._step("key frames", round(100 * (1 - plan.mean_lacking() / lacking)), 100)
            view, cells, knowledge = self._look(index)
            with self._watch.stage("denoise"):
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
            with self._watch.stage("write"):
                added = self._memory.learn(latents, cells, ~knowledge.readout.covered, GENERATED_CONFIDENCE)
            with self._watch.stage("read"):
                plan.learn(added)

    def _make_frames(self) -> None:
        # PNG compression and the disk run beside the next frame.
        with ThreadPoolExecutor(1, thread_name_prefix="frames") as pool:
            saving: Future[None] | None = None
            for index in range(len(self._request.frames)):
                self._step("frames", index)
                rgb = self._make_frame(index)
                with self._watch.stage("save"):
                    if saving is not None:
                        saving.result()
                saving = pool.submit(self._save, index, rgb)
            if saving is not None:
                saving.result()

    def _make_frame(self, index: int) -> NDArray[np.uint8]:
        view, cells, knowledge = self._look(index)
        with self._watch.stage("denoise"):
            if self._request.use_memory:
                latents = self._engine.refine(view, knowledge)
            else:
                latents = self._engine.generate(view, knowledge, self._request.steps, self._request.seed + index)
        unseen = ~knowledge.readout.covered
        if self._request.use_memory and bool(unseen.any()):
            with self._watch.stage("write"):
                self._memory.learn(latents, cells, unseen, FILLED_CONFIDENCE)
        with self._watch.stage("decode"):
            return self._engine.decode(latents, view)

    def _look(self, index: int) -> tuple[FrameView, Cells, Knowledge]:
        """What the camera sees at a frame, and what memory knows of it."""
        request, engine = self._request, self._engine
        with self._watch.stage("raycast"):
            caster = self._frames.caster(index)
            view = observe(caster, self._c2w[index], self._K[index], request.height, request.width, engine.spec.stride)
            cells = Cells.from_gbuffer(view.cells, engine.device)
        with self._watch.stage("read"):
            if request.use_memory:
                view, cells, readout = read_void(view, cells, self._memory, self._c2w[index], self._K_latent(index))
            else:
                readout = nothing(engine, len(cells))
        return view, cells, self._memory.knowledge(readout, request.prompt)

    def _K_latent(self, index: int) -> Float64:
        """[3,3] of the latent grid."""
        stride = self._engine.spec.stride
        return np.diag([1 / stride, 1 / stride, 1.0]) @ self._K[index]

    def _save(self, index: int, rgb: NDArray[np.uint8]) -> None:
        self._context.takes.write_frame(self._context.take_id, index, encode_png(rgb))
        self._context.report(Event("frame", index=index, done=index + 1, total=len(self._request.frames)))

    def _commit(self) -> None:
        learned = self._memory.learned()
        if not self._request.use_memory:
            return
        engine = self._engine
        meta = {
            "engine": engine.spec.name,
            "weights": engine.weights_hash,
            "tokens": str(len(learned)),
            "shot": self._request.shot,
            "seed": str(self._request.seed),
        }
        with self._watch.stage("write"):
            self._context.world.commit_segment(self._context.take_id, "take", learned.to_arrays(), meta)

    def _step(self, phase: str, done: int, total: int | None = None) -> None:
        """A point between steps; counts frames by default. Raises Cancelled."""
        self._context.step(phase, done, total or len(self._request.frames))
