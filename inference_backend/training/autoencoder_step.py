"""What the autoencoder is to be: true to pictures, near unit variance, and its latents free to be resampled."""

from __future__ import annotations

import torch
from torch import Tensor

from ..models.previz.autoencoder import STRIDE
from ..models.previz.guide import PIXEL_CHANNELS
from ..models.previz.model import PrevizModel
from .config import RunConfig
from .equivariance import moved, random_moves
from .losses import latent_statistics_loss, picture_loss, reconstruction_loss, texture_loss


def autoencoder_losses(
    model: PrevizModel, rgb: Tensor, guide: Tensor, config: RunConfig, generator: torch.Generator
) -> dict[str, Tensor]:
    """Losses of pictures rgb [B,3,H,W] with guide [B,9,H,W], part of which is dropped."""
    b = len(rgb)
    latents = model.encoder(rgb.contiguous(memory_format=torch.channels_last))
    draws = {"generator": generator, "device": rgb.device}
    kept = (torch.rand(b, **draws) >= config.guide_drop).float()[:, None, None, None]
    noise = config.latent_noise * torch.randn(latents.shape, **draws)
    made = model.decoder(latents + noise, guide * kept).float()
    return losses_of(model, latents, made, rgb, config, generator)


def losses_of(
    model: PrevizModel, latents: Tensor, made: Tensor, rgb: Tensor, config: RunConfig, generator: torch.Generator
) -> dict[str, Tensor]:
    """What it costs that pictures rgb [B,3,H,W] were encoded as `latents` [B,C,h,w] and decoded as `made`."""
    ones = torch.ones_like(rgb[:, :1])
    losses = {
        "autoencoder": reconstruction_loss(made, rgb, ones),
        "statistics": 0.05 * latent_statistics_loss(latents.float()),
    }
    if config.texture > 0:
        losses["texture"] = config.texture * texture_loss(made, rgb, ones)
    if config.equivariance > 0:
        losses["equivariance"] = config.equivariance * equivariance_loss(model, latents, rgb, generator)
    return losses


def equivariance_loss(model: PrevizModel, latents: Tensor, rgb: Tensor, generator: torch.Generator) -> Tensor:
    """What moved latents decode to, without a guide, against the picture moved alike."""
    move, side = random_moves(len(rgb), *latents.shape[2:], STRIDE, generator)
    with torch.autocast(rgb.device.type, enabled=False):
        truth, turned = moved(rgb, move, side, STRIDE), moved(latents.float(), move, side)
    plain = rgb.new_zeros(len(rgb), PIXEL_CHANNELS, STRIDE * side, STRIDE * side)
    return picture_loss(model.decoder(turned, plain).float(), truth, torch.ones_like(truth[:, :1]))
