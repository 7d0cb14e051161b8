"""The training loop: bf16 convolutions, float32 weights, a moving average, and a plan in steps.

Samples, noise and learning rate follow from the step alone, and all else is in the checkpoint: a run may be stopped
and continued at will, and ends in the same weights.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import torch
from PIL import Image
from torch import Tensor

from ..models.previz.model import PrevizModel
from .checkpoint import RunState, load_checkpoint, save_checkpoint
from .config import RunConfig
from .prefetch import Prefetch

LOG_STEPS = 100
BETAS = (0.9, 0.99)
B = TypeVar("B")


class Task(Protocol[B]):
    """What a run trains, and on what."""

    def read(self, step: int) -> B:
        """The batch of a step, which follows from the step alone; called by any thread."""

    def advance(self, state: RunState, batch: B) -> dict[str, Tensor]:
        """One step on `batch`; its losses by name, as they weigh."""

    def figures(self, model: PrevizModel) -> dict[str, float]:
        """Of the averaged model on what was held out; none where nothing was."""

    def sheet(self, model: PrevizModel) -> Image.Image | None:
        """Pictures of what was held out."""


class Loop(Generic[B]):
    """A run of `task` from `state`, kept in the folder `config.run`."""

    def __init__(self, task: Task[B], state: RunState, config: RunConfig, say: Callable[[str], None]) -> None:
        self._task, self._state, self._config, self._say = task, state, config, say
        self._folder = Path(config.run)
        self._losses: dict[str, Tensor] = {}
        self._summed = 0
        self._evaluated = -1

    def run(self) -> PrevizModel:
        """Trains until the steps are done or the minutes spent; returns the averaged model."""
        state, config = self._state, self._config
        begun = mark = saved = time.monotonic()
        reader = Prefetch(self._task.read, state.step, config.workers)
        with deterministic(config.device), reader:
            while state.step < config.steps and (config.minutes <= 0 or mark - begun < config.minutes * 60):
                self._add(self._task.advance(state, reader.take()))
                now = time.monotonic()
                state.seconds, mark = state.seconds + now - mark, now
                if state.step % LOG_STEPS == 0:
                    self._log_losses()
                if state.step % config.evaluate_steps == 0:
                    self._evaluate()
                if now - saved > config.checkpoint_minutes * 60 and state.step < config.steps:
                    self._keep()
                    saved = time.monotonic()
                # What was done beside the step is no training, but it spends the minutes.
                mark = time.monotonic()
            self._keep()
            self._evaluate()
        return state.average

    def _add(self, losses: dict[str, Tensor]) -> None:
        """Sums on the device: asking for a number would make it wait."""
        for name, value in losses.items():
            self._losses[name] = self._losses.get(name, 0) + value.detach()
        self._summed += 1

    def _log_losses(self) -> None:
        self._log({name: float(value) / self._summed for name, value in self._losses.items()})
        self._losses, self._summed = {}, 0

    def _keep(self) -> None:
        save_checkpoint(self._state, self._folder)
        self._state.average.save(self._folder / "previz.safetensors")

    def _evaluate(self) -> None:
        if self._evaluated == self._state.step:
            return
        self._evaluated = self._state.step
        figures = self._task.figures(self._state.average)
        if figures:
            self._log(figures)
        sheet = self._task.sheet(self._state.average)
        if sheet is not None:
            sheet.save(self._folder / f"sheet_{self._state.step:06d}.png")

    def _log(self, figures: dict[str, float]) -> None:
        entry: dict[str, float] = {"step": self._state.step, "minutes": round(self._state.seconds / 60, 2)}
        entry |= {name: round(value, 4) for name, value in figures.items()}
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        self._say(" ".join(f"{name} {value:g}" for name, value in entry.items()))


def continued(state: RunState, config: RunConfig, say: Callable[[str], None]) -> RunState:
    """`state`, or where the run's folder says it had come. Raises Conflict where that is of other settings."""
    folder = Path(config.run)
    folder.mkdir(parents=True, exist_ok=True)
    if load_checkpoint(state, folder):
        say(f"continuing at step {state.step} after {state.seconds / 60:.1f} minutes")
    return state


def learning_rate(config: RunConfig, step: int) -> float:
    """Linear warm-up, cosine to zero at the last step."""
    done = min(1.0, step / config.steps)
    return config.learning_rate * min(1.0, (step + 1) / config.warm_up) * (0.5 + 0.5 * math.cos(math.pi * done))


def learning(module: torch.nn.Module) -> list[Tensor]:
    """The parameters that are not frozen."""
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def descend(loss: Tensor, parameters: list[Tensor], optimizer: torch.optim.Optimizer, rate: float) -> None:
    """One step of the optimiser at the learning rate `rate`."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def follow(state: RunState, ema: float) -> None:
    """Moves the average towards the model, and counts the step."""
    average(state.average, state.model, ema, state.step)
    state.step += 1


def average(slow: torch.nn.Module, fast: torch.nn.Module, ema: float, step: int) -> None:
    """Moves `slow` towards what has learned of `fast`: soon at first, slowly later."""
    decay = min(ema, (1 + step) / (10 + step))
    pairs = [pair for pair in zip(slow.parameters(), fast.parameters(), strict=True) if pair[1].requires_grad]
    with torch.no_grad():
        torch._foreach_lerp_([pair[0] for pair in pairs], [pair[1] for pair in pairs], 1 - decay)


def adam(parameters: list[Tensor], config: RunConfig, betas: tuple[float, float] = BETAS) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, lr=config.learning_rate, betas=betas, weight_decay=1e-3, fused=True)


@contextmanager
def deterministic(device: str) -> Iterator[None]:
    # cuBLAS asks for this before its first product, or for nothing deterministic.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled(), torch.utils.deterministic.fill_uninitialized_memory
    # A GPU may lack a deterministic form of an operation: then the run goes on without.
    torch.use_deterministic_algorithms(True, warn_only=not device.startswith("cpu"))
    # Nothing here reads what it did not write, and filling all memory first is a thirtieth of a step.
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0])
        torch.utils.deterministic.fill_uninitialized_memory = before[1]
