"""Bytes of memory after loops of one path; ours beside the published cloud and a cloud of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...generation.remember import bytes_a_token
from .footage import CHANNELS, Look, empty_memory, feed, look_at_frame, signed
from .sets import walk

LOOPS = (1, 2, 10, 100)
PER_LOOP = 24
PIXELS_A_CELL = 16
RGB_POINT = 12 + 3
PUBLISHED_POINT = 12 + 4 * CHANNELS
"""Bytes a point, as the baselines hold them: multiplied here rather than filling gigabytes."""


@dataclass(frozen=True)
class Growth:
    """Bytes after each of LOOPS."""

    ours: dict[int, int]
    """With the index by which tokens are found."""
    bare: dict[int, int]
    """The tokens alone, as the clouds are counted: points and what they carry."""
    published: dict[int, int]
    rgb: dict[int, int]


def measure(seed: int, grid: tuple[int, int], jitter: float = 0.0, per_loop: int = PER_LOOP) -> Growth:
    """`jitter` 0: every loop has the very same cameras; 1: the camera is held by hand (see `sets.walk`)."""
    memory = empty_memory()
    ours: dict[int, int] = {}
    offered, after_one = 0, 0
    for loop, frames in enumerate(_loops(seed, grid, jitter, per_loop), 1):
        before = len(memory.tokens)
        for look in frames:
            feed(memory, signed(0, grid), look)
            offered += int(look.surface.sum())
        after_one = after_one or offered
        if loop in LOOPS:
            ours[loop] = memory.residency().bytes
        if jitter == 0 and len(memory.tokens) == before:
            # Reading is a function: a loop that teaches nothing teaches nothing for ever.
            ours |= {rest: memory.residency().bytes for rest in LOOPS if rest >= loop}
            break
    cells = (
        {loop: after_one * loop for loop in LOOPS}
        if jitter == 0
        else {loop: round(offered * loop / LOOPS[-1]) for loop in LOOPS}
    )
    share = memory.tokens.row_bytes() / bytes_a_token(CHANNELS)
    return Growth(
        ours,
        {loop: round(share * size) for loop, size in ours.items()},
        {loop: count * PUBLISHED_POINT for loop, count in cells.items()},
        {loop: count * PIXELS_A_CELL * RGB_POINT for loop, count in cells.items()},
    )


def _loops(seed: int, grid: tuple[int, int], jitter: float, per_loop: int) -> Iterator[list[Look]]:
    path = walk(seed, per_loop, LOOPS[-1] if jitter else 1, jitter)
    if not jitter:
        frames = [look_at_frame(path, index, grid, 2) for index in range(per_loop)]
        yield from (frames for _ in range(LOOPS[-1]))
        return
    for start in range(0, len(path), per_loop):
        yield [look_at_frame(path, start + index, grid, 2) for index in range(per_loop)]
