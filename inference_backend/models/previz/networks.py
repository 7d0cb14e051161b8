"""Blocks that both networks are made of. No normalisation layers: blocks start as the identity instead, which keeps
inference to convolutions (Zhang et al., Fixup, 2019)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, optionally scaled and shifted by a condition vector (FiLM)."""

    def __init__(self, channels: int, condition: int = 0) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)
        self.film = nn.Linear(condition, 2 * channels) if condition else None
        if self.film is not None:
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """x [B,C,h,w]; condition [B,D]."""
        hidden = self.first(F.leaky_relu(x, 0.1))
        if self.film is not None and condition is not None:
            scale, shift = self.film(condition)[:, :, None, None].chunk(2, 1)
            hidden = hidden * (1 + scale) + shift
        return x + self.second(F.leaky_relu(hidden, 0.1))


def zero_conv(inputs: int, outputs: int, kernel: int = 1) -> nn.Conv2d:
    """A convolution that starts by adding nothing (Zhang et al., ControlNet, 2023)."""
    conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
    nn.init.zeros_(conv.weight)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    return conv
