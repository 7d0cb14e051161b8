"""Copies of one object are one object to the memory: what was seen on any of them is known of all.

Two anchors are copies when they have the same rest mesh at the same scale; what they read of each other must be of the
same material. A duplicated chair, an instance of a collection, the thousandth particle: none of them is generated
again. What was seen on the copy itself always comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .cells import Cells
from .index import TokenIndex
from .read import ReadOut, read
from .tokens import Tokens

MAX_COPIES = 3
"""Copies asked one after another for what is unseen; each costs a read of the holes."""


@dataclass(frozen=True)
class Copies:
    """The copies of every anchor."""

    table: Tensor
    """[A,MAX_COPIES] int32, a row an anchor: the others to ask, those with most tokens first; 0 where there is none."""

    @classmethod
    def build(cls, groups: Iterable[Sequence[int]], tokens: Tokens) -> Copies:
        """groups: anchors of one shape each, of two or more."""
        listed = [list(group) for group in groups]
        size = 1 + max((anchor for group in listed for anchor in group), default=0)
        count = torch.bincount(tokens.anchor.clamp(0, size).long(), minlength=size).tolist()
        table = torch.zeros(size, MAX_COPIES, dtype=torch.int32)
        for group in listed:
            known = sorted((anchor for anchor in group if count[anchor]), key=lambda anchor: -count[anchor])
            for anchor in group:
                others = [other for other in known[: MAX_COPIES + 1] if other != anchor][:MAX_COPIES]
                table[anchor, : len(others)] = torch.tensor(others, dtype=torch.int32)
        return cls(table.to(tokens.anchor.device))

    def share(self, tokens: Tokens, index: TokenIndex, cells: Cells, readout: ReadOut) -> ReadOut:
        """`readout` with its uncovered cells covered by what is known of their objects' copies."""
        for rank in range(MAX_COPIES if len(tokens) else 0):
            holes = torch.nonzero(~readout.covered)[:, 0]
            anchor = cells.anchor[holes]
            known = (anchor > 0) & (anchor < len(self.table))
            other = torch.where(known, self.table[torch.where(known, anchor, 0), rank], 0)
            holes, other = holes[other > 0], other[other > 0]
            if len(holes) == 0:
                return readout
            twins = replace(cells.select(holes), anchor=other)
            seen = read(tokens, index, twins, readout.token.shape[1])
            alike = tokens.material[seen.token[:, 0].clamp_min(0)] == twins.material
            kept = seen.covered & alike
            readout = readout.put(holes[kept], replace(seen, shared=seen.covered).select(kept))
        return readout


def groups_of(shapes: Iterable[tuple[int, object]]) -> list[list[int]]:
    """Anchors with an equal shape, two or more together, from pairs of (anchor, shape)."""
    groups: dict[object, list[int]] = {}
    for anchor, shape in shapes:
        groups.setdefault(shape, []).append(anchor)
    return [group for group in groups.values() if len(group) > 1]
