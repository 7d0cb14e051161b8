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
from ..models.previz.denoiser import Condition, told
from ..models.previz.guide import EDGE
from ..models.previz.model import PrevizModel, look_of
from .autoencoder_step import losses_of
from .cache import SOURCES
from .config import TrainingConfig
from .dataset import Batch
from .losses import (
    borrow_loss,
    flow_loss,
    reconstruction_loss,
    texture_loss,
    warp_loss,
)
from .withheld import withhold

_UNKNOWN = 0.4
"""What a surface counts that memory knows nothing of: there is no telling what it looks like."""


@dataclass(frozen=True)
class Made:
    """What the model made of a batch."""

    reconstructed: Tensor | None
    """[B,3,H,W] the target through the autoencoder alone; None where that is not learning."""
    refined: Tensor
    """[B,3,H,W] the target from memory and greybox."""
    covered: Tensor
    """[B,1,H,W] where memory had seen it."""
    losses: dict[str, Tensor]


def run(
    model: PrevizModel,
    batch: Batch,
    config: TrainingConfig,
    generator: torch.Generator,
    flows: bool = True,
    encoded: tuple[Tensor, Tensor] | None = None,
) -> Made:
    """Losses and pictures of one batch, with the training's noise and dropouts drawn from `generator`; without the
    flow's unless it `flows`. encoded: what `encode` would return, where it is known."""
    with torch.set_grad_enabled(torch.is_grad_enabled() and config.frozen == "nothing"):
        latents, sources = encoded or encode(model, batch)
    condition, covered, borrowed = condition_of(sources, batch, config, generator)
    target = latents.detach().float()
    ones = torch.ones(len(target), device=target.device)
    warped = model.denoiser.resample(condition)
    refined = model.denoiser(torch.zeros_like(target), ones, ones, condition, warped).float()
    fine, lent = (F.interpolate(mask, scale_factor=STRIDE, mode="nearest") for mask in (covered, borrowed))

    frozen = config.frozen == "autoencoder" and torch.is_grad_enabled()
    if frozen:
        reconstructed, losses = None, {}
        painted = model.decoder(refined.to(latents.dtype), batch.pixel_guide).float()
    else:
        reconstructed, painted = _decode(model, latents, refined, batch.pixel_guide, config, generator)
        losses = losses_of(model, latents, reconstructed, batch.target, config, generator)
    losses |= _refine_losses(painted, refined, target, batch, (fine, lent))
    losses["warp"] = warp_loss(warped, batch.target, covered)
    if flows:
        losses["flow"] = 0.2 * _flow(model, target, condition, warped, generator)
    if config.texture > 0:
        blur = texture_loss(painted, batch.target, fine)
        # The decoder would answer fog with a regular hatching that has the right contrast: texture is to come from the
        # latents.
        losses["refine_texture"] = config.texture * (blur if frozen else _through(refined, blur))
    return Made(reconstructed, painted, fine, losses)


def _decode(
    model: PrevizModel,
    latents: Tensor,
    refined: Tensor,
    guide: Tensor,
    config: TrainingConfig,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """[B,3,H,W] each: the target through the autoencoder alone, its guide dropped at times, and what was refined."""
    draws = {"generator": generator, "device": latents.device}
    kept = (torch.rand(len(latents), **draws) >= config.guide_drop).float()[:, None, None, None]
    jitter = config.latent_noise * torch.randn(latents.shape, **draws)
    both = torch.cat([latents + jitter, refined.to(latents.dtype)])
    reconstructed, painted = model.decoder(both, torch.cat([guide * kept, guide])).float().chunk(2)
    return reconstructed, painted


def _refine_losses(
    painted: Tensor, refined: Tensor, target: Tensor, batch: Batch, known: tuple[Tensor, Tensor]
) -> dict[str, Tensor]:
    """known: [B,1,H,W] each, where memory has seen the surface, and where it lends what the material looks like
    elsewhere: there the pattern may lie anywhere, and only its contrast and the colour at large are to be right."""
    seen, lent = known
    unknown = (1 - seen - lent).clamp_min(0)
    # Silhouettes are a sixth of the pixels and a third of the error.
    near_edge = F.max_pool2d(batch.pixel_guide[:, EDGE : EDGE + 1], 7, 1, 3)
    weight = (seen + _UNKNOWN * unknown) * (1 + near_edge) + 1e-4
    cells = F.avg_pool2d(seen + _UNKNOWN * unknown, STRIDE)
    return {
        "refine": reconstruction_loss(painted, batch.target, weight),
        "refine_latents": 0.5 * ((refined - target).abs().mean(1, keepdim=True) * cells).mean(),
        "borrow": borrow_loss(painted, batch.target, lent),
    }


def _through(latents: Tensor, loss: Tensor) -> Tensor:
    """`loss` with its slope at `latents` alone, and not at what made it of them."""
    (slope,) = torch.autograd.grad(loss, latents, retain_graph=True)
    return loss.detach() + ((latents - latents.detach()) * slope).sum()


def _flow(
    model: PrevizModel, target: Tensor, condition: Condition, warped: Tensor, generator: torch.Generator
) -> Tensor:
    noise = torch.randn(target.shape, generator=generator, device=target.device)
    # Half of the noise levels near 1, where few-step sampling spends its steps.
    sigma = torch.rand(len(target), generator=generator, device=target.device).sqrt()
    noisy = mix(target, noise, sigma[:, None, None, None])
    flowed = model.denoiser(noisy, sigma, torch.zeros_like(sigma), condition, warped).float()
    return flow_loss(flowed, target, sigma[:, None, None, None])


def encode(model: PrevizModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Latents of the targets [B,C,h,w] and of the sources [B*S,C,h',w'], zero for a missing source."""
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
) -> tuple[Condition, Tensor, Tensor]:
    """The denoiser's condition, with part of the memory dropped, and the cells [B,1,h,w] each that are still covered,
    and that borrow.

    sources: [B*S,C,h',w'] as `encode` makes them.
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
    said = (torch.rand(batch.words.shape, **draws) < 0.5).float()
    condition = Condition(
        features=features,
        geometry=told(batch.geometry, batch.borrowed, 2) * present[:, :, None],
        guide=batch.cell_guide,
        palette=palettes(rows.float(), valid, batch).unflatten(-1, (h, w)),
        look=look_of(rows.float(), valid),
        words=batch.words * said,
    )
    return withhold(condition, config), batch.covered * kept, batch.borrowed * kept


def palettes(rows: Tensor, valid: Tensor, batch: Batch) -> Tensor:
    """[B,C+1,N] as `palette_of` for every target cell, from latents rows [B,S*N',C] that are `valid` [B,S*N'].

    Products with ones and zeros, and no counting of what is there: a device need not be waited for.
    """
    ids = torch.arange(batch.materials, device=rows.device)
    of_source = ((batch.source_material[..., None] == ids) * valid[..., None]).float()
    of_target = (batch.material[..., None] == ids).float()
    with torch.autocast(rows.device.type, enabled=False):
        sums = of_source.transpose(1, 2) @ torch.cat([rows, torch.ones_like(rows[..., :1])], 2)
        means = torch.cat([sums[..., :-1] / sums[..., -1:].clamp_min(1), (sums[..., -1:] > 0).float()], 2)
        return (of_target @ means).transpose(1, 2)


def without_dropout(config: TrainingConfig) -> TrainingConfig:
    """The same run with memory whole, latents clean and nothing to learn from: how it is evaluated."""
    return replace(
        config, memory_drop=0.0, patch_drop=0.0, guide_drop=0.0, latent_noise=0.0, texture=0.0, equivariance=0.0
    )


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
