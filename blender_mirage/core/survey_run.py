"""One survey: asked, followed to its end, brought home."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..wire.messages import JobEvent
from ..wire.survey import Survey, SurveyRequest
from .backend_link import BackendLink
from .client import MirageClient
from .errors import BackendRefused
from .greybox_read import GreyboxRead
from .running_jobs import RunningJobs
from .take_files import safe_name, write_whole
from .take_job import Happening, Note, Progress, TakeJob

COVERAGE_FOLDER = "_coverage"
"""Beside the folders of the shots, none of which begins with `_`."""


@dataclass(frozen=True)
class SurveyRun:
    """Asks a world about shots, over one link."""

    link: BackendLink
    jobs: RunningJobs
    world_id: str
    tell: Callable[[Happening], None]

    def ask(
        self, job: TakeJob, read: GreyboxRead, compare: Sequence[str] = (), pictures: bool = False
    ) -> Survey | None:
        """What the world knows of the shot; None where it was cancelled. Raises BackendRefused where it failed."""
        name = job.shot.name
        self.link.keep_at(lambda client: client.send_meshes(self.world_id, read.meshes))
        take, arrays = job.request(read)
        request = SurveyRequest(take, tuple(compare), pictures)
        asked = uuid.uuid4().hex
        send = self.link.keep_at(lambda client: client.submit_survey(self.world_id, request, arrays, asked))
        status = self.jobs.add(send)
        end = self.jobs.follow(status, lambda event: self._show(name, event))
        if end.state == "failed":
            raise BackendRefused(end.message or f"The coverage of shot {name!r} could not be found out.", end.hint)
        if end.state != "done":
            return None
        return self.link.keep_at(lambda client: client.survey(status.take_id))  # in the camera's own frames

    def bring_pictures(self, survey: Survey, base: Path, shows: Sequence[Sequence[int]] = ()) -> dict[int, Path]:
        """Blender's frame -> file; `shows` as in `TakeJob`. The pictures of earlier surveys of the shot are removed.
        Raises TakeNotWritable."""
        shots = base / COVERAGE_FOLDER / safe_name(survey.shot)
        folder = shots / survey.survey_id[:12]
        files: dict[int, Path] = {}
        for index, frame in enumerate(survey.frames):
            self.tell(Progress(survey.shot, "drawing coverage", index, len(survey.frames)))
            picture = self.link.keep_at(partial(_picture, survey.survey_id, index))
            for number in shows[index] if shows else (frame.frame,):
                files[number] = folder / f"{safe_name(survey.shot)}_coverage_{number:04d}.png"
                write_whole(files[number], picture)
        _remove_older(shots, folder)
        return files

    def _show(self, title: str, event: JobEvent) -> None:
        if event.kind == "note":
            self.tell(Note(f"{title}: {event.message}"))
        elif event.kind in ("phase", "progress"):
            self.tell(Progress(title, event.phase, event.done, event.total))
        elif event.kind == "state" and event.state in ("queued", "running"):
            self.tell(Progress(title, event.state))


def _picture(survey_id: str, index: int, client: MirageClient) -> bytes:
    return client.coverage_picture(survey_id, index)


def _remove_older(shots: Path, newest: Path) -> None:
    """Removes the pictures of a shot's earlier surveys, and nothing that is not one."""
    for folder in shots.iterdir():
        if folder == newest or not folder.is_dir():
            continue
        with suppress(OSError):  # held open by a viewer: they lie in nobody's way
            for picture in folder.glob("*_coverage_*.png"):
                picture.unlink()
            folder.rmdir()
