"""A thread that works one order off, and what all such threads have in common: the link to the backend, the jobs that
they follow there, cancelling, and telling how it ended.

It never touches Blender. What it tells goes into a queue as small values; `event_pump` applies them on the main thread.
Closing Blender ends the thread, not the jobs: the backend goes on.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from queue import Queue

from .backend_link import BackendLink
from .backend_process import Connection, StartedBackend
from .client import MirageClient
from .errors import BackendUnreachable, MirageError
from .running_jobs import RunningJobs
from .scene_key import SceneKey
from .take_job import BackendReady, Ended, Happening, Order, Progress, Trouble, Update

_MB = 1_000_000
_UNHEARD = (
    "The backend did not confirm that it stopped: it may go on.",
    "Frames that it finishes are fetched when it is found again (Start Backend).",
)


class OrderWatcher(threading.Thread, ABC):
    """One thread an order. Its last update is always `Ended`."""

    kind: str
    """What the order asks for, as the panel's state has it."""

    def __init__(self, order: Order, updates: Queue[Update]) -> None:
        super().__init__(name=f"mirage-{self.kind.lower()}-{order.order_id[:8]}", daemon=True)
        self.order = order
        self._updates = updates
        self._sending = "Set"
        self._link = BackendLink(
            order.settings,
            lambda words: self._tell(Progress("Backend", words)),
            lambda message, hint: self._tell(Trouble(message, hint)),
            self._tell_found,
            lambda arrived, total: self._tell(Progress(self._sending, "sending", arrived // _MB, total // _MB)),
        )
        self._end = "done"
        self._jobs = RunningJobs(self._link, self._tell, self.name)

    @property
    def order_id(self) -> str:
        return self.order.order_id

    @property
    def scene(self) -> SceneKey:
        return self.order.scene

    @property
    def started_backend(self) -> StartedBackend | None:
        """The backend process, where this order started it."""
        return self._link.started

    def cancel(self) -> None:
        """Asks everything of this order to stop; returns at once. Finished frames stay."""
        self._jobs.stop()

    def run(self) -> None:
        try:
            self._work()
        except BackendUnreachable as error:  # its jobs go on, for all that is known
            end = Ended("cancelled", *_UNHEARD) if self._link.stopping else Ended("failed", error.message, error.hint)
        except MirageError as error:
            self._jobs.cancel()
            end = Ended("cancelled" if self._link.stopping else "failed", error.message, error.hint)
        else:
            end = Ended("cancelled" if self._link.stopping else self._end)
        finally:
            self._let_go()
            self._link.close()
            if self.order.release is not None:
                self.order.release()
        self._tell(end)

    @abstractmethod
    def _work(self) -> None:
        """Does what the order asks for. Raises MirageError."""

    def _let_go(self) -> None:
        """Leaves in order what was not finished. Called last, however the work ended; raises nothing."""

    def _connect(self) -> MirageClient:
        """A client of the backend, which is told of."""
        self._tell(Progress("Backend", "connecting"))
        connection = self._link.connect()
        client = connection.client
        self._tell(BackendReady(client.url, connection.health, client.worlds(), connection.started is not None))
        return client

    def _tell_found(self, connection: Connection) -> None:
        self._tell(Trouble())
        self._tell(BackendReady(connection.client.url, connection.health, None, connection.started is not None))

    def _tell_sending(self, title: str) -> None:
        """What is sent from here on belongs to `title`."""
        self._sending = title
        self._tell(Progress(title, "sending"))

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order.order_id, what))
