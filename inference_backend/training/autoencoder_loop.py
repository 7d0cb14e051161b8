"""The autoencoder alone: pictures of every kind and views of sets, through latents that may be resampled, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import NotFound
from ..models.previz.model import PrevizModel, no_grad_copy
from .autoencoder_step import autoencoder_losses
from .checkpoint import RunState
from .config import AutoencoderConfig
from .dataset import CachedSets
from .evaluate_autoencoder import autoencoder_figures, autoencoder_sheet
from .loop import Loop, adam, continued, descend, follow, learning, learning_rate
from .squares import Pictures, Squares, draw


def train_autoencoder(config: AutoencoderConfig, say: Callable[[str], None] = print) -> PrevizModel:
    """Trains, or continues, `config.run`; returns the averaged model, whose denoiser is that of `config.init`. Raises
    NotFound where there is nothing to learn from, Conflict where the run was begun with other settings."""
    torch.set_num_threads(config.threads)
    task = AutoencoderTask(config)
    state = continued(task.begin(), config, say)
    task.sets.only(state.seeds)
    return Loop(task, state, config, say).run()


class AutoencoderTask:
    """Encoder and decoder over squares of pictures and views."""

    def __init__(self, config: AutoencoderConfig) -> None:
        self.config = config
        self.sets = CachedSets(Path(config.sets)) if config.sets else CachedSets(None)
        folder = Path(config.pictures) if config.pictures else None
        self.pictures = Pictures(folder)
        if not self.sets.paths and not self.pictures.rows:
            raise NotFound(
                f"There are no cached sets in {config.sets or '--sets'} and no pictures in "
                f"{config.pictures or '--pictures'}.",
                "Render some with `mirage train sets` first.",
            )
        self._held_out = CachedSets(Path(config.sets) if config.sets else None, held_out=True)
        self._held_out_pictures = Pictures(folder, held_out=True)

    def begin(self) -> RunState:
        """The run at step 0."""
        config = self.config
        torch.manual_seed(config.seed)
        model = PrevizModel()
        if config.init:
            model.load_state_dict(PrevizModel.load(Path(config.init)).state_dict())
        model = model.to(config.device, memory_format=torch.channels_last)
        average = no_grad_copy(model, PrevizModel).to(config.device)
        model.denoiser.requires_grad_(False)
        model.encoder.requires_grad_(config.frozen == "nothing")
        if config.compile:
            model.encoder.compile()
            model.decoder.compile()
        generator = torch.Generator(config.device).manual_seed(config.seed)
        seeds = [path.stem for path in self.sets.paths]
        return RunState(model, average, adam(learning(model), config), generator, config.outcome(), seeds)

    def read(self, step: int) -> Squares:
        config, rng = self.config, np.random.default_rng((self.config.seed, step))
        kinds = self.sets, self.pictures
        squares = draw(*kinds, config.batch, config.picture_size, config.picture_share, rng, config.recolour)
        return squares.pinned() if torch.device(config.device).type == "cuda" else squares

    def advance(self, state: RunState, batch: Squares) -> dict[str, Tensor]:
        config = self.config
        rgb, guide = batch.to(config.device)
        with torch.autocast(torch.device(config.device).type, torch.bfloat16):
            losses = autoencoder_losses(state.model, rgb, guide, config, state.generator)
        rate = learning_rate(config, state.step)
        descend(torch.stack(list(losses.values())).sum(), learning(state.model), state.optimizer, rate)
        follow(state, config.ema)
        return losses

    def figures(self, model: PrevizModel) -> dict[str, float]:
        held = self._held_out, self._held_out_pictures
        return autoencoder_figures(model, *held, self.config.device, self.config.evaluate_sets)

    def sheet(self, model: PrevizModel) -> Image.Image | None:
        return autoencoder_sheet(model, self._held_out, self._held_out_pictures, self.config.device)
