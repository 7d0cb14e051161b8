"""Checkpoints: safetensors and one JSON file in a folder of their own, the folder renamed into place.

Everything that the next step depends on is in it, so that a run that was cut becomes, bit for bit, what it would have
become uncut.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..errors import Conflict
from ..models.previz.model import PrevizModel
from .discriminator import Discriminator


@dataclass
class RunState:
    """Everything that a run continues from."""

    model: PrevizModel
    average: PrevizModel
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    outcome: dict[str, str | int | float] = field(default_factory=dict)
    """`RunConfig.outcome()`."""
    seeds: list[str] = field(default_factory=list)
    """The sets trained on, in the order in which samples are drawn from them."""
    discriminator: Discriminator | None = None
    discriminator_optimizer: torch.optim.Optimizer | None = None
    step: int = 0
    seconds: float = 0.0


def save_checkpoint(state: RunState, folder: Path) -> None:
    """Writes `<folder>/checkpoint`, whole or not at all."""
    fresh, final, old = folder / "checkpoint.new", folder / "checkpoint", folder / "checkpoint.old"
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    tensors = {
        f"{part}.{name}": tensor.contiguous()
        for part, module in _modules(state).items()
        for name, tensor in module.state_dict().items()
    }
    save_file(tensors, fresh / "models.safetensors")
    for part, optimizer in _optimizers(state).items():
        save_file(_moments(optimizer), fresh / f"{part}.safetensors")
    facts = {
        "step": state.step,
        "seconds": state.seconds,
        "rng": state.generator.get_state().tolist(),
        "outcome": state.outcome,
        "seeds": state.seeds,
    }
    (fresh / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    if final.exists():
        os.replace(final, old)
    os.replace(fresh, final)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(state: RunState, folder: Path) -> bool:
    """Continues `state` from the folder's checkpoint; False where there is none. Raises Conflict where the checkpoint
    is of a run with other settings."""
    source = next((folder / name for name in ("checkpoint", "checkpoint.old") if (folder / name).is_dir()), None)
    if source is None:
        return False
    facts = json.loads((source / "run.json").read_text(encoding="utf-8"))
    changed = {name for name, value in state.outcome.items() if facts["outcome"].get(name) != value}
    if changed:
        was = ", ".join(f"{name} {facts['outcome'].get(name)}" for name in sorted(changed))
        raise Conflict(f"The run in {folder} was begun with {was}.", "Continue it so, or give another --run folder.")
    tensors = load_file(source / "models.safetensors")
    for part, module in _modules(state).items():
        module.load_state_dict(_under(f"{part}.", tensors))
    for part, optimizer in _optimizers(state).items():
        moments = load_file(source / f"{part}.safetensors")
        if moments:
            optimizer.load_state_dict(optimizer.state_dict() | {"state": _unflatten(moments)})
            _lay_out(optimizer)
    state.step, state.seconds, state.seeds = facts["step"], facts["seconds"], facts["seeds"]
    state.generator.set_state(torch.tensor(facts["rng"], dtype=torch.uint8))
    return True


def _modules(state: RunState) -> dict[str, torch.nn.Module]:
    modules: dict[str, torch.nn.Module] = {"model": state.model, "average": state.average}
    return modules | ({"discriminator": state.discriminator} if state.discriminator else {})


def _optimizers(state: RunState) -> dict[str, torch.optim.Optimizer]:
    found = {"optimizer": state.optimizer, "discriminator_optimizer": state.discriminator_optimizer}
    return {name: optimizer for name, optimizer in found.items() if optimizer is not None}


def _lay_out(optimizer: torch.optim.Optimizer) -> None:
    """Moments in the memory layout of their parameters: a fused optimiser goes through both as they lie."""
    for parameter, moments in optimizer.state.items():
        for name, value in moments.items():
            if value.shape == parameter.shape:
                moments[name] = torch.empty_like(parameter).copy_(value)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": torch.as_tensor(value).contiguous()
        for index, entry in optimizer.state_dict()["state"].items()
        for name, value in entry.items()
    }


def _unflatten(moments: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    entries: dict[int, dict[str, Tensor]] = {}
    for key, value in moments.items():
        index, name = key.split(".", 1)
        entries.setdefault(int(index), {})[name] = value
    return entries
