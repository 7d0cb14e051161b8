"""One short call to the backend (start it, make a world, free the GPU) on a thread of its own."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from queue import Queue

from .backend_link import BackendLink
from .backend_process import BackendSettings, StartedBackend
from .client import MirageClient
from .errors import BackendRefused, MirageError
from .scene_key import SceneKey
from .take_job import BackendReady, Ended, Happening, Note, Progress, Update, WorldChosen
from .world_report import look_at_world


class Errand(threading.Thread):
    """Connects, calls `action` with the client and tells what it returns, and what the world holds then.

    Its last update is always `Ended`.
    """

    kind = ""

    def __init__(
        self,
        settings: BackendSettings,
        scene: SceneKey,
        updates: Queue[Update],
        action: Callable[[MirageClient], Sequence[Happening]] = lambda client: (),
        world_id: str = "",
    ) -> None:
        """`world_id`: of the scene's world, where it has one; a world that the action chooses comes before it."""
        self.order_id = uuid.uuid4().hex
        super().__init__(name=f"mirage-errand-{self.order_id[:8]}", daemon=True)
        self.scene = scene
        self._updates = updates
        self._action = action
        self._world_id = world_id
        self._link = BackendLink(settings, lambda words: self._tell(Progress("Backend", words)))

    @property
    def started_backend(self) -> StartedBackend | None:
        return self._link.started

    def cancel(self) -> None:
        """It is over sooner than it could be stopped."""

    def run(self) -> None:
        try:
            self._tell(Progress("Backend", "connecting"))
            client = self._link.connect().client
            told = self._action(client)
            started = self._link.started is not None
            self._tell(BackendReady(client.url, client.health(), client.worlds(), started))
            for happening in told:
                self._tell(happening)
            chosen = [happening.world.world_id for happening in told if isinstance(happening, WorldChosen)]
            self._look(client, chosen[0] if chosen else self._world_id)
        except MirageError as error:
            self._tell(Ended("failed", error.message, error.hint))
        else:
            self._tell(Ended("done"))
        finally:
            self._link.close()

    def _look(self, client: MirageClient, world_id: str) -> None:
        if not world_id:
            return
        try:
            self._tell(look_at_world(client, world_id))
        except BackendRefused as error:
            if error.code != "not_found":
                raise
            self._tell(Note(f"The world of this scene is not on the backend at {client.url}: choose another."))

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order_id, what))
