"""Makes the takes of an order: chooses the world, writes the look, sends every take, follows each, saves its frames."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Queue

from ..wire.arrays import Arrays
from ..wire.messages import JobStatus, SeedViewRequest, WorldInfo
from .chosen_world import new_world, the_chosen_world
from .client import MirageClient
from .errors import BackendRefused, MirageError
from .greybox_read import GreyboxRead, checked
from .in_view import require_mesh_in_view
from .last_take import last_take
from .order_watcher import OrderWatcher
from .pending_takes import PendingTake, note_pending
from .picture_sending import follow_picture, send_picture
from .survey_run import SurveyRun
from .take_job import (
    BackendReady,
    LookWritten,
    Note,
    Order,
    SeedView,
    TakeJob,
    Update,
    WorldChosen,
    sidecar_facts,
)
from .take_saver import TakeSaver
from .world_report import look_at_world


@dataclass(frozen=True)
class _Submitted:
    name: str
    saver: TakeSaver
    status: JobStatus
    look: tuple[JobStatus, str] | None = None
    """The shot's own look, which is written before it, and that look's key."""


class JobWatcher(OrderWatcher):
    """Makes the order's takes."""

    kind = "TAKE"

    def __init__(self, order: Order, updates: Queue[Update]) -> None:
        super().__init__(order, updates)
        self._unfinished: list[_Submitted] = []

    def _work(self) -> None:
        client = self._connect()
        world = self._choose_world(client)
        self._write_look(world)
        jobs = (self._as_stale(world, job) if self.order.stale_only else job for job in self.order.takes)
        wanted = [job for job in jobs if job is not None]
        # All are sent before the first is followed, so that the backend finishes them should Blender be closed.
        for job in wanted:
            if not self._link.stopping:
                self._unfinished.append(self._submit(world, job))
        while self._unfinished:
            self._follow(self._unfinished[0])
        with suppress(MirageError):  # the takes are made: that nobody could say what the world holds now fails nothing
            client = self._link.client
            self._tell(look_at_world(client, world.world_id))
            self._tell(BackendReady(client.url, client.health(), client.worlds(), started_here=False))

    def _choose_world(self, client: MirageClient) -> WorldInfo:
        order = self.order
        chosen = the_chosen_world(client, order)
        if chosen is not None and order.world_id:
            return chosen
        world = chosen or new_world(client, order)
        self._tell(WorldChosen(world))
        return world

    def _write_look(self, world: WorldInfo) -> None:
        look = self.order.seed_view
        if look is None or self._link.stopping:
            return
        key = look.key(world.world_id)
        if key == self.order.seeded and world.seed_views > 0:
            return
        bundle = self._look_bundle(world, look)
        if send_picture(self._link, self._jobs, world.world_id, bundle, self._tell):
            self._tell(LookWritten(key))

    def _submit_look(self, world: WorldInfo, job: TakeJob) -> tuple[JobStatus, str] | None:
        """Sends the shot's own look, where it has one that the world does not hold. The backend works in order, so that
        takes sent before do not see it, and the shot's own does."""
        if job.look is None:
            return None
        key = job.look.key(world.world_id)
        if key == job.seeded and world.seed_views > 0:
            return None
        bundle = self._look_bundle(world, job.look)
        asked = uuid.uuid4().hex
        send = self._link.keep_at(lambda client: client.submit_seed_view(world.world_id, *bundle, asked))
        return self._jobs.add(send), key

    def _look_bundle(self, world: WorldInfo, look: SeedView) -> tuple[SeedViewRequest, Arrays]:
        read = self._checked(look.greybox(), "the look's frame")
        self._tell_sending("Look")
        self._link.keep_at(lambda client: client.send_meshes(world.world_id, read.meshes))
        return look.request(self.order.takes[0].engine, read)

    def _as_stale(self, world: WorldInfo, job: TakeJob) -> TakeJob | None:
        """The job as it is to be made: upon the shot's last take, or None where that is up to date."""
        name = job.shot.name
        identity = self.order.identities.get(name)
        names = identity.names if identity is not None else (name,)
        last = last_take(self.order.base, names, world.world_id, self.order.scene.scene_id)
        if last is None or self._link.stopping:
            return job
        run = SurveyRun(self._link, self._jobs, world.world_id, self._tell)
        try:
            survey = run.ask(job, self._checked(job.greybox(), f"shot {name!r}"), (last.take_id,))
        except BackendRefused as error:
            if error.code != "not_found":
                raise
            self._tell(Note(f"{name}: v{last.version:03d} is no longer on the backend, so every frame is made again."))
            return job
        if survey is None:
            self._link.stop()
            return None
        if survey.stale and not any(stale.frames for stale in survey.stale):
            self._tell(Note(f"{name}: v{last.version:03d} is up to date."))
            return None
        return replace(job, base_take=last.take_id)

    def _submit(self, world: WorldInfo, job: TakeJob) -> _Submitted:
        self._tell_sending(job.shot.name)
        read = self._checked(job.greybox(), f"shot {job.shot.name!r}")
        require_mesh_in_view(job.camera, read, job.shot.name)
        self._link.keep_at(lambda client: client.send_meshes(world.world_id, read.meshes))
        look = self._submit_look(world, job)
        request, arrays = job.request(read)
        asked = uuid.uuid4().hex
        self._tell_sending(job.shot.name)
        status = self._jobs.add(
            self._link.keep_at(lambda client: client.submit_take(world.world_id, request, arrays, asked))
        )
        take = PendingTake(
            job_id=status.job_id,
            take_id=status.take_id,
            backend=self.order.settings.key,
            scene=replace(self.order.scene, session=0),
            shot=job.shot,
            frames=job.camera.frames,
            shows=job.shows,
            facts=sidecar_facts(self.order, job, request),
            sent=time.time(),
        )
        pending = note_pending(self.order.base, take)
        return _Submitted(job.shot.name, TakeSaver(pending, self._tell), status, look)

    def _follow(self, entry: _Submitted) -> None:
        if entry.look is not None:
            look, key = entry.look
            if follow_picture(self._jobs, look, self._tell):
                self._tell(LookWritten(key, entry.name))
        end = self._jobs.follow(entry.status, lambda event: entry.saver.apply(event, self._link.client))
        saved = self._link.keep_at(lambda client: entry.saver.finish(end, client))
        self._unfinished.remove(entry)
        if saved is not None:
            self._tell(saved)
        if end.state == "failed":
            raise BackendRefused(end.message or f"Shot {entry.name!r} could not be made.", end.hint)
        if end.state == "cancelled":
            self._link.stop()  # cancelled from elsewhere, it still is what the user wanted of this order

    def _let_go(self) -> None:
        """Takes that will come to nothing are forgotten; the others are fetched when the .blend is opened again."""
        for entry in self._unfinished:
            entry.saver.drop(forget=entry.status.job_id in self._jobs.cancelled)

    def _checked(self, read: GreyboxRead, where: str) -> GreyboxRead:
        return checked(read, where, lambda words: self._tell(Note(words)))
