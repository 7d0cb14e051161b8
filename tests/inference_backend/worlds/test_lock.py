"""One backend at a time on a data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference_backend.errors import Conflict
from inference_backend.worlds.lock import DataDirLock

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from pathlib import Path
from inference_backend.worlds.lock import DataDirLock
lock = DataDirLock(Path(sys.argv[1]), "the backend at http://127.0.0.1:1")
print("held", flush=True)
time.sleep(600)
"""


def test_second_one_is_told_who_holds_it(tmp_path) -> None:
    lock = DataDirLock(tmp_path / "data", "the first")
    with pytest.raises(Conflict, match=f"in use by the first .process {os.getpid()}") as told:
        DataDirLock(tmp_path / "data", "the second")
    assert "--data-dir" in told.value.hint
    lock.close()
    lock.close()
    DataDirLock(tmp_path / "data", "the third").close()


def test_killed_holder_frees_it(tmp_path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"held"
        with pytest.raises(Conflict, match=f"http://127.0.0.1:1 .process {holder.pid}"):
            DataDirLock(tmp_path, "the second")
        holder.kill()
    DataDirLock(tmp_path, "the second").close()
