"""Asks what a world knows of shots, on a thread of its own, and tells what it learns. It generates nothing."""

from __future__ import annotations

import threading
from queue import Queue

from ..wire.messages import WorldInfo
from .backend_link import BackendLink
from .backend_process import StartedBackend
from .chosen_world import the_chosen_world
from .coverage_words import describe_staleness
from .errors import MirageError, SceneNotReady
from .greybox_read import checked
from .last_take import version_of
from .running_jobs import RunningJobs
from .survey_run import SurveyRun
from .take_job import BackendReady, Ended, Happening, Note, Order, Progress, SceneKey, TakeJob, Update
from .world_report import CoverageSeen, look_at_world


class SurveyWatcher(threading.Thread):
    """One thread an order, whose takes are looked at and not made. Its last update is always `Ended`."""

    kind = "SURVEY"

    def __init__(self, order: Order, updates: Queue[Update]) -> None:
        super().__init__(name=f"mirage-survey-{order.order_id[:8]}", daemon=True)
        self.order = order
        self._updates = updates
        self._link = BackendLink(order.settings, lambda words: self._tell(Progress("Backend", words)))
        self._jobs = RunningJobs(self._link, self._tell, self.name)

    @property
    def order_id(self) -> str:
        return self.order.order_id

    @property
    def scene(self) -> SceneKey:
        return self.order.scene

    @property
    def started_backend(self) -> StartedBackend | None:
        return self._link.started

    def cancel(self) -> None:
        """Asks it to stop; returns at once."""
        self._jobs.stop()

    def run(self) -> None:
        try:
            self._work()
        except MirageError as error:
            self._jobs.cancel()
            self._tell(Ended("cancelled" if self._link.stopping else "failed", error.message, error.hint))
        else:
            self._tell(Ended("cancelled" if self._link.stopping else "done"))
        finally:
            self._link.close()

    def _work(self) -> None:
        self._tell(Progress("Backend", "connecting"))
        connection = self._link.connect()
        client = connection.client
        self._tell(BackendReady(client.url, connection.health, client.worlds(), connection.started is not None))
        world = the_chosen_world(client, self.order)
        if world is None:
            raise SceneNotReady(
                f"There is no world {self.order.world_name or 'of this scene'!r} yet, so it has seen nothing.",
                "Generate a take first.",
            )
        for job in self.order.takes:
            if not self._link.stopping:
                self._look(world, job)
        if not self._link.stopping:
            self._tell(look_at_world(self._link.client, world.world_id))

    def _look(self, world: WorldInfo, job: TakeJob) -> None:
        self._tell(Progress(job.shot.name, "sending"))
        read = checked(job.greybox(), f"shot {job.shot.name!r}", lambda words: self._tell(Note(words)))
        run = SurveyRun(self._link, self._jobs, world.world_id, self._tell)
        survey = run.ask(job, read, pictures=True)
        if survey is None:
            self._link.stop()
            return
        pictures = run.bring_pictures(survey, self.order.base)
        frames = [frame.frame for frame in survey.frames]
        stale = tuple(describe_staleness(one, self._version_name(job, one.take_id), frames) for one in survey.stale)
        self._tell(CoverageSeen(job.shot, survey, pictures, stale))

    def _version_name(self, job: TakeJob, take_id: str) -> str:
        """What the user knows a take by: the version of its folder."""
        version = version_of(self.order.base, job.shot.name, take_id)
        return f"v{version:03d}" if version else "The last take"

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order.order_id, what))
