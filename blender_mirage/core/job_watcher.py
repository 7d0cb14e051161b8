"""Works an order off on a thread of its own: connects, sends, follows, saves frames, and tells what happens.

It never touches Blender. What it tells goes into a queue as small values; `event_pump` applies them on the main thread.
Closing Blender ends the thread, not the job: the backend goes on.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Queue

from ..wire.messages import JobEvent, JobStatus, WorldInfo
from .backend_link import BackendLink
from .backend_process import StartedBackend
from .chosen_world import the_chosen_world
from .client import MirageClient
from .errors import BackendRefused, MirageError
from .greybox_read import GreyboxRead, checked
from .in_view import require_mesh_in_view
from .last_take import last_take
from .running_jobs import RunningJobs
from .survey_run import SurveyRun
from .take_job import (
    BackendReady,
    Ended,
    Happening,
    LookWritten,
    Note,
    Order,
    Progress,
    SceneKey,
    TakeJob,
    Update,
    WorldChosen,
)
from .take_saver import TakeSaver
from .world_report import look_at_world


@dataclass(frozen=True)
class _Submitted:
    job: TakeJob
    saver: TakeSaver
    status: JobStatus


class JobWatcher(threading.Thread):
    """One thread an order. Its last update is always `Ended`."""

    kind = "TAKE"

    def __init__(self, order: Order, updates: Queue[Update]) -> None:
        super().__init__(name=f"mirage-order-{order.order_id[:8]}", daemon=True)
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
        """The backend process, where this order started it."""
        return self._link.started

    def cancel(self) -> None:
        """Asks everything of this order to stop; returns at once. Finished frames stay."""
        self._jobs.stop()

    def run(self) -> None:
        try:
            self._work()
        except MirageError as error:
            self._jobs.cancel()
            state = "cancelled" if self._link.stopping else "failed"
            self._tell(Ended(state, error.message, error.hint))
        else:
            self._tell(Ended("cancelled" if self._link.stopping else "done"))
        finally:
            self._link.close()

    def _work(self) -> None:
        self._tell(Progress("Backend", "connecting"))
        connection = self._link.connect()
        client = connection.client
        self._tell(BackendReady(client.url, connection.health, client.worlds(), connection.started is not None))
        world = self._choose_world(client)
        self._write_look(world)
        jobs = (self._as_stale(world, job) if self.order.stale_only else job for job in self.order.takes)
        wanted = [job for job in jobs if job is not None]
        # All are sent before the first is followed, so that the backend finishes them should Blender be closed.
        submitted = [self._submit(world, job) for job in wanted if not self._link.stopping]
        for entry in submitted:
            self._follow(entry)
        with suppress(MirageError):  # the takes are made: that nobody could say what the world holds now fails nothing
            self._tell(look_at_world(self._link.client, world.world_id))

    def _choose_world(self, client: MirageClient) -> WorldInfo:
        order = self.order
        chosen = the_chosen_world(client, order)
        if chosen is not None and order.world_id:
            return chosen
        world = chosen or client.create_world(order.world_name or order.new_world_name)
        self._tell(WorldChosen(world))
        return world

    def _write_look(self, world: WorldInfo) -> None:
        look = self.order.seed_view
        if look is None or self._link.stopping:
            return
        key = look.key(world.world_id)
        if key == self.order.seeded and world.seed_views > 0:
            return
        read = self._checked(look.greybox(), "the look's frame")
        self._tell(Progress("Look", "sending"))
        client = self._link.client
        client.send_meshes(world.world_id, read.meshes)
        request, arrays = look.request(self.order.takes[0].engine, read)
        status = self._jobs.add(client.submit_seed_view(world.world_id, request, arrays))
        end = self._jobs.follow(status, self._tell_of_look)
        if end.state == "failed":
            raise BackendRefused(end.message or "The look could not be written into the world.", end.hint)
        if end.state == "done":
            self._tell(LookWritten(key))

    def _tell_of_look(self, event: JobEvent) -> None:
        if event.kind == "note":
            self._tell(Note(f"Look: {event.message}"))
        else:
            self._tell(Progress("Look", event.phase or event.state, event.done, event.total))

    def _as_stale(self, world: WorldInfo, job: TakeJob) -> TakeJob | None:
        """The job as it is to be made: upon the shot's last take, or None where that is up to date."""
        name = job.shot.name
        last = last_take(self.order.base, name, world.world_id)
        if last is None or self._link.stopping:
            return job
        run = SurveyRun(self._link, self._jobs, world.world_id, self._tell)
        try:
            survey = run.ask(job, self._checked(job.greybox(), f"shot {name!r}"), (last.take_id,))
        except BackendRefused as error:
            if error.code != "not_found":
                raise
            self._tell(Note(f"{name}: the backend has v{last.version:03d} no more, so all of it is made anew."))
            return job
        if survey is None:
            self._link.stop()
            return None
        if survey.stale and not any(stale.frames for stale in survey.stale):
            self._tell(Note(f"{name}: v{last.version:03d} is up to date."))
            return None
        return replace(job, base_take=last.take_id)

    def _submit(self, world: WorldInfo, job: TakeJob) -> _Submitted:
        self._tell(Progress(job.shot.name, "sending"))
        read = self._checked(job.greybox(), f"shot {job.shot.name!r}")
        require_mesh_in_view(job.camera, read, job.shot.name)
        self._link.client.send_meshes(world.world_id, read.meshes)
        request, arrays = job.request(read)
        status = self._jobs.add(self._link.client.submit_take(world.world_id, request, arrays))
        return _Submitted(job, TakeSaver(self.order, job, request, self._tell), status)

    def _follow(self, entry: _Submitted) -> None:
        take_id = entry.status.take_id
        end = self._jobs.follow(entry.status, lambda event: entry.saver.apply(event, self._link.client, take_id))
        saved = entry.saver.finish(end, self._link.client)
        if saved is not None:
            self._tell(saved)
        if end.state == "failed":
            raise BackendRefused(end.message or f"Shot {entry.job.shot.name!r} could not be made.", end.hint)
        if end.state == "cancelled":
            self._link.stop()  # cancelled from elsewhere, it still is what the user wanted of this order

    def _checked(self, read: GreyboxRead, where: str) -> GreyboxRead:
        return checked(read, where, lambda words: self._tell(Note(words)))

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order.order_id, what))
