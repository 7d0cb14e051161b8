"""A surface that nobody has seen borrows from where its material was seen.

The *exemplar* of a material is the largest flat rectangle of it in memory: an unseen flat cell is laid over the
rectangle, mirrored at its borders, and gathers there, so that a wall behind the corner continues its bricks. Heights
stay heights: courses of brick keep their level.

What is borrowed is a proposal, not knowledge: the cell stays uncovered, and what is generated from it is written as any
other new surface.
"""

from __future__ import annotations

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

    def __init__(self, found: dict[tuple[int, bool], Exemplar], device: torch.device | str = "cpu") -> None:
        """found: by material and whether the surface is level."""
        self._count = len(found)
        listed = list(found.values())
        materials = max((material for material, _ in found), default=0) + 1
        which = np.full((materials, 2), -1)
        for i, (material, level) in enumerate(found):
            which[material, int(level)] = i
        self._which = torch.from_numpy(which).to(device)
        self._anchor = torch.tensor([one.anchor for one in listed], dtype=torch.int32, device=device)
        self._axis = torch.tensor([one.axis for one in listed], dtype=torch.long, device=device)
        facts = [[one.side, one.plane, *one.low, *one.size] for one in listed]
        self._facts = torch.tensor(facts, dtype=torch.float32, device=device).view(-1, 6)
        self._plane = torch.from_numpy(_PLANE).to(device)

    def __len__(self) -> int:
        return self._count

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
        # One number a row: unique rows of many columns take ten times as long to find.
        low = keys.min(0, initial=0)
        spread = keys.max(0, initial=0) - low + 1
        _, first, of_row = np.unique(
            np.ravel_multi_index((keys - low).T, spread), return_index=True, return_inverse=True
        )
        sides = keys[first]
        weight = np.bincount(of_row.reshape(-1), tokens.confidence.float().cpu().numpy()[rows], len(sides))
        footprint = tokens.footprint.float().cpu().numpy()
        found: dict[tuple[int, bool], Exemplar] = {}
        for side in np.argsort(-weight, kind="stable"):
            key = (int(sides[side][0]), bool(sides[side][1]))
            members = rows[of_row.reshape(-1) == side] if key not in found else rows[:0]
            if len(members) >= MIN_TOKENS:
                found[key] = _exemplar(sides[side], position[members], footprint[members])
        return cls(found, tokens.anchor.device)

    def lay(self, cells: Cells) -> tuple[Tensor, Cells]:
        """(rows of the cells that have an exemplar, those cells as they lie on it): mirrored to and fro, turned to its
        plane."""
        axis = cells.normal.abs().argmax(1)
        along = cells.normal.gather(1, axis[:, None])[:, 0]
        material = cells.material.long()
        known = (material < len(self._which)) & (along.abs() >= FLAT)
        which = self._which[torch.where(known, material, 0), (axis == 2).long()]
        rows = torch.nonzero(known & (which >= 0))[:, 0]
        return rows, self._laid(cells.select(rows), axis[rows], which[rows])

    def _laid(self, cells: Cells, axis: Tensor, which: Tensor) -> Cells:
        onto = self._axis[which]
        side, plane = self._facts[which, :2].unbind(-1)
        low, size = self._facts[which, 2:4], self._facts[which, 4:6]
        own, other = self._plane[axis], self._plane[onto]
        there = torch.remainder(cells.position.gather(1, own) - low, 2 * size)
        back = there > size
        position = torch.empty_like(cells.position)
        position.scatter_(1, onto[:, None], plane[:, None])
        position.scatter_(1, other, torch.where(back, 2 * size - there, there) + low)
        turn = torch.sign(cells.normal.gather(1, axis[:, None])) * side[:, None]
        turned = {}
        for name in ("du", "dv", "view"):
            vectors = getattr(cells, name)
            within = vectors.gather(1, own)
            laid = torch.empty_like(vectors)
            laid.scatter_(1, onto[:, None], vectors.gather(1, axis[:, None]) * turn)
            turned[name] = laid.scatter_(1, other, torch.where(back, -within, within))
        normal = torch.zeros_like(cells.normal).scatter_(1, onto[:, None], side[:, None])
        return replace(cells, anchor=self._anchor[which], position=position, normal=normal, **turned)


def borrow(tokens: Tokens, index: TokenIndex, exemplars: Exemplars, cells: Cells, readout: ReadOut) -> ReadOut:
    """`readout` with proposals for cells that it does not cover, marked in `borrowed`."""
    holes = torch.nonzero(~readout.covered)[:, 0]
    rows, laid = exemplars.lay(cells.select(holes))
    found = read(tokens, index, laid, readout.token.shape[1])
    kept = found.covered
    proposal = found.select(kept)
    proposal.geometry[..., 7] *= BORROWED_CONFIDENCE
    known = torch.zeros_like(proposal.covered)
    return readout.put(holes[rows[kept]], replace(proposal, covered=known, borrowed=~known))


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
