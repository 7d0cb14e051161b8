"""What a good picture is, without any pretrained network."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.previz.warp import SIDE

_SQUARED = 8.0


def picture_loss(made: Tensor, truth: Tensor, weight: Tensor, levels: int = 3) -> Tensor:
    """L1 on colour and on the gradients of `levels` octaves: colour alone is won by blur.

    made, truth: [B,3,H,W]; weight: [B,1,H,W], how much a pixel counts.
    """
    total = _mean((made - truth).abs(), weight)
    for level in range(levels):
        for axis in (-1, -2):
            total = total + _mean((torch.diff(made, dim=axis) - torch.diff(truth, dim=axis)).abs(), _trim(weight, axis))
        if level + 1 < levels:
            made, truth, weight = (F.avg_pool2d(x, 2) for x in (made, truth, weight))
    return total


def reconstruction_loss(made: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """`picture_loss` and the squared error, which is what PSNR counts: the last decibels are few large errors."""
    return picture_loss(made, truth, weight) + _SQUARED * _mean((made - truth).square(), weight)


def texture_loss(made: Tensor, truth: Tensor, weight: Tensor, levels: int = 3) -> Tensor:
    """L1 on the mean gradient magnitude of 8 x 8 windows, for `levels` octaves; shapes as `picture_loss`.

    A pattern that is a pixel off costs a colour loss more than fog does. Here it costs nothing, and fog costs all.
    """
    total = made.new_zeros(())
    for level in range(levels):
        for axis in (-1, -2):
            mine, right = (F.avg_pool2d(torch.diff(x, dim=axis).abs(), 8, 4, 4) for x in (made, truth))
            total = total + _mean((mine - right).abs(), F.avg_pool2d(_trim(weight, axis), 8, 4, 4))
        if level + 1 < levels:
            made, truth, weight = (F.avg_pool2d(x, 2) for x in (made, truth, weight))
    return total


def borrow_loss(made: Tensor, truth: Tensor, lent: Tensor) -> Tensor:
    """What pixels cost that show a pattern from elsewhere: its contrast, and the mean colour of 16 x 16 windows; shapes
    as `picture_loss`, lent [B,1,H,W]."""
    share = F.avg_pool2d(lent, 16, 8, 8)
    colour = (F.avg_pool2d(made * lent, 16, 8, 8) - F.avg_pool2d(truth * lent, 16, 8, 8)).abs()
    return colour.mean(1).sum() / share.sum().clamp_min(1) + 0.5 * texture_loss(made, truth, lent)


def warp_loss(warped: Tensor, truth: Tensor, covered: Tensor) -> Tensor:
    """L1 of the first three features of `warp.PatchWarp` [B,16*D,h,w], as colours, against the true pixels [B,3,4h,4w]
    of `covered` cells [B,1,h,w]: what a token unfolds into is a picture first of all."""
    shown = warped.float().unflatten(1, (SIDE * SIDE, -1))[:, :, :3] + 0.5
    wanted = F.pixel_unshuffle(truth, SIDE).unflatten(1, (3, SIDE * SIDE)).transpose(1, 2)
    return ((shown - wanted).abs().mean((1, 2)) * covered[:, 0]).sum() / covered.sum().clamp_min(1)


def latent_statistics_loss(latents: Tensor) -> Tensor:
    """Pulls every channel's mean to 0 and deviation to 1 over the batch, as the flow's noise expects."""
    mean = latents.mean((0, 2, 3))
    deviation = latents.std((0, 2, 3))
    return (mean**2).mean() + ((deviation - 1) ** 2).mean()


def flow_loss(predicted: Tensor, clean: Tensor, sigma: Tensor) -> Tensor:
    """Squared error of the predicted x0 in units of the velocity (Liu et al., 2022), held finite near sigma 0."""
    return ((predicted - clean) ** 2 / sigma.clamp_min(0.25) ** 2).mean()


def psnr(made: Tensor, truth: Tensor, weight: Tensor | None = None) -> Tensor:
    """[B] dB for pictures [B,3,H,W] in 0..1 under `weight` [B,1,H,W]."""
    error = (made.clamp(0, 1) - truth) ** 2
    weight = torch.ones_like(error[:, :1]) if weight is None else weight
    mean = (error * weight).mean((1, 2, 3)) / weight.mean((1, 2, 3)).clamp_min(1e-6)
    return -10 * torch.log10(mean.clamp_min(1e-10))


def sharpness(made: Tensor, truth: Tensor, weight: Tensor | None = None) -> Tensor:
    """[B] mean gradient magnitude over the truth's: 1 equally sharp, below 1 softer."""
    weight = torch.ones_like(truth[:, :1]) if weight is None else weight

    def strength(x: Tensor) -> Tensor:
        right = (torch.diff(x, dim=-1).abs() * _trim(weight, -1)).mean((1, 2, 3))
        return right + (torch.diff(x, dim=-2).abs() * _trim(weight, -2)).mean((1, 2, 3))

    return strength(made.clamp(0, 1)) / strength(truth).clamp_min(1e-6)


def _mean(error: Tensor, weight: Tensor) -> Tensor:
    return (error * weight).mean() / weight.mean().clamp_min(1e-6)


def _trim(weight: Tensor, axis: int) -> Tensor:
    return weight[..., 1:] if axis == -1 else weight[..., 1:, :]
