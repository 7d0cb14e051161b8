"""Takes that a backend was asked for and that no timeline shows yet: one small file each, beside the shots' folders.

It is written when the take was sent and removed when it was shown. Whatever ends Blender in between, the file tells
the next one that opens the .blend what to fetch. Who works on a take holds its file locked, so that two Blenders do
not both fetch it; the system itself frees what a dead one held.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from ..wire.codec import MalformedMessage, from_json, to_plain
from .file_lock import try_lock
from .scene_key import SceneKey
from .shots import Shot
from .take_files import write_whole

PENDING_FOLDER = "_pending"
"""Beside the folders of the shots, none of which begins with `_`."""


@dataclass(frozen=True)
class PendingTake:
    """What it takes to fetch a take without the scene that it was read from."""

    job_id: str
    take_id: str
    backend: str
    """Which backend was asked: its address, or the data folder of this machine's."""
    scene: SceneKey
    shot: Shot
    frames: tuple[int, ...]
    """Blender's frame numbers by index."""
    facts: dict[str, Any]
    """Of the sidecar, beside what the backend says of the take."""
    sent: float = 0.0
    """Seconds since the epoch, for the order among several."""
    shows: tuple[tuple[int, ...], ...] = ()
    """Where the engine has a rate of its own: Blender's frames by index that show its frame."""

    def shown_by(self, index: int) -> tuple[int, ...]:
        """Blender's frames that show the backend's frame of that index."""
        return self.shows[index] if self.shows else (self.frames[index],)


class PendingFile:
    """One take's file, held by this process until it is `done` or `left`."""

    def __init__(self, path: Path, take: PendingTake, lock: IO[bytes]) -> None:
        self.take = take
        self._path = path
        self._lock = lock

    @property
    def base(self) -> Path:
        """The folder that holds a folder a shot."""
        return self._path.parent.parent

    def done(self) -> None:
        """The take is shown, or there is nothing of it to show: the file goes."""
        self._lock.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        with suppress(OSError):  # others are pending
            self._path.parent.rmdir()

    def leave(self) -> None:
        """Frees it for whoever opens the .blend next."""
        self._lock.close()


def note_pending(base: Path, take: PendingTake) -> PendingFile:
    """Writes the file of a take that was just sent, and holds it. Raises TakeNotWritable."""
    path = base / PENDING_FOLDER / f"{take.take_id}.json"
    take = replace(take, shot=take.shot.elsewhere())
    write_whole(path, json.dumps(to_plain(take), ensure_ascii=False).encode())
    lock = path.open("rb")
    try_lock(lock)
    return PendingFile(path, take, lock)


def hold_pending(base: Path) -> tuple[PendingFile, ...]:
    """The takes of a folder that nobody works on, oldest first, held from now on. Unreadable files are passed over."""
    folder = base / PENDING_FOLDER
    if not folder.is_dir():
        return ()
    found = [held for path in folder.glob("*.json") if (held := _hold(path)) is not None]
    return tuple(sorted(found, key=lambda held: held.take.sent))


def _hold(path: Path) -> PendingFile | None:
    """None where somebody else holds it, it is gone by now, or no take is to be read in it."""
    with suppress(OSError, MalformedMessage), ExitStack() as undo:
        lock = undo.enter_context(path.open("rb"))
        if try_lock(lock):
            take = from_json(PendingTake, lock.read())
            undo.pop_all()  # from here on it is held
            return PendingFile(path, take, lock)
    return None
