"""The training loop: bf16 convolutions, float32 weights, a moving average, a time budget."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ..models.previz.model import PrevizModel, no_grad_copy
from .checkpoint import RunState, load_checkpoint, save_checkpoint
from .config import TrainingConfig
from .dataset import CachedSets
from .evaluate import evaluate, sample_sheet
from .step import run


def train(config: TrainingConfig, say: Callable[[str], None] = print) -> PrevizModel:
    """Trains until the minutes are spent, continuing the run folder's checkpoint; returns the averaged model."""
    torch.set_num_threads(config.threads)
    folder = Path(config.run)
    folder.mkdir(parents=True, exist_ok=True)
    sets = CachedSets(Path(config.sets))
    if not sets.paths:
        raise FileNotFoundError(f"no cached sets in {config.sets}: run `mirage train sets` first")
    state = _fresh(config)
    if load_checkpoint(state, folder):
        say(f"continuing at step {state.step} after {state.seconds / 60:.1f} minutes")
    saved, mark = state.seconds, time.monotonic()
    sums: dict[str, float] = {}
    while state.seconds < config.minutes * 60:
        losses = _step(state, sets, config)
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.monotonic()
        state.seconds, mark = state.seconds + now - mark, now
        if state.step % 100 == 0:
            _log(folder, state, {name: total / 100 for name, total in sums.items()}, say)
            sums.clear()
            sets.refresh()
        if state.seconds - saved > config.checkpoint_minutes * 60:
            saved = state.seconds
            _keep(state, config, folder, say)
            mark = time.monotonic()
    _keep(state, config, folder, say)
    return state.average


def learning_rate(config: TrainingConfig, step: int, seconds: float) -> float:
    """Linear warm-up by steps, cosine to zero by the share of the time that is spent."""
    spent = min(1.0, seconds / (config.minutes * 60))
    return config.learning_rate * min(1.0, (step + 1) / config.warm_up) * (0.5 + 0.5 * math.cos(math.pi * spent))


def _fresh(config: TrainingConfig) -> RunState:
    torch.manual_seed(config.seed)
    model = PrevizModel().to(config.device, memory_format=torch.channels_last)
    average = no_grad_copy(model, PrevizModel)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=1e-3)
    generator = torch.Generator().manual_seed(config.seed)
    return RunState(model, average, optimizer, generator)


def _step(state: RunState, sets: CachedSets, config: TrainingConfig) -> dict[str, float]:
    # The sample drawn depends on the step alone, so that a resumed run sees what an unbroken one would.
    batch = sets.sample(config.batch, np.random.default_rng((config.seed, state.step)))
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(config, state.step, state.seconds)
    with torch.autocast(config.device, torch.bfloat16):
        losses = run(state.model, batch, config, state.generator).losses
    torch.stack(list(losses.values())).sum().backward()
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    state.optimizer.step()
    state.optimizer.zero_grad(set_to_none=True)
    decay = min(config.ema, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for slow, fast in zip(state.average.parameters(), state.model.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    state.step += 1
    return {name: float(value.detach()) for name, value in losses.items()}


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
