"""Takes in this process: the worker's own path without queue and server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import TakeInfo

from ...generation.context import JobContext
from ...generation.events import Event
from ...jobs.runner import EngineRunner
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
    key_frames: int
    grown: dict[int, float] = field(default_factory=dict)
    """MiB resident when so many frames were finished."""

    @property
    def rate(self) -> float:
        """Finished frames a second, from the first to the last."""
        return (self.frames - 1) / max(self.all_frames, 1e-9)


class Bench:
    """A data directory with one world, and the runner that a worker has."""

    def __init__(self, data_dir: Path, weights_dir: Path, device: str = "cpu") -> None:
        self._meshes, self._takes = MeshStore(data_dir), TakeFiles(data_dir)
        self._catalog = WorldCatalog(data_dir)
        self._world_id = self._catalog.create("speed").world_id
        self._runner = EngineRunner(device, weights_dir)

    def send(self, footage: Footage) -> None:
        """Its meshes and its look."""
        for name, blob in footage.meshes.items():
            self._meshes.put(name, blob)
        with self._job([]) as context:
            self._runner.write_seed_view(*footage.seed_view, context)

    def take(self, footage: Footage) -> TakeTimes:
        request, arrays = footage.take
        told: list[tuple[float, float, float, Event]] = []
        with self._job(told) as context:
            facts = TakeInfo(
                take_id=context.take_id,
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
            self._takes.create(context.take_id, to_bundle(request, arrays), facts)
            begin = time.perf_counter()
            info = self._runner.make_take(request, arrays, context)
            whole = time.perf_counter() - begin
        done = [(at, cpu, held, event) for at, cpu, held, event in told if event.kind == "frame"]
        marks = {count: done[count - 1][2] for count in (16, len(done) // 2, len(done)) if 0 < count <= len(done)}
        return TakeTimes(
            frames=len(done),
            first=done[0][0] - begin,
            all_frames=done[-1][0] - done[0][0],
            whole=whole,
            cpu=done[-1][1] - done[0][1],
            stages=info.seconds,
            key_frames=len(info.key_frames),
            grown=marks,
        )

    @contextmanager
    def _job(self, told: list[tuple[float, float, float, Event]]) -> Iterator[JobContext]:
        def report(event: Event) -> None:
            told.append((time.perf_counter(), time.process_time(), resident(), event))

        with self._catalog.open(self._world_id) as world:
            yield JobContext(new_id(), world, self._meshes, self._takes, report, lambda: False)


def resident() -> float:
    """MiB of memory that this process holds; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return 0.0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE
