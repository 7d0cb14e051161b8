"""Sets that are rendered while a run already learns from those that are there: on a machine with a GPU and many cores,
neither waits for the other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from .cache import cache_set
from .config import TrainingConfig
from .dataset import HELD_OUT

ENOUGH = 8
"""Sets that a run waits for before its first step."""
SHOWN = 12
"""Held-out sets, which come first."""


class LiveSets:
    """Renders the sets that `config` asks for into its folder until the block ends; those that are there are kept."""

    def __init__(self, config: TrainingConfig, say: Callable[[str], None]) -> None:
        self._config, self._say = config, say
        self._pool: multiprocessing.pool.Pool | None = None

    def __enter__(self) -> LiveSets:
        config = self._config
        if config.render_sets == 0:
            return self
        folder = Path(config.sets)
        folder.mkdir(parents=True, exist_ok=True)
        shape = {"views": config.render_views, "height": config.render_height, "width": config.render_width}
        seeds = [*range(SHOWN), *range(HELD_OUT, HELD_OUT + config.render_sets)]
        # Spawned, not forked: torch's threads do not survive a fork.
        self._pool = multiprocessing.get_context("spawn").Pool(config.render_processes)
        results = [self._pool.apply_async(partial(cache_set, folder=folder, **shape), (seed,)) for seed in seeds]
        for result in results[: SHOWN + min(ENOUGH, config.render_sets)]:
            result.get()
        self._say(f"learning from the first of {config.render_sets} sets while the others are rendered")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()
