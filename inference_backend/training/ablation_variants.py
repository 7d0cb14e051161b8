"""The two kinds of run that are compared: autoencoders with tokens of any shape, and denoisers over one autoencoder."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..models.previz.guide import PIXEL_CHANNELS
from ..models.previz.model import PrevizModel
from .autoencoder_loop import AutoencoderTask
from .config import AutoencoderConfig, TrainingConfig
from .dataset import CachedSets, ready
from .denoiser_loop import DenoiserTask
from .equivariance import moved, random_moves
from .evaluate import evaluate
from .evaluate_autoencoder import views
from .frozen_latents import FrozenLatents
from .levels import CELL, LevelAutoencoder
from .loop import adam, average, descend, learning
from .losses import latent_statistics_loss, picture_loss, psnr, reconstruction_loss, sharpness, texture_loss
from .step import run


class AutoencoderVariant:
    """An autoencoder whose `tokens` are so many channels for 4 x 4 pixels, and so many for 8 x 8. It begins with what
    the one of `given` knows of pictures, but with latents of its own."""

    def __init__(
        self, name: str, group: str, config: AutoencoderConfig, tokens: tuple[int, int], given: PrevizModel
    ) -> None:
        self.name, self.group, self.steps = name, group, 0
        self._config = config
        self._task = AutoencoderTask(config)
        self._held_out = CachedSets(Path(config.sets), held_out=True)
        torch.manual_seed(config.seed)
        self._model = LevelAutoencoder(*tokens, given).to(memory_format=torch.channels_last)
        self._average = copy.deepcopy(self._model).requires_grad_(False)
        self._optimizer = adam(learning(self._model), config)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._bytes = 2 * (4 * tokens[0] + tokens[1])

    def advance(self, rate: float) -> None:
        config = self._config
        rgb, guide = self._task.read(self.steps).to("cpu")
        with torch.autocast("cpu", torch.bfloat16):
            losses = self._losses(rgb.contiguous(memory_format=torch.channels_last), guide)
        descend(torch.stack(losses).sum(), learning(self._model), self._optimizer, rate * config.learning_rate)
        average(self._average, self._model, config.ema, self.steps)
        self.steps += 1

    def _losses(self, rgb: Tensor, guide: Tensor) -> list[Tensor]:
        config, generator, model = self._config, self._generator, self._model
        latents = model.encode(rgb)
        kept = (torch.rand(len(rgb), generator=generator) >= config.guide_drop).float()[:, None, None, None]
        noise = config.latent_noise * torch.randn(latents.shape, generator=generator)
        made = model.decoder(latents + noise, guide * kept).float()
        ones = torch.ones_like(rgb[:, :1])
        losses = [reconstruction_loss(made, rgb, ones), 0.05 * latent_statistics_loss(latents.float())]
        losses.append(config.texture * texture_loss(made, rgb, ones))
        if config.equivariance > 0:
            moved_made, truth = _moved(model, latents, rgb, generator)
            losses.append(config.equivariance * picture_loss(moved_made, truth, torch.ones_like(truth[:, :1])))
        return losses

    def figures(self) -> dict[str, float]:
        """`guided` and `unguided` reconstruction, and `moved`: from latents that were shifted, scaled, turned and
        mirrored, without a guide."""
        found: dict[str, list[float]] = {"bytes_cell": [self._bytes]}
        generator = torch.Generator().manual_seed(0)
        guided = self._config.guide_drop < 1
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            for rgb, guide in views(self._held_out, "cpu", self._config.evaluate_sets):
                latents = self._average.encode(rgb)
                if guided:
                    _add(found, "guided", self._average.decoder(latents, guide).float(), rgb)
                _add(found, "unguided", self._average.decoder(latents, torch.zeros_like(guide)).float(), rgb)
                for _ in range(2):
                    _add(found, "moved", *_moved(self._average, latents, rgb, generator))
        return {name: float(np.mean(values)) for name, values in found.items()}


def shared_latents(model: PrevizModel, sets: CachedSets) -> FrozenLatents:
    """The latents of all sets, made before any run is timed."""
    latents = FrozenLatents(sets)
    with torch.autocast("cpu", torch.bfloat16):
        for path in sets.paths:
            latents.views(model, int(path.stem), torch.device("cpu"))
    return latents


class DenoiserVariant:
    """A denoiser that begins as that of `given`, over its autoencoder, which stays as it is and has made `latents`."""

    def __init__(
        self, name: str, group: str, config: TrainingConfig, given: PrevizModel, latents: FrozenLatents
    ) -> None:
        self.name, self.group, self.steps = name, group, 0
        self._config = config
        self._held_out = CachedSets(Path(config.sets), held_out=True)
        self._task = DenoiserTask(config)
        self._latents = latents
        torch.manual_seed(config.seed)
        self._model = copy.deepcopy(given).to(memory_format=torch.channels_last)
        self._model.encoder.requires_grad_(False)
        self._model.decoder.requires_grad_(False)
        self._average = copy.deepcopy(self._model).requires_grad_(False)
        self._optimizer = adam(learning(self._model), config)
        self._generator = torch.Generator().manual_seed(config.seed)

    def advance(self, rate: float) -> None:
        config = self._config
        batch = ready(self._task.read(self.steps).sets, "cpu")
        with torch.autocast("cpu", torch.bfloat16):
            encoded = self._latents.of(self._model, batch)
            flows = self.steps % config.flow_every == 0
            losses = run(self._model, batch, config, self._generator, flows, encoded).losses
        total = torch.stack(list(losses.values())).sum()
        descend(total, learning(self._model), self._optimizer, rate * config.learning_rate)
        average(self._average, self._model, config.ema, self.steps)
        self.steps += 1

    def figures(self) -> dict[str, float]:
        figures = evaluate(self._average, self._held_out, self._config, self._config.evaluate_sets)
        return {name: value for name, value in figures.items() if not name.startswith("autoencoder")}


def _moved(model: LevelAutoencoder, latents: Tensor, rgb: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """What moved latents decode to without a guide, and the picture moved alike."""
    move, side = random_moves(len(rgb), *latents.shape[2:], CELL, generator)
    with torch.autocast("cpu", enabled=False):
        truth, between = moved(rgb, move, side, CELL), model.resample(latents.float(), move, side)
    plain = rgb.new_zeros(len(rgb), PIXEL_CHANNELS, CELL * side, CELL * side)
    return model.decoder(between, plain).float(), truth


def _add(found: dict[str, list[float]], name: str, made: Tensor, truth: Tensor) -> None:
    found.setdefault(f"{name}_psnr", []).append(float(psnr(made, truth)))
    found.setdefault(f"{name}_sharpness", []).append(float(sharpness(made, truth)))
