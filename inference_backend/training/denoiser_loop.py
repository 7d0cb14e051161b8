"""The whole engine, end to end: encoder, denoiser and decoder through the read-out of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import NotFound
from ..models.previz.model import PrevizModel, no_grad_copy
from .autoencoder_step import autoencoder_losses
from .checkpoint import RunState
from .config import TrainingConfig
from .dataset import CachedSets, ready
from .discriminator import STRIDE, Discriminator, adversarial_loss, discriminator_loss
from .evaluate import evaluate, sample_sheet
from .frozen_latents import FrozenLatents
from .live_sets import LiveSets
from .loop import LOG_STEPS, Loop, adam, continued, descend, follow, learning, learning_rate
from .squares import Pictures, Squares, draw
from .step import Made, run


def train(config: TrainingConfig, say: Callable[[str], None] = print) -> PrevizModel:
    """Trains until the steps are done or the minutes spent, continuing the run folder's checkpoint; returns the
    averaged model. Raises NotFound without sets, Conflict where the checkpoint is of other settings."""
    torch.set_num_threads(config.threads)
    with LiveSets(config, say):
        task = DenoiserTask(config)
        state = continued(task.begin(), config, say)
        task.sets.only(state.seeds)
        return Loop(task, state, config, say).run()


def adversarial_weight(config: TrainingConfig, step: int) -> float:
    """What the discriminator's opinion weighs at `step`: nothing before it learns, then more and more."""
    return config.adversarial * min(1.0, max(0, step - config.adversarial_from) / max(1, config.adversarial_ramp))


@dataclass(frozen=True)
class Samples:
    """What a step learns from."""

    sets: dict[str, Tensor]
    """As `dataset.stack` makes them."""
    pictures: Squares | None
    """For the autoencoder alone."""


class DenoiserTask:
    """The engine over samples of cached sets, and pictures beside for its autoencoder."""

    def __init__(self, config: TrainingConfig) -> None:
        self.config = config
        self.sets = CachedSets(Path(config.sets))
        self.pictures = Pictures(Path(config.pictures) if config.pictures else None)
        self._held_out = CachedSets(Path(config.sets), held_out=True)
        self._latents = FrozenLatents(self.sets)

    def begin(self) -> RunState:
        """The run at step 0. Raises NotFound where there are no sets."""
        config = self.config
        if not self.sets.paths:
            raise NotFound(f"There are no cached sets in {config.sets}.", "Render some with `mirage train sets` first.")
        torch.manual_seed(config.seed)
        model = PrevizModel()
        if config.init:
            model.load_state_dict(PrevizModel.load(Path(config.init)).state_dict())
        model = model.to(config.device, memory_format=torch.channels_last)
        average = no_grad_copy(model, PrevizModel).to(config.device)
        state = RunState(
            model,
            average,
            adam(list(model.parameters()), config),
            torch.Generator(config.device).manual_seed(config.seed),
            config.outcome(),
            [path.stem for path in self.sets.paths],
        )
        if config.adversarial > 0:
            state.discriminator = Discriminator().to(config.device, memory_format=torch.channels_last)
            state.discriminator_optimizer = adam(list(state.discriminator.parameters()), config, betas=(0.5, 0.99))
        model.encoder.requires_grad_(config.frozen == "nothing")
        model.decoder.requires_grad_(config.frozen != "autoencoder")
        state.optimizer = adam(learning(model), config)
        if config.compile:
            for part in (model.encoder, model.denoiser, model.decoder):
                part.compile()
        return state

    def read(self, step: int) -> Samples:
        config, rng = self.config, np.random.default_rng((self.config.seed, step))
        sets = self.sets.sample(config.batch, rng, config.crop)
        count = round(config.picture_share * config.batch) if self.pictures.rows else 0
        pictures = draw(CachedSets(None), self.pictures, count, config.picture_size, 1.0, rng) if count else None
        if torch.device(config.device).type == "cuda":
            sets = {name: tensor.pin_memory() for name, tensor in sets.items()}
            pictures = pictures.pinned() if pictures else None
        return Samples(sets, pictures)

    def advance(self, state: RunState, batch: Samples) -> dict[str, Tensor]:
        config, kind = self.config, torch.device(self.config.device).type
        if config.render_sets and state.step % LOG_STEPS == 0:
            self.sets.grow()
            state.seeds = [path.stem for path in self.sets.paths]
        samples = ready(batch.sets, config.device)
        flows = state.step % config.flow_every == 0
        rate = learning_rate(config, state.step)
        judged = state.discriminator is not None and state.step >= config.adversarial_from
        with torch.autocast(kind, torch.bfloat16):
            encoded = None if config.frozen == "nothing" else self._latents.of(state.model, samples)
            made = run(state.model, samples, config, state.generator, flows, encoded)
            losses = dict(made.losses)
            if batch.pictures is not None:
                drawn = autoencoder_losses(state.model, *batch.pictures.to(config.device), config, state.generator)
                losses |= {f"picture_{name}": config.picture_share * value for name, value in drawn.items()}
            if judged:
                opinion = adversarial_loss(_frozen(state.discriminator, made), _patch_weight(made))
                losses["adversarial"] = adversarial_weight(config, state.step) * opinion
        descend(torch.stack(list(losses.values())).sum(), learning(state.model), state.optimizer, rate)
        if judged:
            losses["discriminator"] = _judge(state, made, samples.target, rate)
        follow(state, config.ema)
        return losses

    def figures(self, model: PrevizModel) -> dict[str, float]:
        if not self._held_out.paths:
            return {}
        return evaluate(model, self._held_out, self.config, self.config.evaluate_sets)

    def sheet(self, model: PrevizModel) -> Image.Image | None:
        return sample_sheet(model, self._held_out, self.config) if self._held_out.paths else None


def _judge(state: RunState, made: Made, target: Tensor, rate: float) -> Tensor:
    """One step of the discriminator; its loss."""
    with torch.autocast(target.device.type, torch.bfloat16):
        pictures = _made(made).detach()
        opinions = state.discriminator(torch.cat([target, pictures])).float()
        real, fake = opinions.split([len(target), len(pictures)])
        loss = discriminator_loss(real, fake, _patch_weight(made))
    descend(loss, list(state.discriminator.parameters()), state.discriminator_optimizer, rate)
    return loss


def _frozen(discriminator: Discriminator, made: Made) -> Tensor:
    """The discriminator's opinion of what was made, to teach the model and not itself."""
    discriminator.requires_grad_(False)
    opinion = discriminator(_made(made)).float()
    discriminator.requires_grad_(True)
    return opinion


def _made(made: Made) -> Tensor:
    """[B or 2B,3,H,W] the pictures to be judged."""
    return made.refined if made.reconstructed is None else torch.cat([made.reconstructed, made.refined])


def _patch_weight(made: Made) -> Tensor:
    """[B or 2B,1,h,w] for the patches of `made`'s pictures: what memory had not seen is known to be fog, and counts a
    tenth."""
    seen = torch.nn.functional.avg_pool2d(0.1 + 0.9 * made.covered, STRIDE)
    return seen if made.reconstructed is None else torch.cat([torch.ones_like(seen), seen])
