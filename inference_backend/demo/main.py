"""The options of `mirage demo`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .command import run_demo


def main(argv: Sequence[str]) -> int:
    """Runs the demo; returns the exit status. Raises BackendError, which `cli` puts into words."""
    parser = argparse.ArgumentParser(
        prog="mirage demo", description="Builds the demonstration set, generates its shots and measures them."
    )
    parser.add_argument(
        "--out", type=Path, default=Path("mirage-demo"), help="folder of the results (%(default)s); never overwritten"
    )
    parser.add_argument("--width", type=int, default=512, help="pixels of a frame's width, 16:9 (%(default)s)")
    parser.add_argument("--data-dir", type=Path, help="where worlds and takes are kept (MIRAGE_DATA_DIR)")
    chosen = parser.parse_args(argv)
    run_demo(chosen.out, chosen.width, chosen.data_dir)
    return 0
