"""`mirage train sets|pictures|previz|evaluate`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from .config import TrainingConfig


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mirage train", description="Train the previz engine on procedural sets.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    sets = verbs.add_parser("sets", help="render procedural sets into a folder; seeds below 100 are held out")
    sets.add_argument("--sets", required=True)
    sets.add_argument("--first", type=int, default=100)
    sets.add_argument("--count", type=int, default=400)
    sets.add_argument("--views", type=int, default=4)
    sets.add_argument("--height", type=int, default=144)
    sets.add_argument("--width", type=int, default=256)
    sets.add_argument("--processes", type=int, default=1)
    pictures = verbs.add_parser("pictures", help="draw flat pictures of every kind for the autoencoder into a folder")
    pictures.add_argument("--pictures", required=True)
    pictures.add_argument("--count", type=int, default=600)
    pictures.add_argument("--height", type=int, default=144)
    pictures.add_argument("--width", type=int, default=256)
    previz = verbs.add_parser("previz", help="train, or continue, the previz engine")
    evaluating = verbs.add_parser("evaluate", help="figures of a weights file on held-out sets")
    evaluating.add_argument("--weights", required=True)
    for field in fields(TrainingConfig):
        flag = "--" + field.name.replace("_", "-")
        default = field.default if isinstance(field.default, (int, float, str)) else None
        for verb in (previz, evaluating):
            verb.add_argument(flag, type=type(default) if default is not None else str, default=default)
    arguments = parser.parse_args(list(argv))
    if arguments.verb == "sets":
        return _render(arguments)
    if arguments.verb == "pictures":
        return _pictures(arguments)
    values = {field.name: getattr(arguments, field.name) for field in fields(TrainingConfig)}
    missing = [name for name, value in values.items() if value is None and name != "run"]
    if missing or (arguments.verb == "previz" and values["run"] is None):
        parser.error(f"--{(missing or ['run'])[0]} is needed")
    return _train(values) if arguments.verb == "previz" else _evaluate(values, Path(arguments.weights))


def _render(arguments: argparse.Namespace) -> int:
    from .cache import cache_set

    folder = Path(arguments.sets)
    folder.mkdir(parents=True, exist_ok=True)
    work = partial(cache_set, folder=folder, views=arguments.views, height=arguments.height, width=arguments.width)
    seeds = range(arguments.first, arguments.first + arguments.count)
    # Spawned, not forked: torch's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        for done, _ in enumerate(pool.imap_unordered(work, seeds), 1):
            if done % 20 == 0 or done == len(seeds):
                print(f"{done} of {len(seeds)} sets", flush=True)
    return 0


def _pictures(arguments: argparse.Namespace) -> int:
    from .pictures.make import write_pictures

    folder = Path(arguments.pictures)
    write_pictures(folder, arguments.count, arguments.height, arguments.width, partial(print, flush=True))
    return 0


def _train(values: dict[str, object]) -> int:
    from .loop import train

    train(TrainingConfig(**values), say=partial(print, flush=True))  # type: ignore[arg-type]
    return 0


def _evaluate(values: dict[str, object], weights: Path) -> int:
    from ..models.previz.model import PrevizModel
    from .dataset import CachedSets
    from .evaluate import evaluate

    values["run"] = values["run"] or ""
    config = TrainingConfig(**values)  # type: ignore[arg-type]
    held_out = CachedSets(Path(config.sets), held_out=True)
    figures = evaluate(PrevizModel.load(weights), held_out, config, most=len(held_out.paths))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}, indent=2))
    return 0
