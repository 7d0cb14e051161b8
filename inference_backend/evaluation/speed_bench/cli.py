"""`mirage bench speed`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ...models.registry import WEIGHTS_DIR
from ...storage.atomic import write_atomic
from .footage import SETS, film
from .in_process import Bench
from .over_http import HttpBench
from .report import Row, covered_rows, growth_rows, http_rows, table, to_json

PARTS = ("take", "http", "growth")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="mirage bench speed",
        description="Frames a second of whole takes on this machine: first a take that makes a place known, then the"
        " same path again, covered.",
    )
    parser.add_argument("--frames", type=int, default=48, help="of a take (%(default)s)")
    parser.add_argument("--long", type=int, default=1000, help="frames of the path of `growth` (%(default)s)")
    parser.add_argument("--size", type=_size, default=(288, 512), help="WIDTHxHEIGHT (512x288)")
    parser.add_argument("--set", choices=SETS, action="append", help="one set; may be given again (all)")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again (all)")
    parser.add_argument("--device", default="cpu", help="%(default)s, or cuda")
    parser.add_argument("--weights-dir", type=Path, default=WEIGHTS_DIR, help="where the engine's weights lie")
    parser.add_argument("--json", type=Path, help="write every figure there, too")
    arguments = parser.parse_args(list(argv))
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for name in arguments.set or SETS:
        for part in arguments.only or PARTS:
            found, figures = _PARTS[part](name, arguments)
            rows += figures
            raw[f"{name} {part}"] = found
            print(table(figures), flush=True)
    print(f"\n{torch.get_num_threads()} threads, {arguments.device}\n\n{table(rows)}")
    if arguments.json:
        write_atomic(arguments.json, json.dumps(to_json(rows, raw), indent=1).encode())
    return 0


def _take(name: str, arguments: argparse.Namespace) -> tuple[Any, list[Row]]:
    footage = film(name, arguments.frames, arguments.size)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.weights_dir, arguments.device)
        bench.send(footage)
        times = [bench.take(footage) for _ in range(2)]
    return [asdict(one) for one in times], covered_rows(footage.name, *times)


def _http(name: str, arguments: argparse.Namespace) -> tuple[Any, list[Row]]:
    footage = film(name, arguments.frames, arguments.size)
    with tempfile.TemporaryDirectory() as folder, HttpBench(Path(folder)) as bench:
        bench.send(footage)
        times = [bench.take(footage) for _ in range(2)]
    return [asdict(one) for one in times], http_rows(footage.name, times[-1])


def _growth(name: str, arguments: argparse.Namespace) -> tuple[Any, list[Row]]:
    footage = film(name, arguments.long, arguments.size)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.weights_dir, arguments.device)
        bench.send(footage)
        times = [bench.take(footage) for _ in range(2)]
    return [asdict(one) for one in times], growth_rows(footage.name, times[-1])


def _size(text: str) -> tuple[int, int]:
    """(H, W) of `512x288`."""
    width, _, height = text.partition("x")
    try:
        return int(height), int(width)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT, as 512x288, got {text!r}") from None


_PARTS = {"take": _take, "http": _http, "growth": _growth}
