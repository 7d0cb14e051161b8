"""The training loop: bf16 convolutions, float32 weights, a moving average, and a plan in steps.

Samples, noise and learning rate follow from the step alone, and all else is in the checkpoint: a run may be stopped
and continued at will, and ends in the same weights.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import NotFound
from ..models.previz.model import PrevizModel, no_grad_copy
from .checkpoint import RunState, load_checkpoint, save_checkpoint
from .config import TrainingConfig
from .dataset import CachedSets
from .discriminator import STRIDE, Discriminator, adversarial_loss, discriminator_loss
from .evaluate import evaluate, sample_sheet
from .step import Made, run

LOG_STEPS = 100
BETAS = (0.9, 0.99)


def train(config: TrainingConfig, say: Callable[[str], None] = print) -> PrevizModel:
    """Trains until the steps are done or the minutes spent, continuing the run folder's checkpoint; returns the
    averaged model. Raises NotFound without sets, Conflict where the checkpoint is of other settings."""
    torch.set_num_threads(config.threads)
    folder = Path(config.run)
    folder.mkdir(parents=True, exist_ok=True)
    sets = CachedSets(Path(config.sets))
    state = begin(config, [path.stem for path in sets.paths])
    if load_checkpoint(state, folder):
        say(f"continuing at step {state.step} after {state.seconds / 60:.1f} minutes")
    sets.only(state.seeds)
    begun = mark = saved = time.monotonic()
    seen: dict[str, list[float]] = {}
    with _deterministic():
        while state.step < config.steps and (config.minutes <= 0 or mark - begun < config.minutes * 60):
            for name, value in advance(state, sets, config).items():
                seen.setdefault(name, []).append(value)
            now = time.monotonic()
            state.seconds, mark = state.seconds + now - mark, now
            if state.step % LOG_STEPS == 0:
                _log(folder, state, {name: float(np.mean(values)) for name, values in seen.items()}, say)
                seen.clear()
            if now - saved > config.checkpoint_minutes * 60 and state.step < config.steps:
                _keep(state, config, folder, say)
                saved = mark = time.monotonic()
        _keep(state, config, folder, say)
    return state.average


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Linear warm-up, cosine to zero at the last step."""
    done = min(1.0, step / config.steps)
    return config.learning_rate * min(1.0, (step + 1) / config.warm_up) * (0.5 + 0.5 * math.cos(math.pi * done))


def adversarial_weight(config: TrainingConfig, step: int) -> float:
    """What the discriminator's opinion weighs at `step`: nothing before it learns, then more and more."""
    return config.adversarial * min(1.0, max(0, step - config.adversarial_from) / max(1, config.adversarial_ramp))


def begin(config: TrainingConfig, seeds: list[str]) -> RunState:
    """A run at step 0 over the sets `seeds`. Raises NotFound where there are none."""
    if not seeds:
        raise NotFound(f"There are no cached sets in {config.sets}.", "Render some with `mirage train sets` first.")
    torch.manual_seed(config.seed)
    model = PrevizModel()
    if config.init:
        model.load_state_dict(PrevizModel.load(Path(config.init)).state_dict())
    model = model.to(config.device, memory_format=torch.channels_last)
    discriminator = Discriminator().to(config.device, memory_format=torch.channels_last)
    return RunState(
        model,
        no_grad_copy(model, PrevizModel),
        torch.optim.AdamW(model.parameters(), lr=config.learning_rate, betas=BETAS, weight_decay=1e-3),
        discriminator,
        torch.optim.AdamW(discriminator.parameters(), lr=config.learning_rate, betas=(0.5, 0.99), weight_decay=1e-3),
        torch.Generator().manual_seed(config.seed),
        config.outcome(),
        seeds,
    )


def advance(state: RunState, sets: CachedSets, config: TrainingConfig) -> dict[str, float]:
    """One step; its losses by name, as they weigh."""
    batch = sets.sample(config.batch, np.random.default_rng((config.seed, state.step)), config.crop)
    flows = state.step % config.flow_every == 0
    for group in (*state.optimizer.param_groups, *state.discriminator_optimizer.param_groups):
        group["lr"] = learning_rate(config, state.step)
    judged = config.adversarial > 0 and state.step >= config.adversarial_from
    with torch.autocast(config.device, torch.bfloat16):
        made = run(state.model, batch, config, state.generator, flows)
        losses = dict(made.losses)
        if judged:
            weight = _patch_weight(made)
            opinion = adversarial_loss(_frozen(state.discriminator, made), weight)
            losses["adversarial"] = adversarial_weight(config, state.step) * opinion
    _descend(torch.stack(list(losses.values())).sum(), state.model, state.optimizer)
    if judged:
        with torch.autocast(config.device, torch.bfloat16):
            pictures = torch.cat([batch.target, made.reconstructed.detach(), made.refined.detach()])
            real, fake = state.discriminator(pictures).float().split([len(batch.target), 2 * len(batch.target)])
            losses["discriminator"] = discriminator_loss(real, fake, weight)
        _descend(losses["discriminator"], state.discriminator, state.discriminator_optimizer)
    decay = min(config.ema, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for slow, fast in zip(state.average.parameters(), state.model.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    state.step += 1
    return {name: float(value.detach()) for name, value in losses.items()}


def _frozen(discriminator: Discriminator, made: Made) -> Tensor:
    """The discriminator's opinion of what was made, to teach the model and not itself."""
    discriminator.requires_grad_(False)
    opinion = discriminator(torch.cat([made.reconstructed, made.refined])).float()
    discriminator.requires_grad_(True)
    return opinion


def _patch_weight(made: Made) -> Tensor:
    """[2B,1,h,w] for the patches of `made`'s two pictures: what memory had not seen is known to be fog, and counts a
    tenth."""
    seen = torch.nn.functional.avg_pool2d(0.1 + 0.9 * made.covered, STRIDE)
    return torch.cat([torch.ones_like(seen), seen])


def _descend(loss: Tensor, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    loss.backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


@contextmanager
def _deterministic() -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def _keep(state: RunState, config: TrainingConfig, folder: Path, say: Callable[[str], None]) -> None:
    save_checkpoint(state, folder)
    state.average.save(folder / "previz.safetensors")
    held_out = CachedSets(Path(config.sets), held_out=True)
    if held_out.paths:
        figures = evaluate(state.average, held_out, config)
        _log(folder, state, figures, say)
        sample_sheet(state.average, held_out, config).save(folder / f"sheet_{state.step:06d}.png")


def _log(folder: Path, state: RunState, figures: dict[str, float], say: Callable[[str], None]) -> None:
    entry = {"step": state.step, "minutes": round(state.seconds / 60, 2)}
    entry |= {name: round(value, 4) for name, value in figures.items()}
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    say(" ".join(f"{name} {value:g}" for name, value in entry.items()))
