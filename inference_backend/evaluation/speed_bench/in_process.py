"""Takes in this process: the worker's own path without queue and server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import TakeInfo, TakeRequest

from ...generation.context import JobContext
from ...generation.events import Event
from ...generation.seed_view import write_seed_view
from ...generation.shelf import Shelf
from ...generation.stopwatch import Stopwatch
from ...generation.take import TakeJob
from ...models.registry import load_engine
from ...worlds.catalog import WorldCatalog
from ...worlds.ids import new_id, now
from ...worlds.mesh_store import MeshStore
from ...worlds.take_files import TakeFiles
from .footage import Footage

MEBIBYTE = 2**20


@dataclass(frozen=True)
class TakeTimes:
    """One take. Wall seconds unless another is named."""

    frames: int
    first: float
    """From its begin to its first finished frame."""
    all_frames: float
    """From the first finished frame to the last."""
    whole: float
    """From its begin to its commit."""
    cpu: float
    """Seconds of all cores between the first finished frame and the last."""
    stages: dict[str, float]
    """Seconds that its threads were at work, by stage, while frames were made."""
    key_frames: int
    grown: dict[int, float] = field(default_factory=dict)
    """MiB resident when so many frames were finished."""

    @property
    def rate(self) -> float:
        """Finished frames a second, from the first to the last."""
        return (self.frames - 1) / max(self.all_frames, 1e-9)

    def free_rate(self, cores: int) -> float:
        """The same by the time that processors were at work, as if so many of them did nothing else: a pipeline is as
        fast as its slowest stage, and as all of its work on all cores."""
        threads = [self.stages.get("raycast", 0.0), self._of("read", "denoise", "write"), self._of("decode", "save")]
        return (self.frames - 1) / max(*threads, self.cpu / cores, 1e-9)

    def _of(self, *stages: str) -> float:
        return sum(self.stages.get(stage, 0.0) for stage in stages)


@dataclass(frozen=True)
class _Told:
    """An event, and when it came."""

    at: float
    cpu: float
    held: float
    """MiB."""
    stages: dict[str, float]
    event: Event


class Bench:
    """A data directory with one world, and what a worker keeps."""

    def __init__(self, data_dir: Path, weights_dir: Path, device: str = "cpu") -> None:
        self._meshes, self._takes = MeshStore(data_dir), TakeFiles(data_dir)
        self._catalog = WorldCatalog(data_dir)
        self._world_id = self._catalog.create("speed").world_id
        self._engine = load_engine("previz", device, weights_dir)
        self._shelf = Shelf()
        self._watch = Stopwatch()

    def send(self, footage: Footage) -> None:
        """Its meshes and its look."""
        for name, blob in footage.meshes.items():
            self._meshes.put(name, blob)
        with self._job([]) as context:
            write_seed_view(*footage.seed_view, context, self._engine)

    def take(self, footage: Footage) -> TakeTimes:
        request, arrays = footage.take
        told: list[_Told] = []
        with self._job(told) as context:
            self._takes.create(context.take_id, to_bundle(request, arrays), self._facts(request, context.take_id))
            begin = time.perf_counter()
            job = TakeJob(request, arrays, context, self._engine, self._shelf)
            self._watch = job.watch
            info = job.run()
            whole = time.perf_counter() - begin
        done = [one for one in told if one.event.kind == "frame"]
        first, last = done[0], done[-1]
        return TakeTimes(
            frames=len(done),
            first=first.at - begin,
            all_frames=last.at - first.at,
            whole=whole,
            cpu=last.cpu - first.cpu,
            stages={name: seconds - first.stages.get(name, 0.0) for name, seconds in last.stages.items()},
            key_frames=len(info.key_frames),
            grown={count: done[count - 1].held for count in (len(done) // 2, len(done)) if count},
        )

    def _facts(self, request: TakeRequest, take_id: str) -> TakeInfo:
        return TakeInfo(
            take_id=take_id,
            world_id=self._world_id,
            shot=request.shot,
            engine=request.engine,
            weights="",
            seed=request.seed,
            prompt=request.prompt,
            height=request.height,
            width=request.width,
            frames=request.frames,
            fps=request.fps,
            frames_done=0,
            state="running",
            created=now(),
        )

    @contextmanager
    def _job(self, told: list[_Told]) -> Iterator[JobContext]:
        def report(event: Event) -> None:
            stages = dict(self._watch.processor) if event.kind == "frame" else {}
            told.append(_Told(time.perf_counter(), time.process_time(), resident(), stages, event))

        with self._catalog.open(self._world_id) as world:
            yield JobContext(new_id(), world, self._meshes, self._takes, report, lambda: False)


def resident() -> float:
    """MiB of memory that this process holds; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return 0.0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE
