"""The commands of the add-on that the demo runs, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import BackendError

_LAST_LINES = 12


def addon(arguments: Sequence[str], data_dir: Path, show: bool) -> None:
    """Runs `python -m blender_mirage ARGUMENTS`. With `show` its progress reaches the terminal; else its words are
    kept for the case that it fails (Cycles prints a line a sample). Raises BackendError with its last lines.
    """
    command = [sys.executable, "-m", "blender_mirage", *arguments]
    if arguments[0] == "generate":
        command += ["--data-dir", str(data_dir)]
    if show:
        code, words = subprocess.run(command, stdin=subprocess.DEVNULL).returncode, ""
    else:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        code, words = done.returncode, done.stdout
    if code != 0:
        tail = "\n".join(words.strip().splitlines()[-_LAST_LINES:])
        raise BackendError(
            f"`python -m blender_mirage {arguments[0]}` ended with exit code {code}." + (f"\n{tail}" if tail else ""),
            "Run `mirage doctor`: it says what is missing and the command that brings it.",
        )
