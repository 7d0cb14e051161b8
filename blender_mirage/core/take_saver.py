"""Brings a take's frames home as they come, and writes them with their sidecar under the next version's name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..wire.messages import JobEvent, JobStatus, TakeRequest
from .client import MirageClient
from .take_files import create_take_folder, frame_path, write_frame, write_sidecar
from .take_job import FrameSaved, Happening, Note, Order, Progress, TakeJob, TakeSaved, sidecar_facts


class TakeSaver:
    """One take. The version's folder is made with its first frame, so that a job that fails early leaves nothing."""

    def __init__(self, order: Order, job: TakeJob, request: TakeRequest, tell: Callable[[Happening], None]) -> None:
        self._order = order
        self._job = job
        self._request = request
        self._tell = tell
        self._folder: Path | None = None
        self._version = 0
        self._saved: set[int] = set()
        self._transfer_s = 0.0

    def apply(self, event: JobEvent, client: MirageClient, take_id: str) -> None:
        """Acts on one event. Raises TakeNotWritable, and what the client raises."""
        title = self._job.shot.name
        if event.kind in ("phase", "progress"):
            self._tell(Progress(title, event.phase, event.done, event.total))
        elif event.kind == "state" and event.state in ("queued", "running"):
            self._tell(Progress(title, event.state))
        elif event.kind == "note":
            self._tell(Note(f"{title}: {event.message}"))
        elif event.kind == "frame":
            self._save(event.index, client, take_id)
            self._tell(Progress(title, event.phase, event.done, event.total))

    def finish(self, status: JobStatus, client: MirageClient) -> TakeSaved | None:
        """Writes the sidecar of what there is, also of a take that was cancelled; None where no frame was finished."""
        if self._folder is None:
            return None
        info = client.take(status.take_id)
        # Fetching and writing a frame runs beside the making of the next: counted apart from the backend's stages.
        info = replace(info, seconds={**(info.seconds or {}), "transfer": round(self._transfer_s, 3)})
        write_sidecar(self._folder, sidecar_facts(self._order, self._job, self._request, info))
        frames = tuple(sorted(self._job.camera.frames[index] for index in self._saved))
        return TakeSaved(self._job.shot, self._folder, frames, info)

    def _save(self, index: int, client: MirageClient, take_id: str) -> None:
        if index in self._saved:
            return  # told again after a restart: the same request makes the same frame
        start = time.monotonic()
        png = client.frame(take_id, index)
        name, frame = self._job.shot.name, self._job.camera.frames[index]
        if self._folder is None:
            self._version, self._folder = create_take_folder(self._order.base, name)
        path = frame_path(self._order.base, name, self._version, frame)
        write_frame(path, png)
        self._transfer_s += time.monotonic() - start
        self._saved.add(index)
        self._tell(FrameSaved(name, frame, path))
