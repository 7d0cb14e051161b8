"""Tokens of other shapes, for ablation: the previz autoencoder with latents of 4 x 4 pixels, of 8 x 8, or of both.

The two networks are previz's own but for what makes latents of features and features of latents, so that a comparison
is one of tokens. A cell here is 8 x 8 pixels, whatever lies in it.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..models.previz.model import PrevizModel
from .equivariance import Move, moved

CELL = 8
FINE, COARSE = 4, 8
"""The two strides: pixels on a side of a token."""


class LevelAutoencoder(nn.Module):
    """Pictures through `fine` channels for each 4 x 4 pixels and `coarse` channels for each 8 x 8, and back. float16
    latents of a cell take 2 * (4 * fine + coarse) bytes."""

    def __init__(self, fine: int, coarse: int, given: PrevizModel) -> None:
        """given: what all of it but the latents begins as."""
        super().__init__()
        self.sizes = (4 * fine, coarse)
        encoder, decoder = copy.deepcopy(given.encoder), copy.deepcopy(given.decoder)
        head = encoder.body[-1]
        width = head.in_channels
        self.trunk = encoder.body[:-1]
        self.to_fine = nn.Conv2d(width, fine, 3, padding=1) if fine else None
        self.to_coarse = nn.Conv2d(width, coarse, 4, stride=2, padding=1) if coarse else None
        decoder.enter = _Enter(fine, coarse, width)
        self.decoder = decoder

    def encode(self, rgb: Tensor) -> Tensor:
        """[B,3,H,W] in 0..1 -> [B,4*fine+coarse,H/8,W/8]: the latents of every cell, the fine ones first."""
        features = self.trunk(rgb * 2 - 1)
        parts = []
        if self.to_fine is not None:
            parts.append(F.pixel_unshuffle(self.to_fine(features), CELL // FINE))
        if self.to_coarse is not None:
            parts.append(self.to_coarse(features))
        return 4 * torch.tanh(torch.cat(parts, 1) / 4)

    def resample(self, latents: Tensor, move: Move, side: int) -> Tensor:
        """[B,4*fine+coarse,side,side] windows, each level on its own grid."""
        fine, coarse = latents.split(self.sizes, 1)
        scale = CELL // FINE
        parts = []
        if self.sizes[0]:
            parts.append(F.pixel_unshuffle(moved(F.pixel_shuffle(fine, scale), move, side, scale), scale))
        if self.sizes[1]:
            parts.append(moved(coarse, move, side))
        return torch.cat(parts, 1)


class _Enter(nn.Module):
    """Latents of cells to the decoder's features [B,width,H/4,W/4]."""

    def __init__(self, fine: int, coarse: int, width: int) -> None:
        super().__init__()
        self.sizes = (4 * fine, coarse)
        self.of_fine = nn.Conv2d(fine, width, 3, padding=1) if fine else None
        self.of_coarse = nn.Conv2d(coarse, 4 * width, 3, padding=1) if coarse else None

    def forward(self, latents: Tensor) -> Tensor:
        fine, coarse = latents.split(self.sizes, 1)
        parts = []
        if self.of_fine is not None:
            parts.append(self.of_fine(F.pixel_shuffle(fine, CELL // FINE)))
        if self.of_coarse is not None:
            parts.append(F.pixel_shuffle(self.of_coarse(coarse), CELL // FINE))
        return sum(parts[1:], parts[0])
