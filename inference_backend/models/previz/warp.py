"""Resampling of candidates below the cell: what each token shows at each of a target cell's pixels.

A camera that moved by half a cell needs half of one token and half of the next, and from a new angle each of them is
stretched. Averaging whole tokens by their distance loses all that, and with it every pattern near the size of a cell.
Here a token unfolds into a patch of features, 4 x 4 of them as it has pixels, and every pixel of the target cell
samples the patches at the place that the geometry gives it: bilinear copying of pictures, but of learned features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...memory.read import GEOMETRY, INTO_TOKEN, PRESENT

SIDE = 4
"""Samples of a cell, and of a token, each way."""
_FALL = 40.0
"""How fast a token loses its say outside its own cell, before training: e^-1 at 0.16 cells from its border."""


class PatchWarp(nn.Module):
    """Candidates [B,K,C,h,w] with their geometry to [B,16*depth,h,w], pixel by pixel of each target cell."""

    def __init__(self, channels: int, depth: int = 8, hidden: int = 64) -> None:
        super().__init__()
        self.depth = depth
        self.width = SIDE * SIDE * depth
        self.unfold = nn.Sequential(
            nn.Conv2d(channels + GEOMETRY, hidden, 1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(hidden, self.width, 1),
        )
        self.trust = nn.Sequential(nn.Conv2d(GEOMETRY, 16, 1), nn.LeakyReLU(0.1), nn.Conv2d(16, 1, 1))
        self.log_fall = nn.Parameter(torch.tensor(_FALL).log())

    def forward(self, features: Tensor, geometry: Tensor) -> Tensor:
        """features [B,K,C,h,w], geometry [B,K,15,h,w] as `memory.read.ReadOut.geometry`; zeros where nothing is."""
        b, k, _, h, w = features.shape
        each = torch.cat([features, geometry], 2).flatten(0, 1)
        patch = self.unfold(each).reshape(b, k, SIDE * SIDE, self.depth, h * w)
        trust = self.trust(geometry.flatten(0, 1)).float().reshape(b, k, h * w)
        if features.device.type == "cpu" and not torch.is_grad_enabled():
            from .warp_kernel import resample

            patch = patch.permute(0, 1, 4, 2, 3).float().contiguous()
            sampled = resample(patch, geometry.flatten(3), trust, float(self.log_fall.exp())).to(features.dtype)
            return sampled.transpose(1, 2).reshape(b, self.width, h, w)
        # [B*h*w, K*16, depth]
        patch = patch.permute(0, 4, 1, 2, 3).reshape(b * h * w, k * SIDE * SIDE, self.depth)
        trust = trust.transpose(1, 2).flatten(0, 1)
        places, present = sample_places(geometry)
        say = _say(places, trust, present, self.log_fall.exp())
        sampled = _bilinear(places, say).to(patch.dtype) @ patch
        return sampled.view(b, h * w, self.width).transpose(1, 2).reshape(b, self.width, h, w)


def sample_places(geometry: Tensor) -> tuple[Tensor, Tensor]:
    """(where each pixel of each target cell lies in each candidate's picture, [N,16,K,2] in the token's cells from its
    centre, right and down; whether there is one, [N,1,K]); N = B*h*w."""
    rows = geometry.permute(0, 3, 4, 1, 2).flatten(0, 2).float().contiguous()
    centre, right, down = rows[..., INTO_TOKEN:].unflatten(-1, (3, 2)).unbind(-2)
    offset = (torch.arange(SIDE, device=rows.device, dtype=rows.dtype) - (SIDE - 1) / 2) / SIDE
    y, x = torch.meshgrid(offset, offset, indexing="ij")
    x, y = x.reshape(1, -1, 1, 1), y.reshape(1, -1, 1, 1)
    return centre[:, None] + x * right[:, None] + y * down[:, None], rows[:, None, :, PRESENT]


def _say(places: Tensor, trust: Tensor, present: Tensor, fall: Tensor) -> Tensor:
    """[N,16,K] weights over the candidates of every pixel, which sum to 1, or to 0 where there are none."""
    outside = (places.abs() - 0.5).clamp(0, 2).square().sum(-1)
    score = (trust[:, None] - fall * outside).masked_fill(present < 0.5, -1e4)
    return torch.softmax(score, -1) * present


def _bilinear(places: Tensor, say: Tensor) -> Tensor:
    """[N,16,K*16] weights over the samples of the tokens' patches, `say` [N,16,K] for each patch together; a place
    beyond its border has the border's."""
    node = torch.arange(SIDE, device=places.device, dtype=places.dtype)
    at = ((places + 0.5) * SIDE - 0.5).clamp(0, SIDE - 1)
    near = (1 - (at[..., None] - node).abs_()).clamp_min_(0)
    across = near[..., 0, :].contiguous()
    along = near[..., 1, :] * say[..., None]
    return (along[..., :, None] * across[..., None, :]).flatten(2)
