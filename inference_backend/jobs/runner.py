"""What the worker runs jobs and answers questions with: the engines by name, loaded at their first use and kept until
the worker ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.live import SurfaceRequest, ViewRequest
from blender_mirage.wire.messages import SeedViewRequest, TakeInfo, TakeRequest
from blender_mirage.wire.survey import Survey, SurveyRequest

from ..errors import InvalidRequest
from ..generation.context import JobContext, SurveyContext
from ..generation.events import Event
from ..worlds.mesh_store import MeshStore
from ..worlds.world_files import WorldFiles
from .questions import Question
from .queue import DeviceReport

if TYPE_CHECKING:
    from ..generation.live_sets import LiveContext, LiveSets
    from ..generation.shelf import Shelf
    from ..models.protocol import Engine


class Runner(Protocol):
    """Makes takes, seed views and surveys, and answers questions. `context.is_cancelled` is polled between steps; when
    true, Cancelled is raised."""

    def make_take(self, request: TakeRequest, arrays: Arrays, context: JobContext) -> TakeInfo: ...

    def write_seed_view(self, request: SeedViewRequest, arrays: Arrays, context: JobContext) -> None: ...

    def make_survey(self, request: SurveyRequest, arrays: Arrays, context: SurveyContext) -> Survey: ...

    def answer(self, question: Question, world: WorldFiles, meshes: MeshStore) -> bytes:
        """The answer's bundle. The world stays as it is."""
        ...

    def device(self) -> DeviceReport:
        """What is computed on, and the memory held there."""
        ...


class EngineRunner:
    """The real one, over `generation` and `models.registry`."""

    def __init__(self, device: str, weights_dir: Path) -> None:
        self._device = device
        self._weights_dir = weights_dir
        self._engines: dict[str, Engine] = {}
        self._shelf: Shelf | None = None
        self._sets: LiveSets | None = None

    def prepare(self) -> None:
        """Compiles what the first job would wait for, before there is one. Holds no memory of the device."""
        from ..generation.warm_up import warm_up

        warm_up()

    def make_take(self, request: TakeRequest, arrays: Arrays, context: JobContext) -> TakeInfo:
        from ..generation.take import TakeJob

        engine = self._engine(request.engine, context.report)
        return TakeJob(request, arrays, context, engine, self._kept()).run()

    def write_seed_view(self, request: SeedViewRequest, arrays: Arrays, context: JobContext) -> None:
        from ..generation.seed_view import write_seed_view

        write_seed_view(request, arrays, context, self._engine(request.engine, context.report))

    def make_survey(self, request: SurveyRequest, arrays: Arrays, context: SurveyContext) -> Survey:
        from ..generation.survey import make_survey

        return make_survey(request, arrays, context, self._engine(request.take.engine, context.report))

    def answer(self, question: Question, world: WorldFiles, meshes: MeshStore) -> bytes:
        if question.kind == "view":
            from ..generation.view import make_view

            view, arrays = from_bundle(ViewRequest, question.bundle)
            return make_view(view, arrays, self._live(view.engine, world, meshes))
        if question.kind == "surface":
            from ..generation.surface_coverage import answer_surface

            surface, arrays = from_bundle(SurfaceRequest, question.bundle)
            return answer_surface(surface, arrays, self._live(surface.engine, world, meshes))
        raise InvalidRequest(f"The engine does not answer questions of the kind {question.kind!r}.", "Update it.")

    def device(self) -> DeviceReport:
        devices = {str(engine.device) for engine in self._engines.values()}
        name = devices.pop() if devices else self._device
        torch = sys.modules.get("torch")
        if torch is None or not name.startswith("cuda"):
            return DeviceReport(name)
        free, _ = torch.cuda.mem_get_info(name)
        return DeviceReport(f"{name} ({torch.cuda.get_device_name(name)})", torch.cuda.memory_reserved(name), free)

    def _kept(self) -> Shelf:
        if self._shelf is None:
            from ..generation.shelf import Shelf

            self._shelf = Shelf()
        return self._shelf

    def _live(self, engine: str, world: WorldFiles, meshes: MeshStore) -> LiveContext:
        from ..generation.live_sets import LiveContext, LiveSets

        self._sets = self._sets or LiveSets()
        ready = self._engine(engine, report=lambda event: None)
        return LiveContext(world, meshes, ready, self._kept(), self._sets)

    def _engine(self, name: str, report: Callable[[Event], None]) -> Engine:
        if name not in self._engines:
            report(Event("phase", phase="loading model", message="Loading the model"))
            from ..models.registry import load_engine

            engine = load_engine(name, self._device, self._weights_dir)
            report(Event("phase", phase="preparing the first frame", message="Preparing the first frame"))
            from ..generation.warm_up import warm_up

            warm_up(engine)
            self._engines[name] = engine
        return self._engines[name]
