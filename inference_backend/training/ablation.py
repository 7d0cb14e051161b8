"""Paired short runs: what each part of the model is worth, by what is lost without it.

All variants begin with the same seed, draw the same samples in the same order and get the same CPU time, a few seconds
each in turn: a machine that is busy for a while is busy for all of them. Figures are of held-out sets.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Protocol

import torch

from ..errors import InvalidRequest, NotFound
from ..models.previz.model import PrevizModel
from ..models.registry import weights_path
from ..storage.atomic import write_atomic
from .ablation_table import markdown
from .ablation_variants import AutoencoderVariant, DenoiserVariant, shared_latents
from .config import AutoencoderConfig, RunConfig, TrainingConfig
from .dataset import CachedSets
from .frozen_latents import FrozenLatents
from .loop import deterministic
from .options import Value, checked, path_of, read_toml

TURN = 3.0
"""CPU seconds that a variant trains before the next has its turn."""
EMA = 0.98
WARM_UP = 0.05
"""Share of the time in which the learning rate rises."""


class Variant(Protocol):
    """One of the runs that are compared."""

    name: str
    group: str
    steps: int

    def advance(self, rate: float) -> None:
        """One step at the share `rate` of its learning rate."""

    def figures(self) -> dict[str, float]:
        """On held-out sets."""


@dataclass(frozen=True)
class AblationConfig:
    sets: str
    init: str
    """Weights that all begin with, the autoencoders but for their latents; empty: those that ship."""
    seconds: float
    """CPU time of each variant."""
    minutes: float
    """Wall time of all training; where it ends first, all variants end together. 0: they have as long as they need."""
    autoencoder: Mapping[str, Value]
    """Options of `AutoencoderConfig` that the autoencoders share."""
    denoiser: Mapping[str, Value]
    """Options of `TrainingConfig` that the denoisers share."""
    variants: tuple[Mapping[str, Value], ...]


def read_ablation(name: str, sets: str, init: str, seconds: float, minutes: float) -> AblationConfig:
    """The TOML file `name`, or the one of that name that ships; a zero or an empty text takes the file's. Raises
    NotFound, InvalidRequest."""
    path = path_of(name)
    values = read_toml(path)
    known = {field.name for field in fields(AblationConfig)} - {"variants"} | {"variant"}
    for key in values:
        if key not in known:
            raise InvalidRequest(
                f"`{key}` in {path} is no option of an ablation.", f"There are {', '.join(sorted(known))}."
            )
    shared = {
        part: {key: checked(kind, key, value, f"[{part}] of {path}") for key, value in values.get(part, {}).items()}  # type: ignore[attr-defined]
        for part, kind in _KINDS.items()
    }
    variants = tuple(_variant(table, path) for table in values.get("variant", []))  # type: ignore[attr-defined]
    if not variants:
        raise InvalidRequest(f"{path} names no variants.", "Each is a table [[variant]] with `name` and `trains`.")
    return AblationConfig(
        sets or str(values.get("sets", "")),
        init or str(values.get("init", "")),
        seconds or float(values.get("seconds", 120)),  # type: ignore[arg-type]
        minutes or float(values.get("minutes", 0)),  # type: ignore[arg-type]
        variants=variants,
        **shared,
    )


_KINDS: dict[str, type[RunConfig]] = {"autoencoder": AutoencoderConfig, "denoiser": TrainingConfig}
_OWN = ("name", "group", "trains")
_TOKENS = ("fine", "coarse")


def _variant(table: Mapping[str, object], path: Path) -> dict[str, Value]:
    trains = str(table.get("trains", ""))
    origin = f"the variant {table.get('name', '')!r} of {path}"
    if trains not in _KINDS or "name" not in table:
        raise InvalidRequest(f"{origin} has no `name`, or trains nothing.", f"`trains` may be {' or '.join(_KINDS)}.")
    found: dict[str, Value] = {key: str(table.get(key, "")) for key in _OWN}
    for key, value in table.items():
        if trains == "autoencoder" and key in _TOKENS and isinstance(value, int):
            found[key] = value
        elif key not in _OWN:
            found[key] = checked(_KINDS[trains], key, value, origin)
    return found


def run_ablation(config: AblationConfig, say: Callable[[str], None] = print) -> list[dict[str, object]]:
    """Trains all variants; one row each: its name, group, steps, milliseconds a step, and figures."""
    torch.set_num_threads(1)
    sets = CachedSets(Path(config.sets))
    if not sets.paths:
        raise NotFound(f"There are no cached sets in {config.sets}.", "Render some with `mirage train sets` first.")
    given = PrevizModel.load(Path(config.init) if config.init else weights_path("previz"))
    latents = shared_latents(given, sets)
    variants = [_built(config, options, given, latents) for options in config.variants]
    spent = dict.fromkeys(range(len(variants)), 0.0)
    begun = time.monotonic()
    with deterministic("cpu"):
        while min(spent.values()) < config.seconds:
            elapsed = (time.monotonic() - begun) / 60 / config.minutes if config.minutes else 0.0
            if elapsed >= 1:
                break
            for i, variant in enumerate(variants):
                target = min(config.seconds, min(spent.values()) + TURN if i == 0 else spent[0])
                while spent[i] < target:
                    mark = time.thread_time()
                    variant.advance(schedule(max(spent[i] / config.seconds, elapsed)))
                    spent[i] += time.thread_time() - mark
            say(f"{spent[0]:.0f} of {config.seconds:g} s each, {(time.monotonic() - begun) / 60:.1f} minutes")
    rows: list[dict[str, object]] = []
    for i, variant in enumerate(variants):
        cost = {
            "seconds": round(spent[i], 1),
            "steps": variant.steps,
            "ms_step": round(1e3 * spent[i] / max(1, variant.steps)),
        }
        figures = {name: round(value, 3) for name, value in variant.figures().items()}
        rows.append({"name": variant.name, "group": variant.group, **cost, **figures})
        say(json.dumps(rows[-1]))
    return rows


def write_table(rows: list[dict[str, object]], out: Path) -> None:
    """`out` as JSON, and the same as Markdown beside it."""
    write_atomic(out, json.dumps(rows, indent=1).encode())
    write_atomic(out.with_suffix(".md"), markdown(rows).encode())


def schedule(done: float) -> float:
    """The share of the learning rate after the share `done` of the time: linear warm-up, cosine to zero."""
    done = min(1.0, done)
    return min(1.0, 0.05 + done / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * done))


def _built(config: AblationConfig, options: Mapping[str, Value], given: PrevizModel, latents: FrozenLatents) -> Variant:
    own = {key: value for key, value in options.items() if key not in _OWN and key not in _TOKENS}
    name, group, trains = (str(options[key]) for key in _OWN)
    shared = {"run": "", "ema": EMA} | dict(config.denoiser if trains == "denoiser" else config.autoencoder)
    values = shared | {"sets": config.sets} | own
    if trains == "denoiser":
        run = replace(TrainingConfig(**values), frozen="autoencoder")  # type: ignore[arg-type]
        return DenoiserVariant(name, group, run, given, latents)
    tokens = int(options.get("fine", 0)), int(options.get("coarse", 0))
    return AutoencoderVariant(name, group, AutoencoderConfig(**values), tokens, given)  # type: ignore[arg-type]
