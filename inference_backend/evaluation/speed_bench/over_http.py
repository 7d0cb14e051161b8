"""The same takes through a backend of its own: HTTP, queue, worker process, and frames fetched as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import from_json, to_bundle, to_json
from blender_mirage.wire.messages import JobEvent, JobStatus, NewWorld, SeedViewRequest, TakeRequest, WorldInfo

from ...demo.backend import DemoBackend
from ...errors import BackendError
from .footage import Footage


@dataclass(frozen=True)
class HttpTimes:
    """One take as its client lives it, wall seconds."""

    frames: int
    first: float
    """From the request to the first frame in the client's hands."""
    all_frames: float
    """From the first frame to the last, each of them fetched."""
    whole: float

    @property
    def rate(self) -> float:
        return (self.frames - 1) / max(self.all_frames, 1e-9)


class HttpBench(DemoBackend):
    """Use as a context; `send` first, then `take`."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, data_dir / "backend.log")

    def send(self, footage: Footage) -> None:
        """A new world with the footage's meshes and its look."""
        self._world_id = self._ask(WorldInfo, "POST", "/v1/worlds", to_json(NewWorld("speed")).encode()).world_id
        for name, blob in footage.meshes.items():
            self._send("PUT", f"/v1/meshes/{name}", blob)
        job = self._submit("seed-views", *footage.seed_view)
        for _ in self._events(job.job_id):
            pass

    def take(self, footage: Footage) -> HttpTimes:
        begin = time.perf_counter()
        job = self._submit("takes", *footage.take)
        came: list[float] = []
        for event in self._events(job.job_id):
            if event.kind == "frame":
                self._send("GET", f"/v1/takes/{job.take_id}/frames/{event.index}")
                came.append(time.perf_counter())
        end = time.perf_counter()
        status = self._ask(JobStatus, "GET", f"/v1/jobs/{job.job_id}")
        if status.state != "done":
            raise BackendError(f"The take ended {status.state}: {status.message}", status.hint)
        return HttpTimes(len(came), came[0] - begin, came[-1] - came[0], end - begin)

    def _submit(self, what: str, request: TakeRequest | SeedViewRequest, arrays: Arrays) -> JobStatus:
        return self._ask(JobStatus, "POST", f"/v1/worlds/{self._world_id}/{what}", to_bundle(request, arrays))

    def _events(self, job_id: str) -> Iterator[JobEvent]:
        """Until the job has ended."""
        with self._session.get(f"{self._url}/v1/jobs/{job_id}/events", stream=True, timeout=600) as answer:
            for line in answer.iter_lines(chunk_size=1):
                if line.startswith(b"data: "):
                    yield from_json(JobEvent, line.removeprefix(b"data: "))
