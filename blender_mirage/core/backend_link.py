"""A connection that outlives broken networks and the backend's restarts: whatever is asked over it is taken up again.

What goes on is told within three seconds: a stream of events that is silent for two is taken for broken, and one quick
look says whether the backend is still there. A backend of this machine that died is started again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ..wire.messages import FINAL_STATES, JobEvent, JobStatus
from .address import normalise_address
from .backend_process import BackendSettings, Connection, StartedBackend, connect, find_backend, is_gone
from .client import MirageClient
from .errors import BackendUnreachable
from .uploads import Sending

PATIENCE_SECONDS = 60.0
"""How long a backend is waited for that stays away."""
LOOK_SECONDS = 0.8
"""How long a quick look waits for an answer."""
RESTARTS = 2
"""How often one link starts a backend again: what makes it end each time should not be asked of it for ever."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 8.0

Result = TypeVar("Result")


def _nothing(*_: Any) -> None:
    pass


class BackendLink:
    """Belongs to one thread; only `stop` may be called from another."""

    def __init__(
        self,
        settings: BackendSettings,
        note: Callable[[str], None],
        lost: Callable[[str, str], None] = _nothing,
        found: Callable[[Connection], None] = _nothing,
        sent: Callable[[int, int], None] = _nothing,
    ) -> None:
        """`note` is told, in a few words, what goes on with the connection; `lost` every second of an absence, in a
        sentence with the next step; `found` of its end; `sent(arrived, total)` how many bytes of a large body."""
        self._settings = settings
        self._note = note
        self._lost = lost
        self._found = found
        self._sent = sent
        self._sending = Sending(self._arrived, lambda: self.stopping)
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._away_since: float | None = None
        self._restarts = 0

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
        return self._use(connect(self._settings, self._note))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.client.close()

    def keep_at(self, action: Callable[[MirageClient], Result]) -> Result:
        """What `action` returns. It is called again where the connection breaks, so it must be fit to be repeated.

        Raises BackendUnreachable where the backend stays away, and whatever `action` raises besides.
        """
        self._sending.begin()
        while True:
            client = self.client
            try:
                result = action(client)
            except BackendUnreachable as error:
                self._take_up_again(error)
            else:
                self._heard()
                return result

    def follow(self, job_id: str, apply: Callable[[JobEvent], None]) -> JobStatus:
        """Hands every event of a job to `apply`, once, until the job has ended; returns how.

        A connection that breaks is taken up again after the last event that `apply` finished with. Raises
        BackendUnreachable where the backend stays away, and whatever `apply` raises besides.
        """
        last = 0
        while True:
            try:
                for event in self.client.events(job_id, last, self._heard):
                    apply(event)
                    last = event.number
                status = self.client.job(job_id)
                if status.state in FINAL_STATES:
                    return status
                raise BackendUnreachable(
                    "The backend stopped reporting on a job that still runs.", "See its log for the cause."
                )
            except BackendUnreachable as error:
                self._take_up_again(error)

    def _arrived(self, arrived: int, total: int) -> None:
        self._heard()  # however often it breaks: what gets on is not given up
        self._sent(arrived, total)

    def _heard(self) -> None:
        self._away_since = None

    def _use(self, connection: Connection) -> Connection:
        self.close()
        started = connection.started or self.started
        self._connection = Connection(connection.client, connection.health, started)
        connection.client.sending = self._sending
        return self._connection

    def _take_up_again(self, error: BackendUnreachable) -> None:
        """Returns when the backend is there again: restarted, it may listen elsewhere. Raises BackendUnreachable where
        it stays away, and `error` where nobody waits for it."""
        first, self._away_since = self._away_since is None, self._away_since or time.monotonic()
        pause = _FIRST_PAUSE_SECONDS
        if first and not self.stopping and self._look() is not None:
            return  # a hiccup: nobody needs to know
        while not self.stopping:
            if self._start_again():
                return
            self._wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            there = None if self.stopping else self._look()
            if there is not None:
                self._found(there)
                return
            if time.monotonic() - self._away_since > PATIENCE_SECONDS:
                raise BackendUnreachable(
                    f"The backend stayed away for {PATIENCE_SECONDS:.0f} seconds.",
                    "Press Start Backend when it is back, to fetch the takes that it was asked for.",
                ) from error
        raise error

    def _look(self) -> Connection | None:
        """The backend, where it answers at once."""
        if not self._settings.address.strip():
            there = find_backend(self._settings, LOOK_SECONDS)
            return None if there is None else self._use(there)
        try:
            return Connection(self.client, self.client.health(LOOK_SECONDS))  # the same address, the same client
        except BackendUnreachable:
            return None

    def _start_again(self) -> bool:
        """Whether it was this machine's, had died, and runs again now. Raises as `backend_process.connect` does."""
        ours = not self._settings.address.strip() and self._settings.start
        if not ours or self._restarts == RESTARTS or not is_gone(self._settings):
            return False
        self._restarts += 1
        self._lost("The backend stopped and is being started again.", "Its work goes on where it stopped.")
        self._found(self.connect())
        return True

    def _wait(self, seconds: float) -> None:
        """Tells every second how long it will be waited for."""
        assert self._away_since is not None
        end = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < end:
            left = max(1.0, PATIENCE_SECONDS - (time.monotonic() - self._away_since))
            self._lost(*self._words(round(left)))
            self._stopping.wait(min(1.0, end - time.monotonic()))

    def _words(self, left: int) -> tuple[str, str]:
        if self._settings.address.strip():
            where = normalise_address(self._settings.address).split("//")[-1]
            return (
                f"The backend at {where} does not answer: trying again for {left} s.",
                "Check the network, and that it runs there. Cancel keeps the frames that are here.",
            )
        if is_gone(self._settings):
            return (
                f"The backend stopped: waiting for it for {left} s.",
                "Press Start Backend: its work goes on where it stopped.",
            )
        return (
            f"The backend does not answer: trying again for {left} s.",
            ("It hangs, or this machine is very busy. If it stays like this, end its process and press Start Backend."),
        )
