"""What the tokens of a memory look like, as a whole and by material: running sums, so that no question costs more as
the memory grows."""

from __future__ import annotations

import torch
from torch import Tensor

from .tokens import Tokens


class Moments:
    """Count, sum and sum of squares of the features, a row a material."""

    def __init__(self, channels: int, device: torch.device | str = "cpu") -> None:
        self._channels = channels
        # Doubles: sums over millions of tokens, whose order must not show.
        self._sums = torch.zeros(1, 1 + 2 * channels, dtype=torch.float64, device=device)

    @classmethod
    def of(cls, tokens: Tokens) -> Moments:
        found = cls(tokens.feature.shape[-1], tokens.feature.device)
        found.add(tokens)
        return found

    def add(self, tokens: Tokens) -> None:
        if len(tokens) == 0:
            return
        material = tokens.material.long()
        more = int(material.max()) + 1 - len(self._sums)
        if more > 0:
            self._sums = torch.cat([self._sums, self._sums.new_zeros(more, self._sums.shape[1])])
        feature = tokens.feature.double()
        self._sums.index_add_(0, material, torch.cat([torch.ones_like(feature[:, :1]), feature, feature**2], 1))

    def palette(self, material: Tensor) -> Tensor:
        """[M,C+1] for materials [M] int64: the mean feature of its tokens, and 1 where there are any, else zeros."""
        known = (material >= 0) & (material < len(self._sums))
        sums = self._sums[torch.where(known, material, 0)] * known[:, None]
        count = sums[:, :1]
        return torch.cat([sums[:, 1 : 1 + self._channels] / count.clamp_min(1), (count > 0).double()], 1).float()

    def look(self) -> Tensor:
        """[2C+1] mean and deviation over all tokens, and 1 where there are any, else zeros."""
        total = self._sums.sum(0)
        count = total[:1]
        mean, square = (total[1:] / count.clamp_min(1)).chunk(2)
        known = (count > 0).double()
        deviation = (square - mean**2).clamp_min(1e-8).sqrt()
        return torch.cat([mean, deviation * known, known]).float()
