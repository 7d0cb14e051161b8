"""Files are whole or absent, also when there is no room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inference_backend.errors import DiskFull
from inference_backend.storage.atomic import disk_errors, write_atomic

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="file size limits and /dev/full are POSIX")
ROOT = Path(__file__).parents[3]
WRITE_UNDER_LIMIT = """
import resource, sys
from pathlib import Path
from inference_backend.errors import DiskFull
from inference_backend.storage.atomic import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomic(Path(sys.argv[1]), b"n" * 2000)
except DiskFull as error:
    print(error.message, error.hint)
"""


def test_replaces_whole(tmp_path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    write_atomic(path, b"new and longer")
    assert path.read_bytes() == b"new and longer"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
@pytest.mark.parametrize("before", [None, b"old"])
def test_no_room_leaves_the_file_as_it_was(tmp_path, before: bytes | None) -> None:
    path = tmp_path / "file"
    if before is not None:
        path.write_bytes(before)
    told = subprocess.run(
        [sys.executable, "-c", WRITE_UNDER_LIMIT, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert str(path) in told.stdout and "Free space" in told.stdout
    assert [(p, p.read_bytes()) for p in tmp_path.iterdir()] == ([(path, before)] if before else [])


@posix_only
def test_full_device_is_named() -> None:
    device = Path("/dev/full")
    with pytest.raises(DiskFull, match="/dev/full"), disk_errors(device), open(device, "wb", buffering=0) as file:
        file.write(b"x")


def test_other_errors_stay_themselves(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "no such folder" / "file", b"x")
    assert list(tmp_path.iterdir()) == []
