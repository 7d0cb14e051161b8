"""Latents that may be resampled (EQ-VAE: Kouzelis et al., 2025): turned, mirrored, scaled or shifted, they decode to
the picture that was turned, mirrored, scaled or shifted.

Memory does just that to tokens: a camera that moved reads them between cells, turned and at another size. Resampling is
two small matrices, one an axis, so that latents and picture are resampled alike to a fraction of a cell, on any device,
and to the same bits every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Move:
    """What is done to each of B pictures."""

    start: Tensor
    """[B,2] cells from the top left corner (down, right) at which the window begins; a whole number of pixels where
    `step` is 1."""
    step: Tensor
    """[B] cells of the picture that go into one of the window: 1 keeps the size, 2 halves it."""
    turns: list[int]
    """Quarter turns, each."""
    mirrored: list[bool]


def random_moves(count: int, height: int, width: int, stride: int, generator: torch.Generator) -> tuple[Move, int]:
    """Moves for `count` pictures of height x width cells, and the side in cells of their square windows, which hold a
    quarter of the smaller side's square. A third keep the size; the rest shrink to as little as a half."""
    side = max(1, min(height, width) // 2)
    drawn = torch.rand(count, 6, generator=generator, device=generator.device).cpu()
    step = torch.where(drawn[:, 0] < 1 / 3, torch.ones(count), 1 / (0.5 + 0.5 * drawn[:, 1]))
    room = torch.tensor([height, width]) - side * step[:, None]
    # Whole pixels: then what is not scaled is compared with the picture's own pixels, not with a blur of them.
    start = (drawn[:, 2:4] * (room * stride + 1)).floor().clamp(max=room * stride).clamp_min(0) / stride
    turns = [int(value) for value in 4 * drawn[:, 4]]
    return Move(start, step, turns, [bool(value > 0.5) for value in drawn[:, 5]]), side


def moved(x: Tensor, move: Move, side: int, scale: int = 1) -> Tensor:
    """Windows [B,C,side*scale,side*scale] of x [B,C,h,w], which has `scale` samples a cell on either axis."""
    rows, columns = (
        weights(x.shape[2 + axis], side * scale, move.start[:, axis] * scale, move.step).to(x.device, x.dtype)
        for axis in (0, 1)
    )
    windows = torch.matmul(torch.matmul(rows[:, None], x), columns[:, None].transpose(2, 3))
    return torch.stack([_posed(*each) for each in zip(windows, move.turns, move.mirrored, strict=True)])


def weights(inputs: int, outputs: int, start: Tensor, step: Tensor) -> Tensor:
    """[B,outputs,inputs] rows of weights, each of sum 1: linear interpolation, averaged over a window that grows from
    nothing with the step, so that what shrinks is not aliased, what is only shifted is interpolated linearly, and
    nothing wanders. start, step: [B] in input samples."""
    centres = start[:, None] + (torch.arange(outputs) + 0.5) * step[:, None] - 0.5
    apart = centres[:, :, None] - torch.arange(inputs)
    window = (step**2 - 1).clamp_min(0).sqrt()[:, None, None]
    tent = (1 - apart.abs()).clamp_min(0)
    averaged = (_below_tent(apart + window / 2) - _below_tent(apart - window / 2)) / window.clamp_min(1e-3)
    row = torch.where(window < 1e-3, tent, averaged)
    return row / row.sum(2, keepdim=True)


def _below_tent(x: Tensor) -> Tensor:
    """The tent's integral up to x."""
    return torch.where(x < 0, (1 + x).clamp_min(0) ** 2 / 2, 1 - (1 - x).clamp_min(0) ** 2 / 2)


def _posed(x: Tensor, turns: int, mirrored: bool) -> Tensor:
    turned = torch.rot90(x, turns, (1, 2))
    return turned.flip(2) if mirrored else turned
