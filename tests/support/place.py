"""A data directory with one world, in which jobs run as the worker runs them: real stores, memory and networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import TakeInfo, TakeRequest
from blender_mirage.wire.survey import Survey, SurveyRequest
from inference_backend.generation.context import JobContext, SurveyContext
from inference_backend.generation.events import Event
from inference_backend.generation.remember import Memory
from inference_backend.generation.seed_view import write_seed_view
from inference_backend.generation.survey import make_survey
from inference_backend.generation.take import TakeJob
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.survey_files import SurveyFiles
from inference_backend.worlds.take_files import TakeFiles

from .greybox import look_at, pinhole, room
from .take_requests import MOVING, seed_view_request, send, take_request

HEIGHT, WIDTH = 40, 64
Path_ = list[tuple[tuple[float, float, float], tuple[float, float, float]]]
"""Where the camera stands and where it looks, frame by frame."""


def pan(count: int = 6) -> Path_:
    """A camera that turns from the crate to the far end of the room, where it is out of view."""
    return [((0.2, -2.6, 1.3), (-1.6 + 4.2 * k / (count - 1), 0.6, 0.7)) for k in range(count)]


def request_along(data_dir: Path, path: Path_, crate_at: float = 0.0, **changes: Any) -> tuple[TakeRequest, Arrays]:
    """A small take of the test room along a camera path; the crate stands where it is put, for all frames."""
    count = len(path)
    greybox, tracks = send([room(np.random.default_rng(0), crate_at=crate_at)] * count, MeshStore(data_dir))
    request, _ = take_request(data_dir, count=2)
    request = replace(request, height=HEIGHT, width=WIDTH, frames=tuple(range(1, count + 1)), greybox=greybox)
    K = np.repeat(pinhole(HEIGHT, WIDTH, 1.1)[None], count, 0)
    c2w = np.stack([look_at(eye, target) for eye, target in path])
    return replace(request, **changes), {"c2w": c2w, "K": K, **tracks.to_arrays()}


class Place:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.catalog = WorldCatalog(data_dir)
        self.world_id = self.catalog.create("test").world_id
        self.meshes, self.takes, self.surveys = MeshStore(data_dir), TakeFiles(data_dir), SurveyFiles(data_dir)
        self.events: list[Event] = []

    def context(
        self, take_id: str, world: Any, cancelled: Callable[[], bool] = lambda: False, report: Any = None
    ) -> JobContext:
        return JobContext(take_id, world, self.meshes, self.takes, report or self.events.append, cancelled)

    def queue(self, request: TakeRequest, arrays: Arrays) -> str:
        """The take's files, as the server makes them; its id."""
        take_id = new_id()
        info = TakeInfo(
            take_id, self.world_id, request.shot, "previz", "", request.seed, request.prompt, request.height,
            request.width, request.frames, request.fps, 0, "queued", "",
        )  # fmt: skip
        self.takes.create(take_id, to_bundle(request, arrays), info)
        return take_id

    def take(self, engine: Any, request: TakeRequest, arrays: Arrays) -> TakeInfo:
        take_id = self.queue(request, arrays)
        with self.catalog.open(self.world_id) as world:
            return TakeJob(request, arrays, self.context(take_id, world), engine).run()

    def survey(
        self, engine: Any, request: TakeRequest, arrays: Arrays, *compare: str, pictures: bool = False
    ) -> Survey:
        survey_id = new_id()
        asked = SurveyRequest(request, compare, pictures)
        self.surveys.create(survey_id, self.world_id, to_bundle(asked, arrays))
        with self.catalog.open(self.world_id) as world:
            context = SurveyContext(**vars(self.context(survey_id, world)), surveys=self.surveys)
            return make_survey(asked, arrays, context, engine)

    def seed_view(self, engine: Any, image: np.ndarray, change: Callable[[Arrays], None] = lambda arrays: None) -> str:
        request, arrays = seed_view_request(self.data_dir, image)
        change(arrays)
        take_id = new_id()
        with self.catalog.open(self.world_id) as world:
            write_seed_view(request, arrays, self.context(take_id, world), engine)
        return take_id

    def memory(self, engine: Any) -> Memory:
        with self.catalog.open(self.world_id) as world:
            return Memory.load(world, engine)

    def png(self, take_id: str, index: int) -> bytes:
        return self.takes.frame_path(take_id, index).read_bytes()


__all__ = ["HEIGHT", "MOVING", "WIDTH", "Place", "pan", "request_along"]
