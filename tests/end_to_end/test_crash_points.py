"""Killed at any step on the disk, every change of the data directory has happened whole or not at all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import crash_points

pytestmark = pytest.mark.skipif(not hasattr(crash_points.os, "fork"), reason="forks")


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a disk: a killed process leaves the same there, and nothing waits for a platter."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


def die(folder: Path, every: int, *names: str) -> list[str]:
    command = [sys.executable, str(crash_points.__file__), str(folder), str(every), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_a_sample_of_the_instants_of_every_change(folder) -> None:
    told = die(folder, 31)
    assert len(told) == len(crash_points.OPERATIONS)
    assert sum(int(line.split(": ")[1].split()[0]) for line in told) > 25


@pytest.mark.slow
@pytest.mark.parametrize("name", list(crash_points.OPERATIONS))
def test_every_instant(folder, name: str) -> None:
    (told,) = die(folder, 1, name)
    print(told)
