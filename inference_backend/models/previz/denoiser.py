"""The denoiser: what memory gathered for each cell, and the greybox, to clean latents.

One network in two modes. *Refine* (no noise in, sigma 1): the deterministic best guess, for surfaces that memory knows.
*Flow* (rectified flow, Liu et al. 2022; x_sigma = (1 - sigma) x0 + sigma noise): a sample, for those nobody has seen.
Either way it predicts x0.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...memory.read import CONFIDENCE, GEOMETRY, PRESENT
from .autoencoder import CHANNELS
from .guide import CELL_CHANNELS
from .networks import ResidualBlock, zero_conv
from .vocabulary import WORDS
from .warp import PatchWarp

LOOK = 2 * CHANNELS + 1
PALETTE = CHANNELS + 1
START_SIGMA = 0.45
"""Sampling begins at the refined guess with this much noise (Meng et al., SDEdit, 2021), not at pure noise: four steps
of a network this small make blotches of the latter, and the guess already has the material's colour right."""
KNOWN = 0.8
"""The least confidence that the network is told of a surface that memory knows."""
_CANDIDATE = 32
_CONDITION = 96
_NEARNESS = 3.0


@dataclass(frozen=True)
class Condition:
    """Everything the denoiser knows of B frames but the noisy latents."""

    features: Tensor
    """[B,K,C,h,w] gathered candidates, zero where absent."""
    geometry: Tensor
    """[B,K,15,h,w] as `memory.read.ReadOut.geometry`."""
    guide: Tensor
    """[B,14,h,w] cell guide."""
    palette: Tensor
    """[B,C+1,h,w] mean latents of the cell's material elsewhere in memory, and 1 where there are any."""
    look: Tensor
    """[B,2C+1] mean and deviation of the seed views' latents, and 1 where there are any."""
    words: Tensor
    """[B,W] prompt vocabulary, 1 where the word is said."""


class Denoiser(nn.Module):
    def __init__(self, width: int = 64, deeper: tuple[int, int] = (96, 128)) -> None:
        super().__init__()
        middle, deep = deeper
        self.candidate = nn.Sequential(
            nn.Conv2d(CHANNELS + GEOMETRY, _CANDIDATE, 1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(_CANDIDATE, _CANDIDATE + 1, 1),
        )
        self.condition = nn.Sequential(
            nn.Linear(16 + 1 + LOOK + len(WORDS), _CONDITION), nn.SiLU(), nn.Linear(_CONDITION, _CONDITION), nn.SiLU()
        )
        inputs = _CANDIDATE + CHANNELS + 1 + CELL_CHANNELS + PALETTE + CHANNELS
        self.enter = nn.Conv2d(inputs, width, 3, padding=1)
        self.warp = PatchWarp(CHANNELS)
        self.warp_enter = nn.Conv2d(self.warp.width, width, 3, padding=1)
        self.warp_leave = zero_conv(self.warp.width, CHANNELS, 3)
        self.down = nn.ModuleList([_blocks(width, 1), _blocks(middle, 1), _blocks(deep, 2)])
        self.shrink = nn.ModuleList(
            [nn.Conv2d(width, middle, 2, stride=2), nn.Conv2d(middle, deep, 2, stride=2)],
        )
        self.grow = nn.ModuleList([nn.Conv2d(middle, width * 4, 1), nn.Conv2d(deep, middle * 4, 1)])
        self.up = nn.ModuleList([_blocks(width, 2), _blocks(middle, 2)])
        self.leave = nn.Conv2d(width, CHANNELS, 3, padding=1)

    def resample(self, condition: Condition) -> Tensor:
        """[B,16*D,h,w] the candidates pixel by pixel, see `warp`: the same for all steps of a frame."""
        warped: Tensor = self.warp(condition.features, condition.geometry)
        return warped

    def forward(
        self, noisy: Tensor, sigma: Tensor, refine: Tensor, condition: Condition, warped: Tensor | None = None
    ) -> Tensor:
        """Clean latents [B,C,h,w]. noisy [B,C,h,w]; sigma [B] in 0..1; refine [B] 1 for the refine mode, where noisy
        is zero and sigma 1; warped: of `resample`, where it is known. h and w may be anything."""
        pooled, pinned = self._pool(condition)
        code = self.condition(torch.cat([_fourier(sigma), refine[:, None], condition.look, condition.words], 1))
        inputs = torch.cat([pooled, pinned, condition.guide, condition.palette, noisy], 1)
        h, w = inputs.shape[-2:]
        edge = (0, -w % 4, 0, -h % 4)
        inputs = F.pad(inputs, edge, mode="replicate")
        warped = F.pad(self.resample(condition) if warped is None else warped, edge, mode="replicate")
        x0 = self.enter(inputs) + self.warp_enter(warped)
        x0 = _run(self.down[0], x0, code)
        x1 = _run(self.down[1], self.shrink[0](x0), code)
        x2 = _run(self.down[2], self.shrink[1](x1), code)
        x1 = _run(self.up[1], x1 + F.pixel_shuffle(self.grow[1](x2), 2), code)
        x0 = _run(self.up[0], x0 + F.pixel_shuffle(self.grow[0](x1), 2), code)
        # The pooled candidate is nearly the answer; the network adds what warping lost.
        out = (self.leave(F.leaky_relu(x0, 0.1)) + self.warp_leave(warped))[..., :h, :w] + pinned[:, :CHANNELS]
        exact = _exactness(condition.geometry[:, 0]) * refine[:, None, None, None]
        return torch.lerp(out.float(), condition.features[:, 0].float(), exact)

    def _pool(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """Softmax over candidates: hidden [B,32,h,w], and pooled latents with a presence flag [B,C+1,h,w]."""
        b, k, _, h, w = condition.features.shape
        each = torch.cat([condition.features, condition.geometry], 2).flatten(0, 1)
        hidden, score = self.candidate(each).split([_CANDIDATE, 1], 1)
        present = condition.geometry[:, :, PRESENT : PRESENT + 1]
        # Nearest first even before any training: the distance is part of the score, in steps of the coarser of token
        # and cell, so that a surface seen from nearer than before blends its tokens instead of showing them as tiles.
        step = torch.exp2(condition.geometry[:, :, 2:3].float()).clamp_min(1)
        distance = condition.geometry[:, :, :2].float() / step
        near = -_NEARNESS * distance.square().sum(2, keepdim=True)
        score = score.view(b, k, 1, h, w).float() + near.float()
        weight = torch.softmax(score.masked_fill(present < 0.5, -1e4), 1) * present
        pooled = (hidden.view(b, k, _CANDIDATE, h, w) * weight).sum(1)
        latents = (condition.features * weight).sum(1)
        return pooled, torch.cat([latents, present.amax(1)], 1)


def told(geometry: Tensor, borrowed: Tensor, axis: int) -> Tensor:
    """Geometry, with its numbers along `axis`, as the network is told it: what is known is known, whoever painted it,
    and only what is `borrowed` (broadcast against the others) is in doubt. Else a surface that was generated, whose
    tokens are worth less than a picture's, would be painted anew each time it is seen."""
    confidence = geometry.select(axis, CONFIDENCE)
    present = geometry.select(axis, PRESENT)
    sure = torch.where(borrowed > 0.5, confidence, confidence.clamp_min(KNOWN) * present)
    place = torch.tensor([CONFIDENCE], device=geometry.device)
    return geometry.index_copy(axis, place, sure.unsqueeze(axis).to(geometry.dtype))


def _exactness(geometry: Tensor) -> Tensor:
    """[B,1,h,w] 1 where a cell meets its token as it was written (same place, size, roll and view), fading to 0 within
    a tenth of a cell: such a token is the answer, and no network makes it better."""
    right, down, scale, view, roll = (geometry[:, i : i + 1].float() for i in range(5))
    apart = right**2 + down**2 + scale**2 + roll**2 + 2 * (1 - view)
    return torch.exp(-apart / 0.01) * geometry[:, PRESENT : PRESENT + 1].float()


def _blocks(channels: int, count: int) -> nn.ModuleList:
    return nn.ModuleList([ResidualBlock(channels, _CONDITION) for _ in range(count)])


def _run(blocks: nn.Module, x: Tensor, code: Tensor) -> Tensor:
    for block in blocks.children():
        x = block(x, code)
    return x


def _fourier(sigma: Tensor) -> Tensor:
    """[B,16]."""
    angles = sigma[:, None] * torch.exp2(torch.arange(8, device=sigma.device, dtype=sigma.dtype)) * torch.pi / 2
    return torch.cat([torch.sin(angles), torch.cos(angles)], 1)
