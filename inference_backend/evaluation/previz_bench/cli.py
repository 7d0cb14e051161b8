"""`mirage bench previz`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import torch

from ...errors import InvalidRequest
from ...models.previz.engine import PrevizEngine
from ...models.previz.model import PrevizModel
from ...models.registry import weights_hash, weights_path
from ...storage.atomic import write_atomic
from . import bricks, long_path, photographs, rows, seen, takes
from .report import Row, table
from .sheet import Line, write_pictures, write_sheet
from .stage import Renderer, quick_renderer, stage_of
from .tally import Tally

SIZE = (288, 512)
PARTS = ("photographs", "seen", "film", "bricks", "path")
CYCLES_PARTS = ("seen",)
"""What Cycles renders unless more is asked for: a moving set is built anew for every frame."""


@dataclass(frozen=True)
class Scale:
    """How much a run does."""

    sets: int
    cameras: int
    """Other cameras of a set."""
    film: int
    """Frames of a camera move."""
    judged: int
    """Of these that are compared with the truth and with each other."""
    walls: int
    rooms: int
    path: int
    """Frames of the path through the rooms."""


FULL = Scale(10, 3, 12, 4, 3, 10, 1000)
QUICK = Scale(2, 2, 8, 3, 1, 3, 90)


@dataclass(frozen=True)
class Task:
    """What one process does at a time."""

    part: str
    subject: str
    """A seed, or a photograph's name."""
    scale: Scale
    weights: Path
    renderer: str


def main(argv: Sequence[str]) -> int:
    arguments = _parser().parse_args(list(argv))
    weights = arguments.weights or weights_path("previz")
    if not weights.is_file():
        raise InvalidRequest(f"There are no weights at {weights}.", "Give --weights the file of a training run.")
    scale = QUICK if arguments.quick else FULL
    parts = arguments.only or list(PARTS if arguments.renderer == "quick" else CYCLES_PARTS)
    seeds = range(arguments.sets or scale.sets)
    tasks = [Task(*what, scale, weights, arguments.renderer) for what in _subjects(parts, scale, seeds)]
    start = time.perf_counter()
    found: dict[str, dict[str, Any]] = {part: {} for part in parts}
    for task, result in _done(tasks, arguments.threads):
        found[task.part][task.subject] = result
        print(f"{task.part} {task.subject}: {time.perf_counter() - start:.0f} s", flush=True)
    results = {part: [found[part][key] for key in sorted(found[part], key=_natural)] for part in parts}
    lines = _rows(results)
    seconds = time.perf_counter() - start
    print(f"\nweights {weights_hash(weights)}, {SIZE[1]} x {SIZE[0]}, {seconds:.0f} s\n\n{table(lines)}")
    if arguments.json:
        write_atomic(arguments.json, json.dumps(_plain(lines, results, weights), indent=1).encode())
    _draw(results, arguments.sheet, arguments.pictures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mirage bench previz", description="What the previz engine makes, against true renders of held-out sets."
    )
    parser.add_argument("--weights", type=Path, help="those of a training run; else those that are installed")
    parser.add_argument("--quick", action="store_true", help="two sets and a short path")
    parser.add_argument("--sets", type=int, help="how many sets, drawn from the held-out seeds 0, 1, …")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    parser.add_argument(
        "--renderer",
        choices=("quick", "cycles"),
        default="quick",
        help="of the true pictures: the training's own, or Blender's path tracer (the part `seen`; needs bpy)",
    )
    parser.add_argument("--json", type=Path, help="write every figure of every set there, too")
    parser.add_argument("--sheet", type=Path, help="write the contact sheet there (with the part `seen`)")
    parser.add_argument("--pictures", type=Path, help="write the pictures of walls and sets into this folder")
    parser.add_argument("--threads", type=int, default=1, help="sets at a time, each on one thread (%(default)s)")
    return parser


def _subjects(parts: Sequence[str], scale: Scale, seeds: Iterable[int]) -> list[tuple[str, str]]:
    """(part, subject), the longest first, so that none is waited for alone at the end."""
    subjects: dict[str, Sequence[str]] = {
        "path": ["0"],
        "film": [str(seed) for seed in seeds],
        "seen": [str(seed) for seed in seeds],
        "bricks": [str(seed) for seed in range(scale.walls)],
        "photographs": photographs.EVERYDAY + photographs.SCIENTIFIC,
    }
    return [(part, subject) for part in subjects if part in parts for subject in subjects[part]]


def _done(tasks: Sequence[Task], threads: int) -> Iterator[tuple[Task, Any]]:
    """Each task with its result, as they come."""
    if threads == 1:
        for task in tasks:
            yield task, run(task)
        return
    # Spawned, not forked: torch's threads do not survive a fork.
    with ProcessPoolExecutor(threads, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(run, task): task for task in tasks}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def run(task: Task) -> Any:
    """The figures of one task, on one thread."""
    torch.set_num_threads(1)
    scale = task.scale
    if task.part == "photographs":
        return photographs.measure(task.subject, PrevizModel.load(task.weights))
    engine, seed = PrevizEngine.load(task.weights), int(task.subject)
    if task.part == "path":
        return long_path.measure(seed, scale.rooms, scale.path, engine)
    if task.part == "bricks":
        return [bricks.measure(seed, width, engine, SIZE) for width in (12, 23)]
    stage = stage_of(seed, SIZE, _renderer(task.renderer))
    if task.part == "film":
        return takes.measure(stage, engine, scale.film, scale.judged)
    return seen.measure(stage, engine, stage.near_cameras(scale.cameras))


def _renderer(name: str) -> Renderer:
    if name == "quick":
        return quick_renderer
    from .cycles_truth import CyclesRenderer

    return CyclesRenderer()


def _rows(found: dict[str, list[Any]]) -> list[Row]:
    lines = []
    if "photographs" in found:
        lines += rows.photograph_rows(found["photographs"])
    if "seen" in found:
        lines += rows.seen_rows(found["seen"])
    if "seen" in found or "film" in found:
        lines += rows.unseen_rows(found.get("seen", []), found.get("film", []))
    if "film" in found:
        lines += rows.film_rows(found["film"])
    if "bricks" in found:
        lines += rows.brick_rows([wall for walls in found["bricks"] for wall in walls])
    if "path" in found:
        lines += rows.long_path_rows(found["path"])
    return lines


def _draw(found: dict[str, list[Any]], sheet: Path | None, pictures: Path | None) -> None:
    if sheet and "seen" in found:
        title = "Held-out sets: one look, then another camera"
        write_sheet(sheet, title, [Line(_caption(one), one.pictures) for one in found["seen"]])
    if pictures:
        for one in found.get("seen", []):
            write_pictures(pictures, one.name, one.pictures)
        for wall in (wall for walls in found.get("bricks", []) for wall in walls):
            write_pictures(pictures, f"{wall.name}-look-ours-carried-truth", wall.pictures)


def _caption(one: seen.Found) -> str:
    return f"{one.name}: surfaces in the look {one.seen.psnr:.1f} dB at sharpness {one.seen.sharpness:.2f}"


def _plain(lines: Sequence[Row], found: dict[str, list[Any]], weights: Path) -> dict[str, Any]:
    """For JSON: rows, and the figures of every set under its name."""
    shown = [{**asdict(one), "mean": one.mean, "worst": one.worst, "met": one.met} for one in lines]
    return {"weights": weights_hash(weights), "size": SIZE, "rows": shown, "sets": figures(found)}


def figures(result: Any) -> Any:
    """A part's results as JSON has them: without pictures, and of sums what they come to."""
    if isinstance(result, Tally):
        return {"psnr": result.psnr, "sharpness": result.sharpness} if result.pixels else None
    if isinstance(result, dict):
        return {name: figures(value) for name, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [figures(value) for value in result]
    if is_dataclass(result):
        shown = [field.name for field in fields(result) if field.name not in ("pictures", "at_blur")]
        return {name: figures(getattr(result, name)) for name in shown}
    return result


def _natural(subject: str) -> tuple[int, str]:
    return (int(subject), "") if subject.isdigit() else (0, subject)
