"""The files of takes: the request that made each, its facts, and its frames."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from blender_mirage.wire.codec import MalformedMessage, from_json, to_json
from blender_mirage.wire.messages import TakeInfo

from ..errors import BackendError, NotFound
from ..storage.atomic import disk_errors, remove_tree, sweep_tree, sync_directory, write_atomic
from .ids import check_id, is_id

FINGERPRINTS = "fingerprints.json"
"""Content hashes of a finished take's frames."""
PROGRESS = "progress.safetensors"
"""What an attempt at an unfinished take has learned so far."""


class TakeFiles:
    """`<data dir>/takes/<take_id>/`. Frames are never overwritten by anything but the same frame of the same take."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "takes"
        with disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def create(self, take_id: str, request_bundle: bytes, info: TakeInfo) -> None:
        """Makes the take's folder with its request and facts, whole or not at all. Raises DiskFull."""
        check_id(take_id, "take")
        building = self._root / f".new-{take_id}"
        with disk_errors(building):
            (building / "frames").mkdir(parents=True)
        try:
            write_atomic(building / "request.mira", request_bundle)
            write_atomic(building / "take.json", to_json(info).encode())
        except BackendError:
            shutil.rmtree(building, ignore_errors=True)
            raise
        building.rename(self._root / take_id)
        sync_directory(self._root)

    def request(self, take_id: str) -> bytes:
        """The bundle that the take was asked for with. Raises NotFound."""
        return (self._directory(take_id) / "request.mira").read_bytes()

    def info(self, take_id: str) -> TakeInfo:
        """Raises NotFound, or BackendError where the file is damaged."""
        path = self._directory(take_id) / "take.json"
        try:
            return from_json(TakeInfo, path.read_bytes())
        except MalformedMessage as error:
            raise BackendError(f"The file {path} is damaged ({error}).", "Restore it from a backup.") from error

    def update_info(self, take_id: str, **changes: Any) -> TakeInfo:
        """Replaces fields of the take's facts; returns the new ones. Raises NotFound, DiskFull."""
        info = replace(self.info(take_id), **changes)
        self.replace_info(info)
        return info

    def replace_info(self, info: TakeInfo) -> None:
        """Writes the take's facts anew. Raises NotFound, DiskFull."""
        write_atomic(self._directory(info.take_id) / "take.json", to_json(info).encode())

    def write_frame(self, take_id: str, index: int, png: bytes) -> Path:
        """Stores the picture of frame `index` (from 0). Raises NotFound, DiskFull."""
        path = self.frame_path(take_id, index)
        write_atomic(path, png)
        return path

    def frame_path(self, take_id: str, index: int) -> Path:
        """Where frame `index` (from 0) lies, whether or not it is finished. Raises NotFound for an unknown take."""
        if index < 0:
            raise NotFound(f"The take {take_id} has no frame {index}.", "Frames are counted from 0.")
        return self._directory(take_id) / "frames" / f"{index:04d}.png"

    def take_over_frame(self, take_id: str, index: int, source_id: str, source_index: int) -> None:
        """Makes a finished frame of another take this one's frame `index`: by a hard link, as frames never change.
        Raises NotFound, DiskFull."""
        source, target = self.frame_path(source_id, source_index), self.frame_path(take_id, index)
        if not source.is_file():
            raise NotFound(f"Frame {source_index} of the take {source_id} is not there.", "Make it again.")
        target.unlink(missing_ok=True)
        with disk_errors(target):
            try:
                os.link(source, target)
            except OSError:
                # Not every file system has hard links (exFAT, some network shares).
                write_atomic(target, source.read_bytes())
            sync_directory(target.parent)

    def exists(self, take_id: str) -> bool:
        """Whether the take has files here: a world may remember one that has none."""
        return (self._root / check_id(take_id, "take")).is_dir()

    def file(self, take_id: str, name: str) -> Path:
        """Where a file of the take other than its frames lies, whether or not it is there. Raises NotFound."""
        return self._directory(take_id) / name

    def drop_progress(self, take_id: str) -> None:
        """Removes what an attempt has learned: the take has ended, or is begun anew. Raises NotFound."""
        self.file(take_id, PROGRESS).unlink(missing_ok=True)

    def frames_done(self, take_id: str) -> int:
        """How many frames are finished. Raises NotFound."""
        return sum(1 for path in (self._directory(take_id) / "frames").glob("[0-9]*.png"))

    def of_world(self, world_id: str) -> list[str]:
        """Ids of the takes that were made in a world."""
        ids = (path.name for path in self._root.iterdir() if is_id(path.name))
        return [take_id for take_id in ids if self.belongs(take_id, world_id)]

    def delete(self, take_id: str) -> None:
        """Removes the take with its request and frames. Raises NotFound."""
        leaving = self._root / f".deleted-{take_id}"
        with disk_errors(leaving):
            self._directory(take_id).rename(leaving)
        remove_tree(leaving)

    def size(self, take_id: str) -> int:
        """Bytes of all files of the take. Raises NotFound."""
        return sum(path.stat().st_size for path in self._directory(take_id).rglob("*") if path.is_file())

    def belongs(self, take_id: str, world_id: str) -> bool:
        """Whether the take is there and was made in that world."""
        try:
            return self.info(take_id).world_id == world_id
        except BackendError:
            # A damaged take cannot say whose it is; deleting another world's take would be worse than keeping it.
            return False

    def sweep(self, asked: Collection[str] | None = None) -> None:
        """Removes what a crash left half built or half deleted, and takes that wait for a job which is not in `asked`:
        nobody was told that they were taken on. Only for the process that holds the data directory."""
        for leftover in (*self._root.glob(".deleted-*"), *self._root.glob(".new-*")):
            sweep_tree(leftover)
        for take_id in [path.name for path in self._root.iterdir() if is_id(path.name)]:
            if asked is not None and take_id not in asked and self._waits(take_id):
                self.delete(take_id)
        for temporary in self._root.glob("*/.*.tmp"):
            temporary.unlink()
        for temporary in self._root.glob("*/frames/.*.tmp"):
            temporary.unlink()

    def _waits(self, take_id: str) -> bool:
        try:
            return self.info(take_id).state in ("queued", "running")
        except BackendError:
            return False

    def _directory(self, take_id: str) -> Path:
        directory = self._root / check_id(take_id, "take")
        if not directory.is_dir():
            raise NotFound(f"There is no take {take_id}.", "It was deleted with its world, or never existed.")
        return directory
