"""Figures and pictures on held-out sets: seeds that training never draws."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..diffusion.flow import mix, pinned, sample_euler, schedule
from ..models.previz.autoencoder import CHANNELS, STRIDE
from ..models.previz.denoiser import START_SIGMA, Condition
from ..models.previz.model import PrevizModel
from .config import TrainingConfig
from .dataset import Batch, CachedSets, collate, load
from .losses import psnr, sharpness
from .step import Made, condition_of, encode, run, without_dropout

STEPS = 4


def evaluate(model: PrevizModel, sets: CachedSets, config: TrainingConfig, most: int = 12) -> dict[str, float]:
    """Means over held-out sets: PSNR of the autoencoder, of seen and never-seen surfaces (sampled, and as refined) with
    the sharpness ratio beside, and of the seen surfaces when the view itself is in memory."""
    found: dict[str, list[float]] = {}
    for path in sets.paths[:most]:
        for history in (1, 2):
            batch = collate([load(path, 1, history, np.random.default_rng(0))], config.device)
            made, sampled = _make(model, batch, config)
            unseen = 1 - made.covered
            name = "seen" if history == 1 else "revisit"
            _add(found, name, made.refined, batch.target, made.covered)
            if history == 1:
                _add(found, "autoencoder", made.reconstructed, batch.target, torch.ones_like(unseen))
                _add(found, "unseen", sampled, batch.target, unseen)
                _add(found, "unseen_refined", made.refined, batch.target, unseen)
    return {name: float(np.mean(values)) for name, values in found.items()}


def sample_sheet(model: PrevizModel, sets: CachedSets, config: TrainingConfig, rows: int = 6) -> Image.Image:
    """One row a set: a source, the autoencoder, what is covered, refined, sampled where unseen, the truth."""
    lines = []
    for path in sets.paths[:rows]:
        batch = collate([load(path, 1, 0, np.random.default_rng(0))], config.device)
        made, sampled = _make(model, batch, config)
        mask = made.covered.expand(-1, 3, -1, -1)
        row = [batch.sources[:, 0], made.reconstructed, batch.target * mask, made.refined, sampled, batch.target]
        lines.append(torch.cat([picture[0].clamp(0, 1) for picture in row], 2))
    sheet = (torch.cat(lines, 1).cpu().permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return Image.fromarray(sheet)


def _make(model: PrevizModel, batch: Batch, config: TrainingConfig) -> tuple[Made, Tensor]:
    """What the model makes of a batch without dropout, and the same with unseen cells sampled in a few steps."""
    whole = without_dropout(config)
    device = torch.device(config.device)
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
        generator = torch.Generator(device).manual_seed(0)
        made = run(model, batch, whole, generator, flows=False)
        condition, covered, borrowed = condition_of(encode(model, batch)[1], batch, whole, generator)
        condition = _without_words(condition)
        b, _, h, w = batch.cell_guide.shape
        zeros, ones = torch.zeros(b, CHANNELS, h, w, device=device), torch.ones(b, device=device)
        warped = model.denoiser.resample(condition)
        known = model.denoiser(zeros, ones, ones, condition, warped).float()
        noise = torch.randn(zeros.shape, generator=generator, device=device)

        def predict(noisy: Tensor, sigma: float) -> Tensor:
            return model.denoiser(noisy, sigma * ones, 0 * ones, condition, warped).float()

        start = mix(known, noise, torch.tensor(START_SIGMA))
        pin = pinned(known, covered + borrowed, noise)
        latents = sample_euler(predict, start, schedule(STEPS, START_SIGMA), pin)
        sampled = model.decoder(latents, batch.pixel_guide).float()
    return made, sampled


def _without_words(condition: Condition) -> Condition:
    values = {field.name: getattr(condition, field.name) for field in fields(condition)}
    return Condition(**{**values, "words": torch.zeros_like(condition.words)})


def _add(found: dict[str, list[float]], name: str, made: Tensor, truth: Tensor, weight: Tensor) -> None:
    if float(weight.mean()) < 0.02:
        return
    # The cell beside an edge of the mask decodes with its neighbour: leave it out of both sides.
    inner = -F.max_pool2d(-weight, 2 * STRIDE + 1, 1, STRIDE)
    if float(inner.mean()) < 0.01:
        return
    found.setdefault(f"{name}_psnr", []).append(float(psnr(made, truth, inner)))
    found.setdefault(f"{name}_sharpness", []).append(float(sharpness(made, truth, inner)))
