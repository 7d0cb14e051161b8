"""`mirage train sets|pictures|autoencoder|denoiser|ablation|evaluate`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from .config import AutoencoderConfig, TrainingConfig
from .options import add_options, config_of

_RENDERERS = "cycles: with true light, needs the bpy extra; gallery: bare rooms of fine patterns (--first 2000100)"


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
    sets.add_argument("--renderer", choices=("quick", "cycles", "gallery"), default="quick", help=_RENDERERS)
    pictures = verbs.add_parser("pictures", help="draw flat pictures of every kind for the autoencoder into a folder")
    pictures.add_argument("--pictures", required=True)
    pictures.add_argument("--count", type=int, default=600)
    pictures.add_argument("--height", type=int, default=144)
    pictures.add_argument("--width", type=int, default=256)
    autoencoder = verbs.add_parser("autoencoder", help="train, or continue, the autoencoder alone")
    add_options(autoencoder, AutoencoderConfig)
    denoiser = verbs.add_parser("denoiser", aliases=["previz"], help="train, or continue, the engine end to end")
    add_options(denoiser, TrainingConfig)
    ablation = verbs.add_parser("ablation", help="what each part of the model is worth: short runs of equal CPU time")
    ablation.add_argument("--config", default="ablation", help="a TOML file, or `ablation`, which ships")
    ablation.add_argument("--sets", default="")
    ablation.add_argument("--init", default="", help="weights whose autoencoder the denoisers share")
    ablation.add_argument("--seconds", type=float, default=0.0, help="CPU time of each variant")
    ablation.add_argument("--minutes", type=float, default=0.0, help="wall time of all")
    ablation.add_argument("--out", required=True, help="JSON; a Markdown table is written beside it")
    evaluating = verbs.add_parser("evaluate", help="figures of a weights file on held-out sets")
    evaluating.add_argument("--weights", required=True)
    add_options(evaluating, TrainingConfig)
    arguments = parser.parse_args(list(argv))
    return _VERBS[arguments.verb](arguments)


def _render(arguments: argparse.Namespace) -> int:
    from .cache import cache_set
    from .gallery import cache_gallery

    folder = Path(arguments.sets)
    folder.mkdir(parents=True, exist_ok=True)
    shape = {"views": arguments.views, "height": arguments.height, "width": arguments.width}
    if arguments.renderer == "gallery":
        work = partial(cache_gallery, folder=folder, **shape)
    else:
        work = partial(cache_set, folder=folder, renderer=arguments.renderer, **shape)
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


def _autoencoder(arguments: argparse.Namespace) -> int:
    from .autoencoder_loop import train_autoencoder

    train_autoencoder(config_of(arguments, AutoencoderConfig, needed=("run",)), say=partial(print, flush=True))
    return 0


def _denoiser(arguments: argparse.Namespace) -> int:
    from .denoiser_loop import train

    train(config_of(arguments, TrainingConfig), say=partial(print, flush=True))
    return 0


def _ablation(arguments: argparse.Namespace) -> int:
    from .ablation import read_ablation, run_ablation, write_table

    options = (arguments.sets, arguments.init, arguments.seconds, arguments.minutes)
    rows = run_ablation(read_ablation(arguments.config, *options), partial(print, flush=True))
    write_table(rows, Path(arguments.out))
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from ..models.previz.model import PrevizModel
    from .dataset import CachedSets
    from .evaluate import evaluate

    config = config_of(arguments, TrainingConfig, needed=("sets",))
    held_out = CachedSets(Path(config.sets), held_out=True)
    model = PrevizModel.load(Path(arguments.weights), config.device)
    figures = evaluate(model, held_out, config, most=len(held_out.paths))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}, indent=2))
    return 0


_VERBS = {
    "sets": _render,
    "pictures": _pictures,
    "autoencoder": _autoencoder,
    "denoiser": _denoiser,
    "previz": _denoiser,
    "ablation": _ablation,
    "evaluate": _evaluate,
}
