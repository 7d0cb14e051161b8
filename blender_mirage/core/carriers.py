"""What the event pump carries on: a scene that is read, then a thread that carries out what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from typing import Protocol

from .backend_process import StartedBackend
from .scene_key import SceneKey
from .take_job import Progress, Update


class Reading(Protocol):
    """A scene being read, a frame at a time, or by a second Blender."""

    kind: str
    """Of the watcher that it comes to."""
    scene: SceneKey

    def steps(self) -> Iterator[Progress | None]:
        """On with every `next`; None: nothing new until later. Has a `close`, which ends it early."""
        ...

    def watcher(self, updates: Queue[Update]) -> Watcher | None:
        """What carries out the order, once `steps` has ended; None where there is nothing to carry out."""
        ...


class Watcher(Protocol):
    """A thread whose last update is `Ended`."""

    kind: str
    """TAKE, SURVEY, SETUP, or empty for an errand, which the user does not wait for."""

    @property
    def order_id(self) -> str: ...

    @property
    def scene(self) -> SceneKey: ...

    @property
    def started_backend(self) -> StartedBackend | None: ...

    def start(self) -> None: ...

    def cancel(self) -> None: ...

    def is_alive(self) -> bool: ...
