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
        patch = self.unfold(each).reshape(b, k, SIDE * SIDE, self.depth, h * w).permute(0, 1, 4, 2, 3)
        trust = self.trust(geometry.flatten(0, 1)).float().reshape(b, k, h * w).transpose(1, 2)
        rows = geometry.float().flatten(3).permute(0, 3, 1, 2)
        sample = _compiled if features.device.type == "cpu" else resample
        sampled = sample(patch, rows, trust, self.log_fall.exp()).to(patch.dtype)
        return sampled.flatten(2).transpose(1, 2).reshape(b, self.width, h, w)


def resample(patch: Tensor, rows: Tensor, trust: Tensor, fall: Tensor) -> Tensor:
    """[B,N,16,D]: the samples of every cell, each from the candidates in whose pictures it lies.

    patch [B,K,N,16,D]: what each candidate shows; rows [B,N,K,15]: its geometry; trust [B,N,K]; fall: how fast it loses
    its say outside its own cell. The same on every device, by whole-array operations (on the CPU see `warp_kernel`).
    """
    b, k, n, samples, depth = patch.shape
    places, present = sample_places(rows.flatten(0, 1))
    share = _bilinear(places, _say(places, trust.flatten(0, 1), present, fall))
    flat = patch.transpose(1, 2).reshape(b * n, k * samples, depth)
    return (share.to(flat.dtype) @ flat).view(b, n, samples, depth)


def _compiled(patch: Tensor, rows: Tensor, trust: Tensor, fall: Tensor) -> Tensor:
    from .warp_kernel import Resample

    sampled: Tensor = Resample.apply(patch.float(), rows, trust, fall)  # type: ignore[no-untyped-call]
    return sampled


def sample_places(rows: Tensor) -> tuple[Tensor, Tensor]:
    """(where each pixel of each target cell lies in each candidate's picture, [N,16,K,2] in the token's cells from its
    centre, right and down; whether there is one, [N,1,K]) of geometry [N,K,15]."""
    rows = rows.contiguous()
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
