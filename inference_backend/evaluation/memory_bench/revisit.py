"""A moving and a bending object leave the frame for a hundred frames and come back turned: do they still know what
they look like?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..baselines.append_all import AppendAll
from .footage import (
    CHANNELS,
    PUBLISHED_GRID,
    anchors_of,
    empty_memory,
    feed,
    feed_published,
    look_at_frame,
    signatures,
    signed,
)
from .sets import AWAY, departure
from .truth import RIGHT, Points, judge, points_of, seen_before

STRIDE = 2


@dataclass(frozen=True)
class Revisit:
    """Shares of the objects' visible cells whose surface was seen before they left."""

    cells: int
    ours: float
    published: float
    released: float


def measure(seed: int, grid: tuple[int, int] = PUBLISHED_GRID) -> Revisit:
    """Nothing is learned from the frames after the return. Raises RuntimeError where the objects were not away."""
    shooting = departure(seed)
    moving = anchors_of(shooting, shooting.movers)
    memory, clouds = empty_memory(), {"published": AppendAll(CHANNELS), "released": AppendAll(CHANNELS)}
    looks, points = [], []
    for index in range(shooting.comeback):
        look = look_at_frame(shooting, index, grid, STRIDE)
        feed(memory, signed(index, grid), look)
        feed_published(clouds["published"], signed(index, grid), look, moving)
        feed_published(clouds["released"], signed(index, grid), look)
        if np.isin(look.pixels.anchor, moving).any():
            looks.append(look)
        points.append(points_of(look))
    if len(looks) > shooting.comeback - AWAY:
        raise RuntimeError(f"the objects of {shooting.name} were in sight while they should have been away")
    found, cells = {"ours": 0, "published": 0, "released": 0}, 0
    for index in range(shooting.comeback, len(shooting)):
        look = look_at_frame(shooting, index, grid, STRIDE)
        now = points_of(look)
        asked = np.flatnonzero(seen_before(now, looks) & np.isin(now.mesh, shooting.movers))
        cells += len(asked)
        readout = memory.read(look.cells_of())
        best = readout.token[:, 0].numpy()
        ours = asked[(best[asked] >= 0) & readout.covered.numpy()[asked]]
        frame, place = signatures(readout.features(memory.tokens)[:, 0][ours], grid)
        found["ours"] += _own(look, ours, frame.numpy(), place.numpy(), points, now)
        for name, cloud in clouds.items():
            latents, point = cloud.read(*look.camera(), grid)
            read = asked[point.numpy()[asked] >= 0]
            frame, place = signatures(latents.flatten(1).T[read], grid)
            found[name] += _own(look, read, frame.numpy(), place.numpy(), points, now)
    return Revisit(cells, **{name: count / max(cells, 1) for name, count in found.items()})


def _own(look, cell, frame, place, points: list[Points], now: Points) -> int:  # type: ignore[no-untyped-def]
    """How many of the cells read a token of their own object, at the place where it lies now."""
    own = 0
    for index in np.unique(frame):
        mine = np.flatnonzero(frame == index)
        written = points[index]
        right = judge(look, cell[mine], written, place[mine]) == RIGHT
        own += int((right & (written.mesh[place[mine]] == now.mesh[cell[mine]])).sum())
    return own
