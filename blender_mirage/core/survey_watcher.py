"""Asks what a world knows of shots, on a thread of its own, and tells what it learns. It generates nothing."""

from __future__ import annotations

from queue import Queue

from ..wire.messages import WorldInfo
from .chosen_world import the_chosen_world
from .coverage_words import describe_staleness
from .engine_time import on_timeline
from .errors import SceneNotReady
from .greybox_read import checked
from .last_take import version_of
from .order_watcher import OrderWatcher
from .survey_run import SurveyRun
from .take_job import Note, Order, TakeJob, Update
from .world_report import CoverageSeen, look_at_world


class SurveyWatcher(OrderWatcher):
    """Looks at the order's takes and makes none."""

    def __init__(self, order: Order, updates: Queue[Update], kind: str = "SURVEY", pictures: bool = True) -> None:
        """kind: as what it runs for the user. pictures: whether those of the coverage are made and brought home."""
        self.kind = kind
        self._pictures = pictures
        super().__init__(order, updates)

    def _work(self) -> None:
        client = self._connect()
        world = the_chosen_world(client, self.order)
        if world is None:
            raise SceneNotReady(
                f"There is no world called {self.order.world_name!r} yet, so nothing has been seen."
                if self.order.world_name
                else "This scene has no world yet, so nothing is known.",
                "Generate a take first.",
            )
        for job in self.order.takes:
            if not self._link.stopping:
                self._look(world, job)
        if not self._link.stopping:
            self._tell(look_at_world(self._link.client, world.world_id))

    def _look(self, world: WorldInfo, job: TakeJob) -> None:
        self._tell_sending(job.shot.name)
        read = checked(job.greybox(), f"shot {job.shot.name!r}", lambda words: self._tell(Note(words)))
        run = SurveyRun(self._link, self._jobs, world.world_id, self._tell)
        survey = run.ask(job, read, pictures=self._pictures)
        if survey is None:
            self._link.stop()
            return
        pictures = run.bring_pictures(survey, self.order.base, job.shows) if self._pictures else {}
        survey = on_timeline(survey, job.shows)
        frames = [frame.frame for frame in survey.frames]
        stale = tuple(describe_staleness(one, self._version_name(job, one.take_id), frames) for one in survey.stale)
        self._tell(CoverageSeen(job.shot, survey, pictures, stale))

    def _version_name(self, job: TakeJob, take_id: str) -> str:
        """What the user knows a take by: the version of its folder."""
        version = version_of(self.order.base, job.shot.name, take_id)
        return f"v{version:03d}" if version else "The last take"
