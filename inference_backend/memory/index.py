"""Where tokens are found: a hash of (anchor, level, voxel) as sorted 64-bit keys.

level = floor(log2 footprint); a voxel is four footprints wide, so that the eight voxels round any point hold every
token within half a voxel (one to two footprints) of it. Coordinates wrap; a collision only costs a distance test that
fails.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .tokens import Tokens

VOXEL_FOOTPRINTS = 4.0
_ANCHOR_BITS, _LEVEL_BITS, _AXIS_BITS = 14, 6, 14
_LEVEL_BIAS = 2 ** (_LEVEL_BITS - 1)
_CORNERS = ((0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1))


def level_of(footprint: Tensor) -> Tensor:
    """[N] int64."""
    return torch.floor(torch.log2(footprint.float())).long().clamp(-_LEVEL_BIAS, _LEVEL_BIAS - 1)


def voxel_size(level: Tensor) -> Tensor:
    """[N] float32 metres."""
    return VOXEL_FOOTPRINTS * torch.exp2(level.float())


@dataclass(frozen=True)
class TokenIndex:
    """Buckets of tokens, sorted by key."""

    keys: Tensor
    """[B] int64, ascending, unique."""
    starts: Tensor
    """[B+1] int64 into `order`."""
    order: Tensor
    """[N] int64 token rows, bucket by bucket."""
    position: Tensor
    """[N,3] rest positions in that order: a bucket's lie side by side."""
    levels: tuple[int, ...]
    """Levels that hold any token."""

    @classmethod
    def build(cls, tokens: Tokens) -> TokenIndex:
        level = level_of(tokens.footprint)
        voxel = torch.floor(tokens.position / voxel_size(level)[:, None]).long()
        keys, order = torch.sort(_pack(tokens.anchor.long(), level, voxel), stable=True)
        unique, counts = torch.unique_consecutive(keys, return_counts=True)
        starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
        return cls(unique, starts, order, tokens.position[order], tuple(torch.unique(level).tolist()))

    def near(self, anchor: Tensor, position: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """(query, token) pairs, each [P] int64: every token of `level` that lies within half a voxel of `position`, and
        whose anchor has the hash of `anchor`. anchor [Q] int64, position [Q,3] rest space, level [Q] int64."""
        if len(self.keys) == 0 or len(anchor) == 0:
            none = torch.zeros(0, dtype=torch.long, device=anchor.device)
            return none, none
        size = voxel_size(level)
        low = torch.floor(position / size[:, None] - 0.5).long()
        corners = torch.tensor(_CORNERS, device=low.device)
        wanted = _pack(anchor[:, None], level[:, None], low[:, None] + corners)
        bucket = torch.searchsorted(self.keys, wanted).clamp_max(len(self.keys) - 1)
        query, corner = torch.nonzero(self.keys[bucket] == wanted, as_tuple=True)
        bucket = bucket[query, corner]
        first = self.starts[bucket]
        count = self.starts[bucket + 1] - first
        ends = count.cumsum(0)
        pairs = int(ends[-1]) if len(ends) else 0
        row = torch.repeat_interleave(torch.arange(len(count), device=count.device), count, output_size=pairs)
        place = torch.arange(pairs, device=count.device) + (first - ends + count)[row]
        query = query[row]
        # Most of the eight voxels' tokens are too far: drop them before anything else is looked at.
        apart = (self.position[place] - position[query]).square().sum(-1)
        near = torch.nonzero(apart <= (size / 2).square()[query])[:, 0]
        return query[near], self.order[place[near]]


def _pack(anchor: Tensor, level: Tensor, voxel: Tensor) -> Tensor:
    axis = 2**_AXIS_BITS - 1
    key = (anchor & (2**_ANCHOR_BITS - 1)) << _LEVEL_BITS | (level + _LEVEL_BIAS)
    for i in range(3):
        key = key << _AXIS_BITS | (voxel[..., i] & axis)
    return key
