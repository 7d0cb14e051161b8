"""Timing by turns: what shares a machine with others is compared only with what ran beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np


def by_turns(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each of `works`, run one after another `rounds` times over; a first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if turn:
                taken[name].append(time.perf_counter() - start)
    return {name: float(np.median(seconds)) for name, seconds in taken.items()}
