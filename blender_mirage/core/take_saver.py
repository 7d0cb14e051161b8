"""Brings a take's frames home as they come, and writes them with their sidecar under the next version's name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..wire.codec import MalformedMessage, from_plain, to_plain
from ..wire.messages import FINAL_STATES, JobEvent, JobStatus, TakeInfo
from .client import MirageClient
from .last_take import version_of
from .pending_takes import PendingFile
from .take_files import (
    create_take_folder,
    frame_path,
    frames_on_disk,
    read_sidecar,
    take_folder,
    write_frame,
    write_sidecar,
)
from .take_job import FrameSaved, Happening, Note, Progress, TakeSaved


class TakeSaver:
    """One take. The version's folder is made with its first frame, so that a job that fails early leaves nothing.

    Its sidecar is written at once and names the take: whoever goes on with a take that was left finds it by that.
    """

    def __init__(self, pending: PendingFile, tell: Callable[[Happening], None]) -> None:
        self._pending = pending
        self._take = pending.take
        self._tell = tell
        self._folder: Path | None = None
        self._saved: dict[int, Path] = {}  # by Blender's frame number
        self._transfer_s = 0.0
        self._version = version_of(pending.base, self._take.shot.name, self._take.take_id) or 0
        if self._version:
            self._folder = take_folder(pending.base, self._take.shot.name, self._version)
            self._saved = frames_on_disk(self._folder)

    def apply(self, event: JobEvent, client: MirageClient) -> None:
        """Acts on one event. Raises TakeNotWritable, and what the client raises."""
        title = self._take.shot.name
        if event.kind in ("phase", "progress"):
            self._tell(Progress(title, event.phase, event.done, event.total))
        elif event.kind == "state" and event.state in ("queued", "running"):
            self._tell(Progress(title, event.state))
        elif event.kind == "note":
            self._tell(Note(f"{title}: {event.message}"))
        elif event.kind == "frame":
            self._save(event.index, client)
            self._tell(Progress(title, event.phase, event.done, event.total))

    def finish(self, status: JobStatus, client: MirageClient) -> TakeSaved | None:
        """Writes the sidecar of what there is, also of a take that was cancelled; None where no frame was finished."""
        if self._folder is None:
            self._pending.done()
            return None
        info = client.take(status.take_id)
        # Fetching and writing a frame runs beside the making of the next: counted apart from the backend's stages.
        info = replace(info, seconds={**(info.seconds or {}), "transfer": round(self._transfer_s, 3)})
        self._write_sidecar(self._folder, info)
        return TakeSaved(self._pending, self._folder, tuple(sorted(self._saved)), info)

    def on_disk(self, whatever_state: bool = False) -> TakeSaved | None:
        """The take as an earlier Blender left it on disk, where all was fetched that there will ever be."""
        if self._folder is None or not self._saved:
            return None
        try:
            info = from_plain(TakeInfo, read_sidecar(self._folder))
        except MalformedMessage:
            return None  # written by hand
        if info.state not in FINAL_STATES and not whatever_state:
            return None
        return TakeSaved(self._pending, self._folder, tuple(sorted(self._saved)), info)

    def drop(self, forget: bool) -> None:
        """Leaves the take to whoever opens the .blend next; `forget`: where it has no frame, it will have none."""
        if forget and self._folder is None:
            self._pending.done()
        else:
            self._pending.leave()

    def _save(self, index: int, client: MirageClient) -> None:
        frames = [frame for frame in self._take.shown_by(index) if frame not in self._saved]
        if not frames:
            return  # told again after a restart, where the same request makes the same frame; or no frame shows it
        start = time.monotonic()
        png = client.frame(self._take.take_id, index)
        name = self._take.shot.name
        if self._folder is None:
            self._version, self._folder = create_take_folder(
                self._pending.base, name, self._take.facts.get("shot_names", ())
            )
            self._write_sidecar(self._folder, client.take(self._take.take_id))
        for frame in frames:
            path = frame_path(self._pending.base, name, self._version, frame)
            write_frame(path, png)
            self._saved[frame] = path
            self._tell(FrameSaved(name, frame, path, self._take))
        self._transfer_s += time.monotonic() - start

    def _write_sidecar(self, folder: Path, info: TakeInfo) -> None:
        write_sidecar(folder, {**self._take.facts, **to_plain(info)})
