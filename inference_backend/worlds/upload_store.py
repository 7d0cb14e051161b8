"""Bodies of requests that arrive in pieces, named by the hash of the whole: what has arrived is never sent again.

A part outlives its connection, the client and the backend; only the whole is ever used, and only when its hash is its
name. Parts that nobody goes on with are removed when a backend starts, and when others need their room.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import Conflict, InvalidRequest, NotFound, TooLarge
from ..storage.atomic import disk_errors, disk_full
from .ids import check_hash

LOG = logging.getLogger(__name__)
STALE_S = 3 * 24 * 3600.0
"""A part that nobody went on with for so long is given up."""
ROOM = 16 * 1024**3
"""Bytes that all uploads together may take; the oldest make room for new ones."""
_PART, _WHOLE = ".part", ".whole"
_READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class UploadState:
    arrived: int
    """Bytes."""
    whole: bool
    """All of it is there, and its hash is right."""


@dataclass(frozen=True, eq=False)
class Turn:
    """One connection's turn at an upload."""

    name: str
    length: int
    """Bytes of the whole."""
    file: IO[bytes]
    """Unbuffered: what was written is there, however the backend ends."""


class UploadStore:
    """`<data dir>/uploads/<hash>.part`, or `.whole`. Thread-safe."""

    def __init__(self, data_dir: Path, largest: int, room: int = ROOM) -> None:
        """largest: bytes of one upload; room: of all."""
        self._root = data_dir / "uploads"
        self._largest = largest
        self._room = room
        self._lock = threading.Lock()
        self._turns: dict[str, Turn] = {}  # guarded by the lock, as is every write to a part
        with disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def state(self, name: str) -> UploadState:
        whole = _size(self._path(name, _WHOLE))
        return UploadState(_size(self._path(name, _PART)) or 0, False) if whole is None else UploadState(whole, True)

    def begin(self, name: str, offset: int, length: int) -> Turn:
        """A turn at an upload of `length` bytes that goes on at `offset`, which must be where it stopped; it must end
        with `end`.

        A connection that broke may not have been noticed here: whoever comes last goes on, the one before stops.
        Raises Conflict (another offset), TooLarge, DiskFull.
        """
        part = self._path(name, _PART)
        if length < 1 or length > self._largest:
            raise TooLarge(
                f"An upload has 1 to {self._largest} bytes, got {length}.",
                "Send less at once (fewer frames, a lighter mesh), or raise MIRAGE_MAX_BODY_BYTES.",
            )
        with self._lock:
            there = self.state(name)
            if there.whole or offset != there.arrived or offset > length:
                raise Conflict(
                    f"{there.arrived} bytes of {name} are here, not {offset}.", "Ask again, and go on there."
                )
            self._make_room(name, length - offset)
            with disk_errors(part):
                self._turns[name] = Turn(name, length, open(part, "ab", buffering=0))
            return self._turns[name]

    def append(self, turn: Turn, data: bytes) -> None:
        """Raises Conflict where somebody else went on with it, InvalidRequest past its length, DiskFull."""
        with self._lock, disk_errors(self._path(turn.name, _PART)):
            if self._turns.get(turn.name) is not turn:
                raise Conflict(f"The upload {turn.name} goes on over another connection.", "Ask again.")
            if turn.file.tell() + len(data) > turn.length:
                raise InvalidRequest(f"More came than the {turn.length} bytes of {turn.name}.", "Send it again.")
            rest = memoryview(data)
            while rest:
                rest = rest[turn.file.write(rest) :]

    def end(self, turn: Turn) -> UploadState:
        """What came stays. Where it is all there, its hash is looked at.

        Raises Conflict where that is another (what came is then removed), DiskFull.
        """
        part = self._path(turn.name, _PART)
        with self._lock:
            mine = self._turns.get(turn.name) is turn
            if mine:
                del self._turns[turn.name]
            with disk_errors(part):
                turn.file.close()
            if mine and _size(part) == turn.length:
                if _hash_of(part) != turn.name:
                    part.unlink()
                    raise Conflict(f"The upload {turn.name} arrived damaged.", "Send it again.")
                os.replace(part, part.with_suffix(_WHOLE))
            return self.state(turn.name)

    def read(self, name: str) -> bytes:
        """A whole upload. Raises NotFound where it is not (all) there."""
        try:
            return self._path(name, _WHOLE).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"The upload {name} is not here.", "Send it again.") from None

    def remove(self, name: str) -> None:
        with self._lock, suppress(OSError):
            self._path(name, _WHOLE).unlink(missing_ok=True)

    def sweep(self, older_than_s: float = STALE_S) -> None:
        """Removes what nobody went on with. Only for the process that holds the data directory, before it answers."""
        oldest = time.time() - older_than_s
        for path in self._files():
            if path.stat().st_mtime < oldest:
                path.unlink()
                LOG.info("The upload %s was given up", path.name)

    def _path(self, name: str, suffix: str) -> Path:
        return self._root / f"{check_hash(name)}{suffix}"

    def _files(self) -> list[Path]:
        """The longest untouched first."""
        found = [path for path in self._root.iterdir() if path.suffix in (_PART, _WHOLE)]
        return sorted(found, key=lambda path: path.stat().st_mtime)

    def _make_room(self, name: str, more: int) -> None:
        """Raises DiskFull."""
        taken = sum(path.stat().st_size for path in self._files())
        for path in self._files():
            if taken + more <= self._room:
                break
            if path.stem != name and path.stem not in self._turns:
                taken -= path.stat().st_size
                path.unlink()
        if taken + more > self._room:
            raise disk_full(self._root, f"{taken + more} bytes of uploads, and {self._room} allowed")
        if shutil.disk_usage(self._root).free < more:
            raise disk_full(self._root, f"{more} bytes to come")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _hash_of(path: Path) -> str:
    """As `wire.arrays.content_hash`, without holding the file in memory."""
    digest = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        while piece := file.read(_READ_AT_ONCE):
            digest.update(piece)
    return digest.hexdigest()
