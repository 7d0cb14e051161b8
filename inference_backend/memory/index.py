"""Where tokens are found: a hash of (anchor, level, voxel) as sorted 64-bit keys.

level = floor(log2 footprint); a voxel is four footprints wide, so that the eight voxels round any point hold every
token within half a voxel (one to two footprints) of it. Coordinates wrap; a collision only costs a comparison that
fails.

An index is a few sorted runs (a log-structured merge, O'Neil et al., 1996): what a job learns goes into a small second
run, so that learning costs what is learned and not what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .tokens import Tokens

if TYPE_CHECKING:
    from .kernel import Table

VOXEL_FOOTPRINTS = 4.0
MIN_MERGE = 2**15
"""A second run shorter than this is never merged into the first."""
MERGE_SHARE = 0.25
"""One longer than this share of the first is."""
ANCHOR_BITS, LEVEL_BITS, AXIS_BITS = 14, 6, 14
LEVEL_BIAS = 2 ** (LEVEL_BITS - 1)
CORNERS = ((0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1))

INDEX_BYTES = 42
"""Bytes a token that the index takes beside the store; its buckets, a tenth as many as tokens, come on top."""


def level_of(footprint: Tensor) -> Tensor:
    """[N] int64."""
    return torch.floor(torch.log2(footprint.float())).long().clamp(-LEVEL_BIAS, LEVEL_BIAS - 1)


def voxel_size(level: Tensor) -> Tensor:
    """[N] float32 metres."""
    return VOXEL_FOOTPRINTS * torch.exp2(level.float())


def pack(anchor: Tensor, level: Tensor, voxel: Tensor) -> Tensor:
    """[...] int64 keys, never negative, of anchors [...], levels [...] and voxels [...,3], all int64."""
    axis = 2**AXIS_BITS - 1
    key = (anchor & (2**ANCHOR_BITS - 1)) << LEVEL_BITS | (level + LEVEL_BIAS)
    for i in range(3):
        key = key << AXIS_BITS | (voxel[..., i] & axis)
    return key


def token_keys(tokens: Tokens, step: int = 0) -> Tensor:
    """[N] int64: the bucket of each token, or the one that it would have `step` levels coarser."""
    level = level_of(tokens.footprint) + step
    voxel = torch.floor(tokens.position / voxel_size(level)[:, None]).long()
    return pack(tokens.anchor.long(), level, voxel)


@dataclass(frozen=True)
class Run:
    """Tokens sorted by bucket, with what a search looks at side by side."""

    keys: Tensor
    """[B] int64 the buckets, ascending and unique."""
    starts: Tensor
    """[B+1] int64 where each begins."""
    ids: Tensor
    """[N,2] int32 anchor, row of the store."""
    place: Tensor
    """[N,4] float32 position, footprint."""
    worth: Tensor
    """[N,3] float32 log2 of the footprint, confidence, rank."""
    codes: Tensor
    """[N,6] int8 normal and view, octahedral; cosine and sine of the roll times 127."""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def build(cls, tokens: Tokens, rank: Tensor | None, first_row: int) -> Run:
        keys, order = torch.sort(token_keys(tokens), stable=True)
        footprint, roll = tokens.footprint.float(), tokens.roll.float()
        ranks = torch.zeros_like(footprint) if rank is None else rank.float()
        turn = (torch.stack([torch.cos(roll), torch.sin(roll)], -1) * 127).round().to(torch.int8)
        return cls(
            *_buckets(keys),
            ids=torch.stack([tokens.anchor[order], (order + first_row).int()], 1),
            place=torch.cat([tokens.position, footprint[:, None]], -1)[order],
            worth=torch.stack([torch.log2(footprint), tokens.confidence.float(), ranks], -1)[order],
            codes=torch.cat([tokens.normal, tokens.view, turn], -1)[order],
        )

    def merged(self, other: Run) -> Run:
        """Both in one; `other` holds the younger tokens."""
        every = [torch.repeat_interleave(run.keys, run.starts.diff()) for run in (self, other)]
        keys, by_key = torch.sort(torch.cat(every), stable=True)
        names = ("ids", "place", "worth", "codes")
        columns = {name: torch.cat([getattr(self, name), getattr(other, name)])[by_key] for name in names}
        return Run(*_buckets(keys), **columns)

    @cached_property
    def table(self) -> Table:
        """The run for `kernel.search`; CPU only."""
        from .kernel import table_of

        return table_of(self)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Levels that hold any token, rising."""
        level = (self.keys >> 3 * AXIS_BITS & (2**LEVEL_BITS - 1)) - LEVEL_BIAS
        return tuple(torch.unique(level).tolist())

    def near(self, anchor: Tensor, position: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """(query, place) pairs, each [P] int64: where in this run the tokens of `level` lie that are within half a
        voxel of `position` and whose anchor has the hash of `anchor`. anchor [Q] int64, position [Q,3], level [Q]."""
        keys, starts = self.keys, self.starts
        if len(keys) == 0 or len(anchor) == 0:
            none = torch.zeros(0, dtype=torch.long, device=anchor.device)
            return none, none
        size = voxel_size(level)
        low = torch.floor(position / size[:, None] - 0.5).long()
        corners = torch.tensor(CORNERS, device=low.device)
        wanted = pack(anchor[:, None], level[:, None], low[:, None] + corners)
        bucket = torch.searchsorted(keys, wanted).clamp_max(len(keys) - 1)
        query, corner = torch.nonzero(keys[bucket] == wanted, as_tuple=True)
        bucket = bucket[query, corner]
        first = starts[bucket]
        count = starts[bucket + 1] - first
        ends = count.cumsum(0)
        pairs = int(ends[-1]) if len(ends) else 0
        row = torch.repeat_interleave(torch.arange(len(count), device=count.device), count, output_size=pairs)
        place = torch.arange(pairs, device=count.device) + (first - ends + count)[row]
        query = query[row]
        # Most of the eight voxels' tokens are too far: drop them before anything else is looked at.
        apart = (self.place[place, :3] - position[query]).square().sum(-1)
        near = torch.nonzero(apart <= (size / 2).square()[query])[:, 0]
        return query[near], place[near]


def _buckets(keys: Tensor) -> tuple[Tensor, Tensor]:
    """(unique keys [B], starts [B+1]) of sorted keys [N]."""
    unique, counts = torch.unique_consecutive(keys, return_counts=True)
    return unique, torch.cat([counts.new_zeros(1), counts.cumsum(0)])


@dataclass(frozen=True)
class TokenIndex:
    """One or two runs over the rows of a store."""

    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return sum(map(len, self.runs))

    @classmethod
    def build(cls, tokens: Tokens, rank: Tensor | None = None) -> TokenIndex:
        """rank: [N], how many newer pictures show what the token shows; see `retain`. 0 where None."""
        return cls((Run.build(tokens, rank, 0),))

    def extended(self, added: Tokens) -> TokenIndex:
        """With the tokens that were appended to the store since."""
        new = Run.build(added, None, len(self))
        base, younger = self.runs[0], self.runs[1:]
        delta = younger[0].merged(new) if younger else new
        if len(delta) > max(MIN_MERGE, MERGE_SHARE * len(base)):
            return TokenIndex((base.merged(delta),))
        return TokenIndex((base, delta))

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(sorted({level for run in self.runs for level in run.levels}))
