"""The jobs that a watcher has submitted and that have not ended, so that they can be cancelled from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..wire.messages import JobEvent, JobStatus
from .backend_link import BackendLink
from .errors import MirageError
from .take_job import Happening, Note


class RunningJobs:
    """Of one link. Only `stop` may be called from another thread than the link's."""

    def __init__(self, link: BackendLink, tell: Callable[[Happening], None], name: str) -> None:
        self._link = link
        self._tell = tell
        self._name = name
        self._lock = threading.Lock()
        self._running: list[str] = []  # guarded by the lock
        self.cancelled: set[str] = set()
        """Those that the backend was told to cancel, and heard."""

    def add(self, status: JobStatus) -> JobStatus:
        """Takes note of a job that was just submitted."""
        with self._lock:
            self._running.append(status.job_id)
        if self._link.stopping:  # asked while it was being sent, when the canceller did not know of it yet
            self.cancel()
        return status

    def follow(self, status: JobStatus, apply: Callable[[JobEvent], None]) -> JobStatus:
        """Follows a job to its end; see `BackendLink.follow`."""
        end = self._link.follow(status.job_id, apply)
        with self._lock:
            self._running.remove(status.job_id)
        return end

    def stop(self) -> None:
        """Asks everything to stop; returns at once."""
        self._link.stop()
        threading.Thread(target=self.cancel, name=f"{self._name}-cancel", daemon=True).start()

    def cancel(self) -> None:
        """Cancels what runs, the last submitted first, so that none starts in between."""
        with self._lock:
            running = list(self._running)
        if not running:
            return
        with self._link.client.twin() as client:  # a client belongs to one thread
            for job_id in reversed(running):
                try:
                    client.cancel(job_id)
                    self.cancelled.add(job_id)
                except MirageError as error:
                    self._tell(Note(f"A job could not be cancelled: {error.message}"))
