"""The autoencoder: 4x4 pixels a cell, 12 channels, every frame on its own.

The decoder also sees the full-resolution G-buffer, so that silhouettes are sharp to the pixel; trained with that guide
dropped at times, it decodes plain pictures too (guide of zeros).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .guide import PIXEL_CHANNELS
from .networks import ResidualBlock, zero_conv

CHANNELS = 12
STRIDE = 4


class Encoder(nn.Module):
    def __init__(self, width: int = 96, blocks: int = 3) -> None:
        super().__init__()
        half = width // 2
        self.body = nn.Sequential(
            nn.Conv2d(3, half, 4, stride=2, padding=1),
            ResidualBlock(half),
            nn.Conv2d(half, width, 4, stride=2, padding=1),
            *(ResidualBlock(width) for _ in range(blocks)),
            nn.LeakyReLU(0.1),
            nn.Conv2d(width, CHANNELS, 3, padding=1),
        )

    def forward(self, rgb: Tensor) -> Tensor:
        """[B,3,H,W] in 0..1 -> [B,12,H/4,W/4], each within -4..4 and near unit variance by training."""
        return 4 * torch.tanh(self.body(rgb * 2 - 1) / 4)


class Decoder(nn.Module):
    """Most of the work is done a cell, the least a pixel: that is what it costs on a processor."""

    def __init__(self, width: int = 96, blocks: int = 3) -> None:
        super().__init__()
        half, full = width // 3, width // 6
        self.enter = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.guides = nn.ModuleList(
            [
                zero_conv(PIXEL_CHANNELS * 16, width),
                zero_conv(PIXEL_CHANNELS * 4, half),
                zero_conv(PIXEL_CHANNELS, full, 3),
            ]
        )
        self.coarse = nn.Sequential(*(ResidualBlock(width) for _ in range(blocks)))
        self.to_half = nn.Conv2d(width, half * 4, 3, padding=1)
        self.middle = nn.Sequential(ResidualBlock(half), ResidualBlock(half))
        self.to_full = nn.Conv2d(half, full * 4, 3, padding=1)
        self.leave = nn.Conv2d(full, 3, 3, padding=1)

    def forward(self, latents: Tensor, guide: Tensor) -> Tensor:
        """latents [B,C,h,w], guide [B,9,4h,4w] (zeros: none) -> rgb [B,3,4h,4w], 0..1 up to overshoot."""
        x = self.enter(latents) + self.guides[0](F.pixel_unshuffle(guide, 4))
        x = F.pixel_shuffle(self.to_half(self.coarse(x)), 2) + self.guides[1](F.pixel_unshuffle(guide, 2))
        x = F.pixel_shuffle(self.to_full(self.middle(x)), 2) + self.guides[2](guide)
        return self.leave(F.leaky_relu(x, 0.1)) + 0.5
