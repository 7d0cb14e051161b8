"""Bytes to a file, whole or not at all, and what a failing disk means to the user."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DiskFull, NotWritable

LOG = logging.getLogger(__name__)
# EFBIG: the file size limit of the process or of the file system (FAT: 4 GiB) is one more way of having no room.
NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG} | ({errno.EDQUOT} if hasattr(errno, "EDQUOT") else set()))
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
TEMPORARY_SUFFIX = ".tmp"


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns an OSError that says "no room" into DiskFull with `path`, one that says "not allowed" into NotWritable;
    others pass through."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise disk_full(path, error.strerror or str(error)) from error
        if error.errno in FORBIDDEN:
            raise not_writable(Path(error.filename or path), error.strerror or str(error)) from error
        raise


def disk_full(path: Path, reason: str) -> DiskFull:
    return DiskFull(
        f"There was no room to write {path} ({reason}).",
        "Free space on that disk (delete worlds or takes that you no longer need), then try again.",
    )


def not_writable(path: Path, reason: str) -> NotWritable:
    return NotWritable(
        f"{path} cannot be written ({reason}).",
        "Give this user the right to write there, or choose another folder with --data-dir.",
    )


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes `data` beside `path`, flushes it to the disk and moves it into place; on failure `path` is as before.

    Raises DiskFull or NotWritable with the path, OSError for the rest.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{TEMPORARY_SUFFIX}")
    with disk_errors(path):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_directory(path.parent)


def remove_tree(directory: Path) -> None:
    """Removes a folder with all that is in it. Raises NotWritable, naming what could not be removed."""
    with disk_errors(directory):
        shutil.rmtree(directory)


def sweep_tree(directory: Path) -> None:
    """Removes what a crash left; what cannot be removed is named in the log and hinders nothing."""
    try:
        remove_tree(directory)
    except NotWritable as error:
        LOG.warning("A leftover stays: %s", error.message)


def sync_directory(directory: Path) -> None:
    """Makes renames inside `directory` survive a power cut. Windows has no such call and journals them itself."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
