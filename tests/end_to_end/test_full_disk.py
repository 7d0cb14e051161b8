"""Without room, every change of the data directory fails in one sentence and leaves it as it was, at whichever write
the room ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="limits of POSIX")

from tests.support import crash_points, full_disk  # noqa: E402


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture
def small_disk(folder) -> Iterator[Path]:
    """A file system of 4 MB of its own."""
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def run_out_of_room(folder: Path, scarce: str, step: int) -> None:
    command = [sys.executable, str(full_disk.__file__), str(folder), scarce, str(step)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(line.split(": failed ") for line in done.stdout.splitlines())
    failures = {name: int(words.split()[0]) for name, words in told.items()}
    assert set(failures) == set(crash_points.OPERATIONS)
    # Deleting a world is moving it away, which asks for no room.
    assert all(count > 0 for name, count in failures.items() if name != "delete"), failures


def test_files_may_not_grow(folder) -> None:
    run_out_of_room(folder, "files", 40_000)


def test_disk_is_full(small_disk) -> None:
    run_out_of_room(small_disk, "disk", 65_536)


@pytest.mark.slow
def test_disk_is_full_at_every_page(small_disk) -> None:
    run_out_of_room(small_disk, "disk", 4096)
