"""Runs every change of a data directory with less and less room, until it fails, and holds what is left against before.

Run as a program with an empty folder, what makes room scarce, how many bytes to go on between two attempts, and names
of operations (all). `files`: no file may grow beyond so many bytes (RLIMIT_FSIZE, as any user). `disk`: the folder lies
on a small file system of its own (a tmpfs) that is filled but for so many bytes. Prints how many attempts failed. A
process of its own, because it forks: a limit cannot be raised again.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from inference_backend.errors import DiskFull
from tests.support.crash_points import OPERATIONS, build, recover, tell

FAILED = 3
ONE_WAY = {"forget object", "forget take", "forget look", "forget everything", "delete"}
"""They may run out of room while tidying up behind their commit; what is left of that, the next start does."""


def attempt(operation: Callable[[Path], None], data_dir: Path, limit: int | None) -> int:
    """Runs the operation in a child, under a limit of the size of files: 0 where it succeeds, FAILED for a DiskFull."""
    child = os.fork()
    if child == 0:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            operation(data_dir)
        except DiskFull as error:
            assert "no room" in error.message and str(data_dir) in error.message and error.hint
            os._exit(FAILED)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fill(folder: Path, free: int) -> None:
    """Leaves `free` bytes (whole pages) of the file system that `folder` lies on."""
    facts = os.statvfs(folder)
    taken = facts.f_bavail * facts.f_bsize - free
    if taken > 0:
        with open(folder / "ballast", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, taken)


def try_all(name: str, folder: Path, scarce: str, step: int) -> None:
    base, work = folder / "base", folder / "work"
    build(base)
    shutil.copytree(base, work)
    OPERATIONS[name](work)
    recover(work)
    after = tell(work)
    shutil.rmtree(work)
    shutil.copytree(base, work)
    recover(work)
    before = tell(work)
    # Three bytes are what SQLite begins its shared memory with; a disk that refuses these is broken, not full.
    room, failed, code = 3 if scarce == "files" else 0, 0, FAILED
    while code == FAILED:
        shutil.rmtree(work)
        shutil.copytree(base, work)
        if scarce == "disk":
            fill(folder, room)
        code = attempt(OPERATIONS[name], work, room if scarce == "files" else None)
        (folder / "ballast").unlink(missing_ok=True)
        assert code in (0, FAILED), f"{name} with {room} bytes of room ended with {code}"
        recover(work)
        found = tell(work)
        assert found == (before if code else after) or (code and name in ONE_WAY and found == after), f"{name}: {room}"
        failed, room = failed + (code == FAILED), room + step
    print(f"{name}: failed {failed} times, then had room enough", flush=True)
    shutil.rmtree(base)
    shutil.rmtree(work)


if __name__ == "__main__":
    for operation in sys.argv[4:] or OPERATIONS:
        try_all(operation, Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
