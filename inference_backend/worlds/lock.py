"""One backend at a time on a data directory: an operating system lock, which a crash releases by itself."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

from ..errors import Conflict
from ..storage.atomic import disk_errors

LOCK_NAME = "backend.lock"
# Windows locks are mandatory: the locked byte lies far behind the text, so that others can read who holds the lock.
_LOCKED_BYTE = 1 << 20


class DataDirLock:
    """Held from construction to `close`. The file says who holds it, for the message that the second one gets."""

    def __init__(self, data_dir: Path, holder: str) -> None:
        """`holder` is what this process calls itself in that message. Raises Conflict naming the present holder."""
        self._path = data_dir / LOCK_NAME
        with disk_errors(self._path):
            data_dir.mkdir(parents=True, exist_ok=True)
            self._file = open(self._path, "a+b")  # noqa: SIM115  held until close()
        try:
            _lock(self._file)
        except OSError:
            found = self._holder()
            self._file.close()
            raise Conflict(
                f"The data folder {data_dir} is in use by {found}.",
                "Use that backend, stop it first, or choose another folder with --data-dir.",
            ) from None
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "holder": holder}).encode())
        self._file.flush()

    def close(self) -> None:
        """Lets the next one in. The file stays: removing it would let two processes lock two files of one name."""
        if self._file.closed:
            return
        self._file.truncate(0)
        self._file.close()

    def _holder(self) -> str:
        self._file.seek(0)
        try:
            facts = json.loads(self._file.read())
            return f"{facts['holder']} (process {facts['pid']})"
        except (ValueError, KeyError, TypeError):
            return "another process that is just starting"


def _lock(file: IO[bytes]) -> None:
    """Raises OSError when another process (or another opening in this one) holds it."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
