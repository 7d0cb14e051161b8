"""Resampling of candidates below the cell: where in the target cell each quarter of a token falls.

A camera that moved by half a cell needs half of one token and half of the next. Averaging whole tokens by their
distance loses that phase, and with it every pattern near the size of a cell. Here a token is first unfolded into its
four quarters, each quarter is placed by the candidate's offset, scale and roll, and each quarter of the target cell
gathers those that fall on it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...memory.read import GEOMETRY

QUARTERS = 4
_CORNERS = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))
"""Centres (right, down) of a cell's quarters, in cells from its own centre."""
_SPREAD = 0.2
"""Deviation of a quarter's pull before training, in steps of the coarser of token and cell."""


class QuarterWarp(nn.Module):
    """Candidates [B,K,C,h,w] with their geometry to [B,4*depth,h,w], quarter by quarter of each target cell."""

    def __init__(self, channels: int, depth: int = 16, hidden: int = 64) -> None:
        super().__init__()
        self.depth = depth
        self.unfold = nn.Sequential(
            nn.Conv2d(channels + GEOMETRY, hidden, 1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(hidden, QUARTERS * depth, 1),
        )
        self.trust = nn.Sequential(nn.Conv2d(GEOMETRY, 16, 1), nn.LeakyReLU(0.1), nn.Conv2d(16, 1, 1))
        self.log_pull = nn.Parameter(torch.tensor(0.5 / _SPREAD**2).log())

    def forward(self, features: Tensor, geometry: Tensor) -> Tensor:
        """features [B,K,C,h,w], geometry [B,K,9,h,w] as `memory.read.ReadOut.geometry`; zeros where nothing is."""
        b, k, _, h, w = features.shape
        each = torch.cat([features, geometry], 2).flatten(0, 1)
        parts = self.unfold(each).reshape(b, k * QUARTERS, self.depth, h * w)
        trust = self.trust(geometry.flatten(0, 1)).float().reshape(b, k, 1, h, w)
        # [B,K,4,2,h,w] against the target's quarters [4,2]: [B,4,K*4,h*w].
        places = quarter_places(geometry.float())
        corners = places.new_tensor(_CORNERS).view(1, QUARTERS, 1, 1, 2, 1, 1)
        step = torch.exp2(geometry[:, None, :, None, 2].float()).clamp_min(1)
        apart = (places[:, None] - corners).square().sum(4) / step.square()
        present = geometry[:, :, GEOMETRY - 1 :].float()
        score = (trust - 1e4 * (1 - present))[:, None] - self.log_pull.exp() * apart
        weight = torch.softmax(score.reshape(b, QUARTERS, k * QUARTERS, h * w), 2)
        gathered = torch.einsum("btkn,bkcn->btcn", weight.to(parts.dtype), parts)
        return gathered.reshape(b, QUARTERS * self.depth, h, w) * present.amax(1).to(parts.dtype)


def quarter_places(geometry: Tensor) -> Tensor:
    """[B,K,4,2,h,w] centres (right, down) of each token's quarters, in target cells from the target cell's centre."""
    right, down, scale, _, sine, cosine = geometry[:, :, None, :6].unbind(3)
    size = torch.exp2(scale)
    corners = geometry.new_tensor(_CORNERS).view(1, 1, QUARTERS, 2, 1, 1)
    a, b = corners[:, :, :, 0] * size, corners[:, :, :, 1] * size
    return torch.stack([right + cosine * a - sine * b, down + sine * a + cosine * b], 3)
