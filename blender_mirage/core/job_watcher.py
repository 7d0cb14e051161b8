"""Works an order off on a thread of its own: connects, sends, follows, saves frames, and tells what happens.

It never touches Blender. What it tells goes into a queue as small values; `event_pump` applies them on the main thread.
Closing Blender ends the thread, not the job: the backend goes on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import Queue

from ..wire.messages import JobEvent, JobStatus, WorldInfo
from .backend_link import BackendLink
from .backend_process import StartedBackend
from .client import MirageClient
from .errors import BackendRefused, MirageError, SceneNotReady
from .greybox_read import GreyboxRead
from .in_view import require_mesh_in_view
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


@dataclass(frozen=True)
class _Submitted:
    job: TakeJob
    saver: TakeSaver
    status: JobStatus


class JobWatcher(threading.Thread):
    """One thread an order. Its last update is always `Ended`."""

    def __init__(self, order: Order, updates: Queue[Update]) -> None:
        super().__init__(name=f"mirage-order-{order.order_id[:8]}", daemon=True)
        self.order = order
        self._updates = updates
        self._link = BackendLink(order.settings, lambda words: self._tell(Progress("Backend", words)))
        self._lock = threading.Lock()
        self._running: list[str] = []  # ids of submitted jobs that have not ended; guarded by the lock

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
        self._link.stop()
        threading.Thread(target=self._cancel_running, name=f"{self.name}-cancel", daemon=True).start()

    def run(self) -> None:
        try:
            self._work()
        except MirageError as error:
            self._cancel_running()
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
        # All are sent before the first is followed, so that the backend finishes them should Blender be closed.
        submitted = [self._submit(world, job) for job in self.order.takes if not self._link.stopping]
        for entry in submitted:
            self._follow(entry)

    def _choose_world(self, client: MirageClient) -> WorldInfo:
        order = self.order
        if order.world_id:
            try:
                return client.world(order.world_id)
            except BackendRefused as error:
                if error.code != "not_found":
                    raise
                raise BackendRefused(
                    f"The world {order.world_name or order.world_id!r} is not on the backend at {client.url}.",
                    "Choose another world or make a new one.",
                    error.code,
                ) from error
        named = [world for world in client.worlds() if order.world_name and world.name == order.world_name]
        world = named[0] if named else client.create_world(order.world_name or order.new_world_name)
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
        status = self._remember(client.submit_seed_view(world.world_id, request, arrays))
        end = self._link.follow(
            status.job_id,
            lambda event: self._tell(Progress("Look", event.phase or event.state, event.done, event.total)),
        )
        self._forget(status)
        if end.state == "failed":
            raise BackendRefused(end.message or "The look could not be written into the world.", end.hint)
        if end.state == "done":
            self._tell(LookWritten(key))

    def _tell_of_look(self, event: JobEvent) -> None:
        if event.kind == "note":
            self._tell(Note(f"Look: {event.message}"))
        else:
            self._tell(Progress("Look", event.phase or event.state, event.done, event.total))

    def _submit(self, world: WorldInfo, job: TakeJob) -> _Submitted:
        self._tell(Progress(job.shot.name, "sending"))
        read = self._checked(job.greybox(), f"shot {job.shot.name!r}")
        require_mesh_in_view(job.camera, read, job.shot.name)
        self._link.client.send_meshes(world.world_id, read.meshes)
        request, arrays = job.request(read)
        status = self._remember(self._link.client.submit_take(world.world_id, request, arrays))
        return _Submitted(job, TakeSaver(self.order, job, request, self._tell), status)

    def _follow(self, entry: _Submitted) -> None:
        take_id = entry.status.take_id
        end = self._link.follow(entry.status.job_id, lambda event: entry.saver.apply(event, self._link.client, take_id))
        self._forget(entry.status)
        saved = entry.saver.finish(end, self._link.client)
        if saved is not None:
            self._tell(saved)
        if end.state == "failed":
            raise BackendRefused(end.message or f"Shot {entry.job.shot.name!r} could not be made.", end.hint)
        if end.state == "cancelled":
            self._link.stop()  # cancelled from elsewhere, it still is what the user wanted of this order

    def _checked(self, read: GreyboxRead, where: str) -> GreyboxRead:
        for warning in read.warnings:
            self._tell(Note(warning))
        if not read.greybox.instances:
            raise SceneNotReady(f"There is no mesh that renders at {where}.", "Add a set, or enable it for render.")
        return read

    def _remember(self, status: JobStatus) -> JobStatus:
        with self._lock:
            self._running.append(status.job_id)
        if self._link.stopping:  # asked while it was being sent, when the canceller did not know of it yet
            self._cancel_running()
        return status

    def _forget(self, status: JobStatus) -> None:
        with self._lock:
            self._running.remove(status.job_id)

    def _cancel_running(self) -> None:
        with self._lock:
            running = list(self._running)
        if not running:
            return
        # A client of its own, because a client belongs to one thread. The last submitted first: none starts in between.
        with self._link.client.twin() as client:
            for job_id in reversed(running):
                try:
                    client.cancel(job_id)
                except MirageError as error:
                    self._tell(Note(f"A job could not be cancelled: {error.message}"))

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order.order_id, what))
