"""Seconds by stage of a take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Stopwatch:
    """Adds up wall time by name, from any thread. Stages of different frames run beside each other: together they may
    take longer than the take."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        """The same, of the time that the stage's own thread was at work."""
        self._lock = Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start, worked = time.monotonic(), time.thread_time()
        try:
            yield
        finally:
            taken, work = time.monotonic() - start, time.thread_time() - worked
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + taken
                self.processor[name] = self.processor.get(name, 0.0) + work

    def rounded(self) -> dict[str, float]:
        return {name: round(value, 3) for name, value in self.seconds.items()}
