"""`mirage bench memory`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ...models.protocol import Engine
from ...models.registry import load_engine
from ...storage.atomic import write_atomic
from . import conditioning, correctness, growth, read_time, revisit, store_time
from .footage import PUBLISHED_GRID
from .report import (
    Row,
    conditioning_rows,
    correctness_rows,
    growth_rows,
    read_rows,
    revisit_rows,
    store_rows,
    table,
)

DEMO_GRID = (72, 128)
"""Of a previz frame of 512 x 288."""


@dataclass(frozen=True)
class Scale:
    """How much a run does."""

    sets: int
    milestones: tuple[int, ...]
    """Tokens written at which reading is timed."""
    conditioned: tuple[int, ...]
    corridor_frames: int
    by_hand: int
    """Sets whose hundred loops are walked by hand: every frame of them is cast anew."""
    stored: int
    stores: int
    per_loop: int = growth.PER_LOOP
    """Frames of a loop that is walked again and again."""


FULL = Scale(10, (100_000, 300_000, 1_000_000, 2_000_000), (300_000, 1_000_000), 48, 2, 1_000_000, 1)
QUICK = Scale(2, (100_000, 300_000), (100_000,), 24, 0, 200_000, 1)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mirage bench", description="Figures of the backend, measured here and now.")
    subjects = parser.add_subparsers(dest="subject", required=True)
    memory = subjects.add_parser("memory", help="the latent memory against the published one")
    memory.add_argument("--quick", action="store_true", help="two small sets, in about a minute")
    memory.add_argument("--sets", type=int, help="how many sets, drawn from the seeds 0, 1, …")
    memory.add_argument("--json", type=Path, help="write every figure of every set there, too")
    memory.add_argument("--only", choices=sorted(_PARTS), action="append", help="one part; may be given again")
    memory.add_argument(
        "--threads",
        type=int,
        default=1,
        help="of torch (%(default)s: on a shared machine more threads wait for each other)",
    )
    arguments = parser.parse_args(list(argv))
    torch.set_num_threads(arguments.threads)
    scale = QUICK if arguments.quick else FULL
    seeds = list(range(arguments.sets or scale.sets))
    report = run(scale, seeds, load_engine("previz", "cpu"), arguments.only or list(_PARTS))
    print(f"{len(seeds)} sets, {torch.get_num_threads()} threads, CPU\n\n{table(report.rows)}")
    if arguments.json:
        write_atomic(arguments.json, json.dumps(report.to_json(), indent=1).encode())
    return 0


@dataclass(frozen=True)
class Report:
    """A whole run."""

    rows: list[Row]
    raw: dict[str, Any]
    """By part: every set's own figures."""

    def to_json(self) -> dict[str, Any]:
        rows = [{**asdict(row), "mean": row.mean, "worst": row.worst, "met": row.met} for row in self.rows]
        return {"threads": torch.get_num_threads(), "rows": rows, "sets": self.raw}


def run(scale: Scale, seeds: list[int], engine: Engine, parts: Sequence[str]) -> Report:
    """Measures the parts; says on the way how far it is."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for part in parts:
        start = time.perf_counter()
        found, shown = _PARTS[part](scale, seeds, engine)
        raw[part] = found
        rows += shown
        print(f"{part}: {time.perf_counter() - start:.0f} s", flush=True)
    return Report(rows, raw)


_Part = tuple[Any, list[Row]]


def _read(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [read_time.measure(seed, scale.milestones, PUBLISHED_GRID, engine) for seed in seeds]
    large = [read_time.measure(seed, scale.milestones, DEMO_GRID, engine) for seed in seeds[:2]]
    rows = read_rows(found, PUBLISHED_GRID) + read_rows(large, DEMO_GRID)
    return [[asdict(one) for one in times] for times in found + large], rows


def _conditioning(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [conditioning.measure(seed, scale.conditioned, PUBLISHED_GRID, engine) for seed in seeds]
    return [[asdict(one) for one in times] for times in found], conditioning_rows(found, PUBLISHED_GRID)


def _growth(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [growth.measure(seed, PUBLISHED_GRID, per_loop=scale.per_loop) for seed in seeds]
    by_hand = [growth.measure(seed, PUBLISHED_GRID, jitter=1.0, per_loop=12) for seed in seeds[: scale.by_hand]]
    rows = growth_rows(found, "the same loop", targets=True)
    rows += growth_rows(by_hand, "the loop held by hand", targets=False) if by_hand else []
    return [asdict(one) for one in found + by_hand], rows


def _correctness(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [correctness.measure(seed, scale.corridor_frames) for seed in seeds]
    return found, correctness_rows(found)


def _revisit(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [revisit.measure(seed) for seed in seeds]
    return [asdict(one) for one in found], revisit_rows(found)


def _store(scale: Scale, seeds: list[int], engine: Engine) -> _Part:
    found = [store_time.measure(seed, scale.stored, PUBLISHED_GRID, engine) for seed in seeds[: scale.stores]]
    return [asdict(one) for one in found], store_rows(found)


_PARTS: dict[str, Callable[[Scale, list[int], Engine], _Part]] = {
    "read": _read,
    "conditioning": _conditioning,
    "growth": _growth,
    "correctness": _correctness,
    "revisit": _revisit,
    "store": _store,
}
