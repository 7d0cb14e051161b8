"""Seconds to read one frame, against the tokens that a long path has offered; ours beside the published memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
from torch import Tensor

from ...generation.remember import Memory
from ...memory.cells import Cells
from ...memory.splat import splat
from ...models.protocol import Engine
from ..baselines.append_all import AppendAll
from .clock import by_turns
from .footage import Look, empty_memory, feed, feed_published, look_at_frame, shaded
from .sets import Shooting, walk

LAP, LAPS = 72, 3
"""Frames of one walk to and fro, and walks that are cast; a longer path walks them again."""
PROBES = 6
ROUNDS = 5
STRIDE = 2
"""Rays a cell's side: what a cell's majority is taken from matters little to the time of reading it."""


@dataclass(frozen=True)
class ReadTimes:
    """Median seconds a frame at one number of tokens written."""

    written: int
    stored: int
    """Tokens that ours holds."""
    ours: float
    published: float
    packed: float
    """The published cloud, read with our one-pass minimum in place of its sort."""


def measure(seed: int, milestones: tuple[int, ...], grid: tuple[int, int], engine: Engine) -> list[ReadTimes]:
    """Times at each of `milestones` (tokens written, rising), for the same probe frames every time.

    The path walks through a set and back, LAPS times, no two alike, and then so again; the probes are views on its
    first frames, from a little beside them. Every lap's first frame is encoded; its latents serve the whole lap.
    """
    probes = _probes(seed, max(1, min(LAP, int(milestones[0] / (grid[0] * grid[1])))), grid)
    memory, cloud = empty_memory(engine.spec.channels), AppendAll(engine.spec.channels)
    frames = _offered(walk(seed, LAP, LAPS), grid, engine)
    times, written = [], 0
    for milestone in milestones:
        while written < milestone:
            look, latents = next(frames)
            feed(memory, latents, look)
            feed_published(cloud, latents, look)
            written += int(look.surface.sum())
        times.append(_time(memory, cloud, probes, written))
    return times


def _offered(path: Shooting, grid: tuple[int, int], engine: Engine) -> Iterator[tuple[Look, Tensor]]:
    cast = []
    for index in range(len(path)):
        look = look_at_frame(path, index, grid, STRIDE)
        if index % LAP == 0:
            latents = engine.encode(shaded(look_at_frame(path, index, grid, engine.spec.stride)))
        # The pixels are needed no more, and there are many.
        cast.append((replace(look, pixels=look.cells), latents))
        yield cast[-1]
    yield from cycle(cast)


def _probes(seed: int, within: int, grid: tuple[int, int]) -> list[Look]:
    """Views on what the first `within` frames of the path see, as a lap that is not part of it sees them."""
    path = walk(seed, LAP, LAPS + 1)
    return [look_at_frame(path, LAPS * LAP + int(i), grid, STRIDE) for i in np.linspace(0, within - 1, PROBES)]


def _time(memory: Memory, cloud: AppendAll, probes: list[Look], written: int) -> ReadTimes:
    asked = [(look.cells_of(), *look.camera(), look.grid) for look in probes]

    def ours(cells: Cells) -> None:
        memory.read(cells).features(memory.tokens)

    def packed(c2w: Tensor, K: Tensor, grid: tuple[int, int]) -> None:
        token = splat(cloud.cloud.position, c2w[None], K[None], grid).token[0]
        cloud.cloud.value[token.clamp_min(0)] * (token >= 0)[:, None]

    seconds = [
        by_turns(
            {
                "ours": lambda cells=cells: ours(cells),
                "published": lambda c2w=c2w, K=K, grid=grid: cloud.read(c2w, K, grid),
                "packed": lambda c2w=c2w, K=K, grid=grid: packed(c2w, K, grid),
            },
            ROUNDS,
        )
        for cells, c2w, K, grid in asked
    ]
    mean = {name: float(np.mean([one[name] for one in seconds])) for name in seconds[0]}
    return ReadTimes(written, len(memory.tokens), mean["ours"], mean["published"], mean["packed"])
