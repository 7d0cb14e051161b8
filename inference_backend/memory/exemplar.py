"""A surface that nobody has seen borrows from where its like was seen.

First from *copies*: objects of one shape and material share what was seen on any of them, at the same place of their
rest space. Then from its material's *exemplar*, the largest flat rectangle of it in memory: an unseen flat cell is laid
over the rectangle, mirrored at its borders, and gathers there, so that a wall behind the corner continues its bricks.
Heights stay heights: courses of brick keep their level.

What is borrowed is a proposal, not knowledge: the cell stays uncovered, and what is generated from it is written as any
other new surface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .cells import Cells
from .directions import from_octahedral
from .index import TokenIndex
from .read import ReadOut, read
from .tokens import Tokens

FLAT = 0.98
"""Least cosine between a normal and an axis of rest space for a surface to count as flat along it."""
MIN_TOKENS = 48
MAX_GRID = 64
MAX_COPIES = 3
"""Copies asked one after another for what is unseen; each costs a read of the holes."""
BORROWED_CONFIDENCE = 0.5
_PLANE = np.array([[1, 2], [0, 2], [0, 1]])
"""The two axes of the plane across each axis; height comes second."""
_PLANE_PITCH = 0.05
"""Metres between planes that count as two."""


@dataclass(frozen=True)
class Exemplar:
    """A rectangle on one flat side of one anchor, in its rest space, metres."""

    anchor: int
    axis: int
    side: float
    """Sign of the normal along `axis`."""
    plane: float
    """Coordinate along `axis`."""
    low: NDArray[np.float64]
    """[2] corner in the plane's axes."""
    size: NDArray[np.float64]
    """[2]."""


class Exemplars:
    """The exemplar of each material, upright surfaces and level ones apart."""

    def __init__(self, found: dict[tuple[int, bool], Exemplar]) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found)

    @classmethod
    def build(cls, tokens: Tokens) -> Exemplars:
        """Finds the best exemplar of each material: the side of one object with the most confident tokens."""
        normal = from_octahedral(tokens.normal).cpu().numpy()
        axis = np.abs(normal).argmax(1)
        along = np.take_along_axis(normal, axis[:, None], 1)[:, 0]
        position = tokens.position.cpu().numpy().astype(np.float64)
        anchor, material = tokens.anchor.cpu().numpy(), tokens.material.cpu().numpy()
        rows = np.flatnonzero((np.abs(along) >= FLAT) & (anchor > 0))
        plane = np.round(np.take_along_axis(position, axis[:, None], 1)[:, 0] / _PLANE_PITCH).astype(np.int64)
        keys = np.stack([material, axis == 2, anchor, axis, along > 0, plane], 1)[rows].astype(np.int64)
        sides, of_row = np.unique(keys, axis=0, return_inverse=True)
        weight = np.bincount(of_row.reshape(-1), tokens.confidence.float().cpu().numpy()[rows], len(sides))
        footprint = tokens.footprint.float().cpu().numpy()
        found: dict[tuple[int, bool], Exemplar] = {}
        for side in np.argsort(-weight, kind="stable"):
            key = (int(sides[side][0]), bool(sides[side][1]))
            members = rows[of_row.reshape(-1) == side] if key not in found else rows[:0]
            if len(members) >= MIN_TOKENS:
                found[key] = _exemplar(sides[side], position[members], footprint[members])
        return cls(found)

    def lay(self, cells: Cells) -> tuple[Tensor, Cells]:
        """(rows of the cells that have an exemplar, those cells as they lie on it)."""
        normal = cells.normal.cpu().numpy()
        axis = np.abs(normal).argmax(1)
        along = np.take_along_axis(normal, axis[:, None], 1)[:, 0]
        material = cells.material.cpu().numpy()
        rows, laid = [], []
        for (of_material, level), exemplar in self._found.items():
            mine = np.flatnonzero((material == of_material) & ((axis == 2) == level) & (np.abs(along) >= FLAT))
            for own_axis in np.unique(axis[mine]):
                some = torch.from_numpy(mine[axis[mine] == own_axis])
                rows.append(some)
                laid.append(_lay(cells.select(some.to(cells.anchor.device)), int(own_axis), exemplar))
        if not rows:
            none = torch.zeros(0, dtype=torch.long)
            return none, cells.select(none)
        return torch.cat(rows).to(cells.anchor.device), Cells.join(laid)


def borrow(
    tokens: Tokens,
    index: TokenIndex,
    exemplars: Exemplars,
    copies: Mapping[int, tuple[int, ...]],
    cells: Cells,
    readout: ReadOut,
) -> ReadOut:
    """`readout` with proposals for cells that it does not cover, marked in `borrowed`.

    copies: for an anchor, the others of its shape.
    """
    for rank in range(MAX_COPIES):
        nth = {anchor: others[rank] for anchor, others in copies.items() if len(others) > rank}
        holes = torch.nonzero(~(readout.covered | readout.borrowed))[:, 0]
        rows, twins = _twins(cells.select(holes), nth)
        seen = read(tokens, index, twins, readout.token.shape[1])
        alike = tokens.material[seen.token[:, 0].clamp_min(0)] == twins.material if len(tokens) else seen.covered
        readout = _propose(readout, holes[rows], replace(seen, covered=seen.covered & alike))
    holes = torch.nonzero(~(readout.covered | readout.borrowed))[:, 0]
    rows, laid = exemplars.lay(cells.select(holes))
    return _propose(readout, holes[rows], read(tokens, index, laid, readout.token.shape[1]))


def _twins(cells: Cells, copy_of: Mapping[int, int]) -> tuple[Tensor, Cells]:
    """(rows of the cells whose anchor has a copy, those cells as they lie on it)."""
    table = {anchor: copy_of[anchor] for anchor in torch.unique(cells.anchor).tolist() if anchor in copy_of}
    anchor = cells.anchor.clone()
    for own, other in table.items():
        anchor[cells.anchor == own] = other
    rows = torch.nonzero(anchor != cells.anchor)[:, 0]
    return rows, replace(cells.select(rows), anchor=anchor[rows])


def _propose(readout: ReadOut, rows: Tensor, proposal: ReadOut) -> ReadOut:
    """`readout` with what `proposal` covers put in at `rows`."""
    kept = proposal.covered
    if not bool(kept.any()):
        return readout
    rows = rows[kept]
    geometry = proposal.geometry[kept]
    geometry[..., 7] *= BORROWED_CONFIDENCE
    return replace(
        readout,
        token=readout.token.index_put((rows,), proposal.token[kept]),
        geometry=readout.geometry.index_put((rows,), geometry),
        borrowed=readout.borrowed.index_fill(0, rows, True),
    )


def _exemplar(side: NDArray[np.int64], position: NDArray[np.float64], footprint: NDArray[np.float32]) -> Exemplar:
    axis = int(side[3])
    flat = position[:, _PLANE[axis]]
    low, high = flat.min(0), flat.max(0)
    # Wide enough that one token a square is the rule also where the view was grazing.
    pitch = max(float(np.percentile(footprint, 95)), float((high - low).max()) / MAX_GRID, 1e-4)
    square = np.floor((flat - low) / pitch).astype(int)
    filled = np.zeros(square.max(0) + 1, bool)
    filled[square[:, 0], square[:, 1]] = True
    top, left, tall, wide = largest_rectangle(filled)
    corner, size = low + pitch * np.array([top, left]), pitch * np.array([tall, wide])
    # The border tokens stand anywhere in their squares: stay half a square inside.
    inset = np.minimum(0.5 * pitch, 0.25 * size)
    return Exemplar(
        anchor=int(side[2]),
        axis=axis,
        side=1.0 if side[4] else -1.0,
        plane=float(np.median(position[:, axis])),
        low=corner + inset,
        size=size - 2 * inset,
    )


def largest_rectangle(filled: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """(first row, first column, rows, columns) of the largest rectangle of True, by growing histograms."""
    best, found = 0, (0, 0, 1, 1)
    heights = np.zeros(filled.shape[1] + 1, int)
    for row in range(filled.shape[0]):
        heights[:-1] = np.where(filled[row], heights[:-1] + 1, 0)
        open_: list[tuple[int, int]] = []  # (first column, height), heights rising
        for column, height in enumerate(heights.tolist()):
            start = column
            while open_ and open_[-1][1] >= height:
                start, tall = open_.pop()
                if tall * (column - start) > best:
                    best, found = tall * (column - start), (row - tall + 1, start, tall, column - start)
            open_.append((start, height))
    return found


def _lay(cells: Cells, own_axis: int, exemplar: Exemplar) -> Cells:
    """Cells of one flat direction, moved onto the exemplar: mirrored to and fro, turned to its plane."""
    own, other = _PLANE[own_axis], _PLANE[exemplar.axis]
    position = torch.empty_like(cells.position)
    position[:, exemplar.axis] = exemplar.plane
    own_side = torch.sign(cells.normal[:, own_axis])
    turned = {name: torch.empty_like(cells.position) for name in ("du", "dv", "view")}
    for name, vectors in turned.items():
        vectors[:, exemplar.axis] = getattr(cells, name)[:, own_axis] * own_side * exemplar.side
    for i in range(2):
        size = float(exemplar.size[i])
        there = torch.remainder(cells.position[:, own[i]] - float(exemplar.low[i]), 2 * size)
        back = there > size
        position[:, other[i]] = torch.where(back, 2 * size - there, there) + float(exemplar.low[i])
        for name, vectors in turned.items():
            along = getattr(cells, name)[:, own[i]]
            vectors[:, other[i]] = torch.where(back, -along, along)
    normal = torch.zeros_like(cells.normal)
    normal[:, exemplar.axis] = exemplar.side
    return replace(
        cells, anchor=torch.full_like(cells.anchor, exemplar.anchor), position=position, normal=normal, **turned
    )
