"""Holes, wrong surfaces, see-through and ghosts on an occlusion-rich set, ours beside the published memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..baselines.append_all import AppendAll
from .footage import (
    CHANNELS,
    PUBLISHED_GRID,
    Look,
    anchors_of,
    empty_memory,
    feed,
    feed_published,
    look_at_frame,
    signatures,
    signed,
)
from .sets import Shooting, corridor
from .truth import GHOST, THROUGH, WRONG, Points, judge, points_of, seen_before

STRIDE = 4
METHODS = ("ours", "ours, all candidates", "published", "released")


@dataclass
class Tally:
    """Counts over frames."""

    seen: int = 0
    holes: int = 0
    read: int = 0
    judged: dict[int, int] = field(default_factory=lambda: {WRONG: 0, THROUGH: 0, GHOST: 0})

    def add(self, verdicts: NDArray[np.int64]) -> None:
        self.read += len(verdicts)
        for verdict in self.judged:
            self.judged[verdict] += int((verdicts == verdict).sum())

    def rates(self) -> dict[str, float]:
        """Shares: holes of the cells whose surface was seen, the others of what was read."""
        read = max(self.read, 1)
        return {
            "hole": self.holes / max(self.seen, 1),
            "wrong surface": self.judged[WRONG] / read,
            "see-through": self.judged[THROUGH] / read,
            "ghost": self.judged[GHOST] / read,
        }


def measure(seed: int, frames: int, grid: tuple[int, int] = PUBLISHED_GRID) -> dict[str, dict[str, float]]:
    """Rates by method. Every second frame from a quarter of the way on is judged, against all frames before it.

    `published` leaves moving objects out, as the paper does with its masks (here: exact ones); `released` appends them
    too, as the released code does.
    """
    shooting = corridor(seed, frames)
    watched = _Watched(shooting, grid)
    for index in range(frames):
        look = watched.next(index)
        if index >= frames // 4 and index % 2 == 0:
            watched.judge(look, index)
        watched.learn(look, index)
    return {name: tally.rates() for name, tally in watched.tallies.items()}


class _Watched:
    """The memories of one shooting, with the truth about everything that was written to them."""

    def __init__(self, shooting: Shooting, grid: tuple[int, int]) -> None:
        self.tallies = {name: Tally() for name in METHODS}
        self._shooting, self._grid = shooting, grid
        self._moving = anchors_of(shooting, shooting.movers)
        self._memory = empty_memory()
        self._clouds = {"published": AppendAll(CHANNELS), "released": AppendAll(CHANNELS)}
        self._looks: list[Look] = []
        self._points: list[Points] = []

    def next(self, index: int) -> Look:
        return look_at_frame(self._shooting, index, self._grid, STRIDE)

    def learn(self, look: Look, index: int) -> None:
        latents = signed(index, self._grid)
        feed(self._memory, latents, look)
        feed_published(self._clouds["published"], latents, look, self._moving)
        feed_published(self._clouds["released"], latents, look)
        self._looks.append(look)
        self._points.append(points_of(look))

    def judge(self, look: Look, index: int) -> None:
        seen = seen_before(points_of(look), self._looks)
        surface = look.surface.numpy()
        readout = self._memory.read(look.cells_of())
        features = readout.features(self._memory.tokens)
        token = readout.token.numpy()
        for name, candidates in (("ours", 1), ("ours, all candidates", token.shape[1])):
            held = surface[:, None] & (token[:, :candidates] >= 0)
            cell = np.nonzero(held)[0]
            frame, place = signatures(features[:, :candidates][held], self._grid)
            self._count(name, seen, readout.covered.numpy(), self._verdicts(look, cell, frame.numpy(), place.numpy()))
        for name, cloud in self._clouds.items():
            latents, point = cloud.read(*look.camera(), self._grid)
            cell = np.flatnonzero(surface & (point.numpy() >= 0))
            frame, place = signatures(latents.flatten(1).T[cell], self._grid)
            found = self._verdicts(look, cell, frame.numpy(), place.numpy())
            self._count(name, seen, point.numpy() >= 0, found)

    def _count(
        self, name: str, seen: NDArray[np.bool_], covered: NDArray[np.bool_], verdicts: NDArray[np.int64]
    ) -> None:
        tally = self.tallies[name]
        tally.seen += int(seen.sum())
        tally.holes += int((seen & ~covered).sum())
        tally.add(verdicts)

    def _verdicts(
        self, look: Look, cell: NDArray[np.int64], frame: NDArray[np.int64], place: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        verdicts = np.zeros(len(cell), np.int64)
        for index in np.unique(frame):
            mine = np.flatnonzero(frame == index)
            verdicts[mine] = judge(look, cell[mine], self._points[index], place[mine])
        return verdicts
