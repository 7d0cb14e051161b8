"""Batches read ahead of the step that needs them, by threads: a batch follows from its step alone, so who read it and
when changes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

B = TypeVar("B")


class Prefetch(Generic[B]):
    """`read(step)` for step, step + 1 ... in turn; with no workers, when it is asked for."""

    def __init__(self, read: Callable[[int], B], step: int, workers: int) -> None:
        self._read = read
        self._next = step
        self._pool = ThreadPoolExecutor(workers) if workers else None
        self._ahead: deque[Future[B]] = deque()
        self._depth = 2 * workers

    def __enter__(self) -> Prefetch[B]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def take(self) -> B:
        """The next batch; raises what reading it raised."""
        if self._pool is None:
            self._next += 1
            return self._read(self._next - 1)
        while len(self._ahead) < self._depth:
            self._ahead.append(self._pool.submit(self._read, self._next))
            self._next += 1
        return self._ahead.popleft().result()
