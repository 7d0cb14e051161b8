"""A connection that outlives the backend's restarts: follows a job's events, and finds the backend again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..wire.messages import FINAL_STATES, JobEvent, JobStatus
from .backend_process import BackendSettings, Connection, StartedBackend, connect, find_backend
from .client import MirageClient
from .errors import BackendUnreachable

RETRIES = 7
_FIRST_PAUSE_SECONDS = 0.5  # doubled with each try: about a minute in all


class BackendLink:
    """Belongs to one thread; only `stop` may be called from another."""

    def __init__(self, settings: BackendSettings, note: Callable[[str], None]) -> None:
        """`note` is told, in a few words, what goes on with the connection."""
        self._settings = settings
        self._note = note
        self._stopping = threading.Event()
        self._connection: Connection | None = None

    @property
    def client(self) -> MirageClient:
        if self._connection is None:
            raise BackendUnreachable("There is no connection to a backend yet.", "Press Start Backend.")
        return self._connection.client

    @property
    def started(self) -> StartedBackend | None:
        """The backend process, where this link started it."""
        return self._connection.started if self._connection else None

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """No more waiting between tries. May be called from any thread."""
        self._stopping.set()

    def connect(self) -> Connection:
        """Reaches the backend, starting it where asked for. Raises as `backend_process.connect` does."""
        self._connection = connect(self._settings, self._note)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.client.close()

    def follow(self, job_id: str, apply: Callable[[JobEvent], None]) -> JobStatus:
        """Hands every event of a job to `apply`, once, until the job has ended; returns how.

        A connection that breaks is taken up again after the last event that `apply` finished with. Raises
        BackendUnreachable where the backend stays away, and whatever `apply` raises besides.
        """
        last, tries = 0, 0
        while True:
            try:
                for event in self.client.events(job_id, last):
                    apply(event)
                    last, tries = event.number, 0
                status = self.client.job(job_id)
                if status.state in FINAL_STATES:
                    return status
                raise BackendUnreachable("The backend ended the events of a job that goes on.", "See its log.")
            except BackendUnreachable as error:
                self._take_up_again(error, tries)
                tries += 1

    def _take_up_again(self, error: BackendUnreachable, tries: int) -> None:
        """Waits, then looks where the backend is now: restarted, it may listen elsewhere. Raises `error` at last."""
        if tries >= RETRIES or self.stopping:
            raise error
        self._note(f"Connection lost, trying again ({tries + 1} of {RETRIES})")
        self._stopping.wait(_FIRST_PAUSE_SECONDS * 2**tries)
        if self._settings.address.strip():
            return  # the same address, the same client
        found = find_backend(self._settings)
        if found is not None:
            self.close()
            self._connection = Connection(found.client, found.health, self.started)
