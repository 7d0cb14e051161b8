"""Checkpoints: two safetensors and one JSON file in a folder of their own, the folder renamed into place."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..models.previz.model import PrevizModel


@dataclass
class RunState:
    """Everything that a run continues from."""

    model: PrevizModel
    average: PrevizModel
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    step: int = 0
    seconds: float = 0.0


def save_checkpoint(state: RunState, folder: Path) -> None:
    """Writes `<folder>/checkpoint`, whole or not at all."""
    fresh, final, old = folder / "checkpoint.new", folder / "checkpoint", folder / "checkpoint.old"
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    tensors = {f"model.{name}": tensor for name, tensor in state.model.state_dict().items()}
    tensors |= {f"average.{name}": tensor for name, tensor in state.average.state_dict().items()}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, fresh / "models.safetensors")
    save_file(_moments(state), fresh / "optimizer.safetensors")
    facts = {"step": state.step, "seconds": state.seconds, "rng": state.generator.get_state().tolist()}
    (fresh / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    if final.exists():
        os.replace(final, old)
    os.replace(fresh, final)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(state: RunState, folder: Path) -> bool:
    """Continues `state` from the folder's checkpoint; False where there is none."""
    source = next((folder / name for name in ("checkpoint", "checkpoint.old") if (folder / name).is_dir()), None)
    if source is None:
        return False
    tensors = load_file(source / "models.safetensors")
    for prefix, model in (("model.", state.model), ("average.", state.average)):
        model.load_state_dict({name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)})
    moments = load_file(source / "optimizer.safetensors")
    if moments:
        described = state.optimizer.state_dict()
        described["state"] = _unflatten(moments)
        state.optimizer.load_state_dict(described)
    facts = json.loads((source / "run.json").read_text(encoding="utf-8"))
    state.step, state.seconds = facts["step"], facts["seconds"]
    state.generator.set_state(torch.tensor(facts["rng"], dtype=torch.uint8))
    return True


def _moments(state: RunState) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": torch.as_tensor(value).contiguous()
        for index, entry in state.optimizer.state_dict()["state"].items()
        for name, value in entry.items()
    }


def _unflatten(moments: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    entries: dict[int, dict[str, Tensor]] = {}
    for key, value in moments.items():
        index, name = key.split(".", 1)
        entries.setdefault(int(index), {})[name] = value
    return entries
