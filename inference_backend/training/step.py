"""One training sample through the whole engine: encode, gather, denoise, decode.

Encoder, denoiser and decoder learn together through the read-out, so that tokens learn to survive being seen from
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ..diffusion.flow import mix
from ..models.previz.autoencoder import CHANNELS, STRIDE
from ..models.previz.denoiser import Condition
from ..models.previz.model import PrevizModel, look_of, palette_of
from .cache import SOURCES
from .config import TrainingConfig
from .dataset import Batch
from .losses import flow_loss, latent_statistics_loss, picture_loss, texture_loss


@dataclass(frozen=True)
class Made:
    """What the model made of a batch."""

    reconstructed: Tensor
    """[B,3,H,W] the target through the autoencoder alone."""
    refined: Tensor
    """[B,3,H,W] the target from memory and greybox."""
    covered: Tensor
    """[B,1,H,W] where memory had seen it."""
    losses: dict[str, Tensor]


def run(
    model: PrevizModel, batch: Batch, config: TrainingConfig, generator: torch.Generator, flows: bool = True
) -> Made:
    """Losses and pictures of one batch, with the training's noise and dropouts drawn from `generator`; without the
    flow's unless it `flows`."""
    with torch.set_grad_enabled(torch.is_grad_enabled() and not config.freeze_encoder):
        latents, sources = encode(model, batch)
    condition, covered = condition_of(sources, batch, config, generator)
    b = len(latents)
    target = latents.detach().float()

    ones = torch.ones(b, device=target.device)
    refined = model.denoiser(torch.zeros_like(target), ones, ones, condition).float()
    guide = batch.pixel_guide
    draws = {"generator": generator, "device": target.device}
    dropped = (torch.rand(b, **draws) >= config.guide_drop).float()[:, None, None, None]
    jitter = config.latent_noise * torch.randn(latents.shape, **draws)
    both = torch.cat([latents + jitter, refined.to(latents.dtype)])
    reconstructed, painted = model.decoder(both, torch.cat([guide * dropped, guide])).float().chunk(2)

    fine = F.interpolate(covered, scale_factor=STRIDE, mode="nearest")
    losses = {
        "autoencoder": picture_loss(reconstructed, batch.target, torch.ones_like(fine)),
        "refine": picture_loss(painted, batch.target, 0.1 + 0.9 * fine),
        "refine_latents": 0.5 * (refined - target).abs().mean(),
        "statistics": 0.05 * latent_statistics_loss(latents.float()),
    }
    if flows:
        losses["flow"] = 0.2 * _flow(model, target, condition, generator)
    if config.texture > 0:
        losses["texture"] = config.texture * texture_loss(reconstructed, batch.target, torch.ones_like(fine))
        blur = texture_loss(painted, batch.target, fine)
        # The decoder would answer fog with a regular hatching that has the right contrast: texture is to come from the
        # latents.
        losses["refine_texture"] = config.texture * _through(refined, blur)
    return Made(reconstructed, painted, fine, losses)


def _through(latents: Tensor, loss: Tensor) -> Tensor:
    """`loss` with its slope at `latents` alone, and not at what made it of them."""
    (slope,) = torch.autograd.grad(loss, latents, retain_graph=True)
    return loss.detach() + ((latents - latents.detach()) * slope).sum()


def _flow(model: PrevizModel, target: Tensor, condition: Condition, generator: torch.Generator) -> Tensor:
    noise = torch.randn(target.shape, generator=generator, device=target.device)
    # Half of the noise levels near 1, where few-step sampling spends its steps.
    sigma = torch.rand(len(target), generator=generator, device=target.device).sqrt()
    noisy = mix(target, noise, sigma[:, None, None, None])
    flowed = model.denoiser(noisy, sigma, torch.zeros_like(sigma), condition).float()
    return flow_loss(flowed, target, sigma[:, None, None, None])


def encode(model: PrevizModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Latents of the targets [B,8,h,w] and of the sources [B*S,8,h',w'], zero for a missing source."""
    b = len(batch.target)
    there = (batch.source_material.unflatten(1, (SOURCES, -1))[:, :, 0] >= 0).flatten()
    seen = batch.sources.flatten(0, 1)[there]
    if seen.shape[-2:] == batch.target.shape[-2:]:
        latents, seen = model.encoder(torch.cat([batch.target, seen])).split([b, len(seen)])
    else:
        latents, seen = model.encoder(batch.target), model.encoder(seen)
    sources = seen.new_zeros(len(there), *seen.shape[1:])
    return latents, sources.index_put((torch.nonzero(there)[:, 0],), seen)


def condition_of(
    sources: Tensor, batch: Batch, config: TrainingConfig, generator: torch.Generator
) -> tuple[Condition, Tensor]:
    """The denoiser's condition, with part of the memory dropped, and the cells [B,1,h,w] that are still covered.

    sources: [B*S,8,h',w'] as `encode` makes them.
    """
    b, _, h, w = batch.cell_guide.shape
    draws = {"generator": generator, "device": sources.device}
    sources = sources + config.latent_noise * torch.randn(sources.shape, **draws)
    # [B, S*N', C]: the rows that `batch.token` points at.
    rows = sources.flatten(2).unflatten(0, (b, -1)).transpose(2, 3).flatten(1, 2)
    kept = _keep(b, h, w, config, generator)
    present = (batch.token >= 0).unflatten(-1, (h, w)) & (kept[:, None, 0] > 0.5)
    picked = batch.token.clamp_min(0).flatten(1)[..., None].expand(-1, -1, CHANNELS)
    features = rows.gather(1, picked).view(b, -1, h, w, CHANNELS).movedim(-1, 2) * present[:, :, None]

    remembers = (kept.flatten(1).amax(1) > 0.5).float()
    valid = (batch.source_material >= 0).float() * remembers[:, None]
    palette = [
        palette_of(rows[i][valid[i] > 0.5].float(), batch.source_material[i][valid[i] > 0.5], batch.material[i])
        for i in range(b)
    ]
    said = (torch.rand(batch.words.shape, **draws) < 0.5).float()
    condition = Condition(
        features=features,
        geometry=batch.geometry * present[:, :, None],
        guide=batch.cell_guide,
        palette=torch.stack(palette).transpose(1, 2).view(b, CHANNELS + 1, h, w),
        look=look_of(rows.float(), valid),
        words=batch.words * said,
    )
    return condition, batch.covered * kept


def without_dropout(config: TrainingConfig) -> TrainingConfig:
    """The same run with memory whole, latents clean and nothing to learn from: how it is evaluated."""
    return replace(config, memory_drop=0.0, patch_drop=0.0, guide_drop=0.0, latent_noise=0.0, texture=0.0)


def _keep(b: int, h: int, w: int, config: TrainingConfig, generator: torch.Generator) -> Tensor:
    """[B,1,h,w] 0 where memory is to be forgotten: all of it, or a rectangle."""
    device = generator.device
    # Drawn on the device and never asked for: a number from there would make the step wait.
    whole, patch, top, left, tall, wide = torch.rand(6, b, 1, 1, 1, generator=generator, device=device)
    rows, columns = ((0.2 + 0.6 * tall) * h).floor(), ((0.2 + 0.6 * wide) * w).floor()
    y, x = (top * (h - rows)).floor(), (left * (w - columns)).floor()
    down, right = torch.arange(h, device=device)[:, None], torch.arange(w, device=device)
    inside = (down >= y) & (down < y + rows) & (right >= x) & (right < x + columns)
    forgotten = (whole < config.memory_drop) | ((patch < config.patch_drop) & inside)
    return (~forgotten).float()
