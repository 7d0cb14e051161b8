"""The files of surveys: the request of each, its result, and its coverage pictures. A short memory: they are cheap."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from blender_mirage.wire.codec import MalformedMessage, from_json, to_json
from blender_mirage.wire.survey import Survey

from ..errors import BackendError, NotFound
from ..storage.atomic import disk_errors, remove_tree, sweep_tree, sync_directory, write_atomic
from .ids import check_id, is_id

KEPT = 50
"""Surveys that stay when another is asked for."""


class SurveyFiles:
    """`<data dir>/surveys/<survey_id>/`."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "surveys"
        with disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def create(self, survey_id: str, world_id: str, request_bundle: bytes, active: Collection[str] = ()) -> None:
        """Makes the survey's folder with its request, whole or not at all, and removes the oldest ones beyond KEPT but
        for those of `active` jobs. Raises DiskFull."""
        building = self._root / f".new-{check_id(survey_id, 'survey')}"
        with disk_errors(building):
            (building / "frames").mkdir(parents=True)
        try:
            write_atomic(building / "request.mira", request_bundle)
            write_atomic(building / "world", check_id(world_id, "world").encode())
        except BackendError:
            shutil.rmtree(building, ignore_errors=True)
            raise
        building.rename(self._root / survey_id)
        sync_directory(self._root)
        for old in self._ids()[KEPT:]:
            if old not in active:
                self.delete(old)

    def request(self, survey_id: str) -> bytes:
        """The bundle that the survey was asked for with. Raises NotFound."""
        return (self._directory(survey_id) / "request.mira").read_bytes()

    def write(self, survey: Survey) -> None:
        """Stores a result. Raises NotFound, DiskFull."""
        write_atomic(self._directory(survey.survey_id) / "survey.json", to_json(survey).encode())

    def read(self, survey_id: str) -> Survey:
        """Raises NotFound while it is not finished, BackendError where the file is damaged."""
        path = self._directory(survey_id) / "survey.json"
        if not path.is_file():
            raise NotFound(f"The survey {survey_id} is not finished.", "Wait for the end of its job, then ask again.")
        try:
            return from_json(Survey, path.read_bytes())
        except MalformedMessage as error:
            raise BackendError(f"The file {path} is damaged ({error}).", "Make the survey again.") from error

    def write_picture(self, survey_id: str, index: int, png: bytes) -> None:
        """Stores the coverage picture of frame `index` (from 0). Raises NotFound, DiskFull."""
        write_atomic(self._picture_path(survey_id, index), png)

    def picture(self, survey_id: str, index: int) -> bytes:
        """The coverage picture of frame `index` (from 0), PNG. Raises NotFound."""
        path = self._picture_path(survey_id, index)
        if not path.is_file():
            raise NotFound(
                f"The survey {survey_id} has no picture of frame {index}.",
                "Wait for its event, or ask for a survey with pictures.",
            )
        return path.read_bytes()

    def delete(self, survey_id: str) -> None:
        """Removes the survey. Raises NotFound."""
        leaving = self._root / f".deleted-{survey_id}"
        with disk_errors(leaving):
            self._directory(survey_id).rename(leaving)
        remove_tree(leaving)

    def delete_of_world(self, world_id: str) -> None:
        """Removes every survey of a world."""
        for survey_id in self._ids():
            if (self._root / survey_id / "world").read_text() == world_id:
                self.delete(survey_id)

    def sweep(self) -> None:
        """Removes what a crash left half built or half deleted. Only for the process that holds the data directory."""
        for leftover in (*self._root.glob(".deleted-*"), *self._root.glob(".new-*")):
            sweep_tree(leftover)
        for temporary in (*self._root.glob("*/.*.tmp"), *self._root.glob("*/frames/.*.tmp")):
            temporary.unlink()

    def _ids(self) -> list[str]:
        """Newest first."""
        listed = [path for path in self._root.iterdir() if is_id(path.name)]
        # The request is written once, so its time is that of the asking.
        return [p.name for p in sorted(listed, key=lambda p: (p / "request.mira").stat().st_mtime_ns, reverse=True)]

    def _picture_path(self, survey_id: str, index: int) -> Path:
        if index < 0:
            raise NotFound(f"The survey {survey_id} has no frame {index}.", "Frames are counted from 0.")
        return self._directory(survey_id) / "frames" / f"{index:04d}.png"

    def _directory(self, survey_id: str) -> Path:
        directory = self._root / check_id(survey_id, "survey")
        if not directory.is_dir():
            raise NotFound(
                f"There is no survey {survey_id}.", f"Only the newest {KEPT} are kept; survey the shot once more."
            )
        return directory
