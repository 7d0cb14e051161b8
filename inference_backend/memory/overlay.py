"""What was painted over lies above what was there: it hides everything older where it lies, and touches nothing else.

The tokens of a paint-over are not in the index of the others, so that whatever does not lie under the paint reads what
it read before, to the bit. A cell lies under it where its centre falls into the cell of a token that was painted.
Paint on one of several copies (see `copies`) is on that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from .cells import Cells
from .index import CORNERS, VOXEL_FOOTPRINTS, TokenIndex, pack
from .read import INTO_TOKEN, PRESENT, ReadOut, read
from .tokens import Tokens

REACH = 0.55
"""Cells from a painted token's middle that are under its paint: a half, and a little for the cracks between tokens."""
NOWHERE = torch.iinfo(torch.int32).max
"""An anchor that no cell has."""
DEEP = 32
"""Candidates among which the paint is looked for where that needs many, and what is newer than it."""
KEPT = -1e3
"""The rank of what the budget never keeps out."""


@dataclass(frozen=True)
class Overlay:
    """One paint-over."""

    order: int
    """Its place in the world's history."""
    first: int
    """The row of the store that holds its first token; the others follow."""
    tokens: Tokens
    index: TokenIndex
    size: float
    """Metres a voxel of `places`."""
    places: Tensor
    """[P] int64 ascending: keys of the voxels that it may lie in. Most of a frame is ruled out by them."""

    @classmethod
    def build(cls, order: int, first: int, tokens: Tokens) -> Overlay:
        reach = float(tokens.footprint.max()) if len(tokens) else 1.0
        corners = 2.0 * torch.tensor(CORNERS, dtype=torch.float32, device=tokens.anchor.device) - 1.0
        around = (tokens.position[:, None] + reach * corners).flatten(0, 1)
        size = VOXEL_FOOTPRINTS * reach
        places = torch.unique(_places(tokens.anchor.repeat_interleave(len(CORNERS)), around, size))
        return cls(order, first, tokens, TokenIndex.build(tokens), size, places)

    def under(self, cells: Cells, candidates: int) -> tuple[Tensor, ReadOut]:
        """(rows of the cells that lie under the paint, what they read of it)."""
        rows = torch.nonzero(torch.isin(_places(cells.anchor, cells.position, self.size), self.places))[:, 0]
        found, read_there = self._covering(cells, rows, candidates, candidates)
        # A search that has enough looks into no further level, where the token that covers the cell may lie.
        left = rows[torch.isin(rows, found, invert=True)]
        more, also_read = self._covering(cells, left, DEEP, candidates)
        both = ReadOut(
            **{
                field.name: torch.cat([getattr(read_there, field.name), getattr(also_read, field.name)])
                for field in fields(ReadOut)
            }
        )
        return torch.cat([found, more]), both

    def _covering(self, cells: Cells, rows: Tensor, wide: int, candidates: int) -> tuple[Tensor, ReadOut]:
        """Those of `rows` that lie under one of the `wide` tokens that suit them best, and their `candidates`."""
        paint = read(self.tokens, self.index, cells.select(rows), wide)
        within = (paint.geometry[..., INTO_TOKEN : INTO_TOKEN + 2].abs() <= REACH).all(-1) & (paint.token >= 0)
        found = torch.nonzero(within.any(1) & paint.covered)[:, 0]
        paint = _only(paint.select(found), paint.token[found] >= 0, candidates)
        return rows[found], replace(paint, token=torch.where(paint.token >= 0, paint.token + self.first, -1))


@dataclass(frozen=True)
class Paint:
    """The paint-overs of a world, whose tokens come first in the store."""

    overlays: tuple[Overlay, ...]
    """The oldest first."""
    order: Tensor
    """[N] int64 of every token of the store, its place in the world's history; not kept where nothing is painted."""
    pictures: Tensor
    """[P] int64 the places of the pictures, which go before what was there, as paint does."""

    @classmethod
    def none(cls, tokens: Tokens) -> Paint:
        nothing = torch.zeros(0, dtype=torch.long, device=tokens.anchor.device)
        return cls((), nothing, nothing)

    @classmethod
    def build(cls, painted: Sequence[tuple[int, Tokens]], order: Tensor, pictures: Sequence[int] = ()) -> Paint:
        """painted: (place in the history, tokens) of each paint-over, the oldest first. order: [M] int64 of the other
        tokens. pictures: the places of the seed views that are whole pictures."""
        overlays, own, first = [], [], 0
        for place, tokens in painted:
            overlays.append(Overlay.build(place, first, tokens))
            own.append(order.new_full((len(tokens),), place))
            first += len(tokens)
        places = torch.tensor(list(pictures), dtype=torch.long, device=order.device)
        return cls(tuple(overlays), torch.cat([*own, order]), places)

    @property
    def count(self) -> int:
        """How many tokens of the store are paint."""
        return sum(len(overlay.tokens) for overlay in self.overlays)

    def lay(self, cells: Cells, readout: ReadOut, below: Callable[[Cells, int], ReadOut]) -> ReadOut:
        """`readout` with every paint-over on it. below: reads so many candidates of what is not paint."""
        candidates = readout.token.shape[1]
        for overlay in self.overlays:
            rows, paint = overlay.under(cells, candidates)
            if len(rows) and bool((self.order > overlay.order).any()):
                paint = self._or_newer(overlay, paint, below(cells.select(rows), DEEP))
            readout = readout.put(rows, paint)
        return readout

    def _or_newer(self, overlay: Overlay, paint: ReadOut, below: ReadOut) -> ReadOut:
        """The paint, or where that suits the cell better what is newer: a picture, or what a take made of the paint
        from nearer. Nothing that is older."""
        order = self.order[below.token.clamp_min(0)]
        newer = (below.token >= 0) & (order > overlay.order)
        cost = _cost(below) - torch.isin(order, self.pictures).float()
        above = torch.where(newer, cost, torch.inf).amin(1) <= _cost(paint).amin(1)
        rows = torch.nonzero(above)[:, 0]
        return paint.put(rows, _only(below, newer, paint.token.shape[1]).select(rows))

    def with_own(self, rank: Tensor) -> Tensor:
        """[N] float32 ranks of every token of the store, of the others' [M]: paint is never kept out."""
        return torch.cat([torch.full((self.count,), KEPT, device=rank.device), rank.float()])

    def under(self, learned: int) -> Paint:
        """With so many tokens more at the end of the store, newer than any paint."""
        newest = self.order.new_full((learned,), torch.iinfo(torch.long).max)
        return replace(self, order=torch.cat([self.order, newest])) if self.overlays else self

    def select(self, rows: Tensor) -> Paint:
        """With so many rows of the store left, the paint's own among them."""
        return replace(self, order=self.order[rows]) if self.overlays else self


def hidden(tokens: Tokens, count: int) -> Tokens:
    """The same tokens, of which an index finds all but the first `count`: those of the paint-overs."""
    if count == 0:
        return tokens
    anchor = tokens.anchor.clone()
    anchor[:count] = NOWHERE
    return replace(tokens, anchor=anchor)


def _places(anchor: Tensor, position: Tensor, size: float) -> Tensor:
    """[N] int64 keys of the voxels that positions [N,3] lie in."""
    anchor = anchor.long()
    return pack(anchor, torch.zeros_like(anchor), torch.floor(position / size).long())


def _cost(readout: ReadOut) -> Tensor:
    """[N,K] what `read` orders candidates by, without the rank; infinite where there is none."""
    right, down, coarser, seen, _, _, _, confidence = readout.geometry[..., :PRESENT].unbind(-1)
    distance = (right**2 + down**2).sqrt() / coarser.exp2().clamp_min(1)
    cost = distance + 0.5 * coarser.abs() + 0.5 * (1 - confidence) + (1 - seen)
    return torch.where(readout.token >= 0, cost, torch.inf)


def _only(readout: ReadOut, kept: Tensor, candidates: int) -> ReadOut:
    """The first `candidates` of those that are `kept` [N,K], in their order."""
    place = torch.sort((~kept).int(), dim=1, stable=True).indices[:, :candidates]
    token = torch.where(kept, readout.token, -1).gather(1, place)
    geometry = readout.geometry * kept[..., None]
    geometry = geometry.gather(1, place[..., None].expand(-1, -1, geometry.shape[-1]))
    return replace(readout, token=token, geometry=geometry)
