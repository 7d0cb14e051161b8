"""A small judge of patches: does this look like a render, or like a blurred one? Used in training only."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

STRIDE = 4


class Discriminator(nn.Module):
    """Pictures [B,3,H,W] in 0..1 to one opinion a patch, [B,1,H/4,W/4] (Isola et al., 2017); each sees 24 pixels.

    Spectral normalisation (Miyato et al., 2018) keeps it from winning outright.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            spectral_norm(nn.Conv2d(3, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(2 * width, 2 * width, 3, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(2 * width, 1, 3, padding=1)),
        )

    def forward(self, rgb: Tensor) -> Tensor:
        return self.layers(rgb * 2 - 1)


def discriminator_loss(real: Tensor, made: Tensor, weight: Tensor) -> Tensor:
    """Hinge loss (Lim and Ye, 2017) of opinions about true and made pictures, the latter under `weight`, of the shape
    of `made`."""
    return F.relu(1 - real).mean() + (F.relu(1 + made) * weight).mean() / weight.mean().clamp_min(1e-6)


def adversarial_loss(made: Tensor, weight: Tensor) -> Tensor:
    """What the opinions [B,1,h,w] of made pictures cost their maker, under `weight` of the same shape."""
    return -(made * weight).mean() / weight.mean().clamp_min(1e-6)
