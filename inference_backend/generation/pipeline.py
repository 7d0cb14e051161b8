"""Frames through three stages, each with a thread of its own: while one frame is decoded and stored, the next is being
refined, and the one behind it is looked at.

A stage takes the frames in order, one at a time, so that what it does is what it would do alone: the frames are the
same to the bit. Whoever walks the results sets the pace: no more than AHEAD frames are under way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Generic, TypeVar

import torch

AHEAD = 4

Looked = TypeVar("Looked")
Known = TypeVar("Known")
Shown = TypeVar("Shown")


class Pipeline(Generic[Looked, Known, Shown]):
    """look(index) -> know(index, looked) -> show(index, known). What a stage raises ends the walk at its frame; the
    frames under way are let finish their step, and are dropped."""

    def __init__(
        self,
        look: Callable[[int], Looked],
        know: Callable[[int, Looked], Known],
        show: Callable[[int, Known], Shown],
    ) -> None:
        self._look, self._know, self._show = look, know, show

    def walk(self, indices: Iterable[int]) -> Iterator[Shown]:
        """What `show` gives of each index, in order."""
        # With a thread a stage, torch's own would only wait for each other.
        threads = max(1, torch.get_num_threads() // 2)
        with ExitStack() as closing:
            pools = []
            for name in ("look", "know", "show"):
                pool = ThreadPoolExecutor(1, f"frames-{name}", torch.set_num_threads, (threads,))
                closing.callback(pool.shutdown, wait=True, cancel_futures=True)
                pools.append(pool)
            under_way: deque[Future[Shown]] = deque()
            for index in indices:
                if len(under_way) == AHEAD:
                    yield under_way.popleft().result()
                looked = pools[0].submit(self._look, index)
                known = pools[1].submit(lambda i, seen: self._know(i, seen.result()), index, looked)
                under_way.append(pools[2].submit(lambda i, seen: self._show(i, seen.result()), index, known))
            while under_way:
                yield under_way.popleft().result()


def ahead(work: Callable[[int], Known], indices: Iterable[int]) -> Iterator[Known]:
    """`work` of each index in order, worked on in a thread beside whoever walks the results."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        under_way: deque[Future[Known]] = deque()
        try:
            for index in indices:
                if len(under_way) == AHEAD:
                    yield under_way.popleft().result()
                under_way.append(pool.submit(work, index))
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
