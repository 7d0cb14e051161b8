"""Reads a scene into an order of takes, a few frames a step, so that the interface lives on while it is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from queue import Queue

import bpy

from ..core.errors import LookNotReadable
from ..core.job_watcher import JobWatcher
from ..core.preflight import disk_finding
from ..core.take_job import Order, Progress, SeedView, TakeJob, Update
from ..preferences import backend_settings
from ..scene.output import look_path, output_folder, own_look_path, world_name
from ..scene.show_updates import add_warning
from ..scene.take_settings import copy_settings
from .look_reading import LookReading
from .shot_reading import ShotReading


class TakePreparation:
    """Checks at once what can be checked at once; `steps` reads the rest; `watcher` carries out what it comes to."""

    kind = "TAKE"

    def __init__(
        self, context: bpy.types.Context, stale_only: bool = False, which: str = "SETTINGS", shot: str = ""
    ) -> None:
        """`which`, `shot`: see `chosen_shots`. `stale_only`: leaves out what is up to date of the shots that have a
        take, and takes its frames over.

        Raises SceneNotReady or LookNotReadable. Changes nothing but the scene's id and the anchors' ids.
        """
        scene, settings = context.scene, context.scene.mirage
        self._settings = backend_settings(context)
        self._reading = ShotReading(scene, which, shot)
        wanted = settings.look_source == "IMAGE" and not (look_path(scene) is None and settings.prompt.strip())
        self._look = LookReading(scene, self._reading.shots) if wanted else None
        if self._look is None and not settings.prompt.strip():
            raise LookNotReadable("There is neither a look image nor a prompt.", "Choose an image or write a prompt.")
        self._own_looks = {
            shot.name: LookReading(scene, [shot], path)
            for shot in self._reading.shots
            if (path := own_look_path(scene, shot.name)) is not None
        }
        self._base, self._note = output_folder(scene)
        self._stale_only = stale_only
        self._seed_view: SeedView | None = None
        self.scene = self._reading.scene

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        if self._note:
            add_warning(self._note)
        step, (height, width) = self._reading.live_scene().mirage.frame_step, self._reading.size
        frames = sum(len(shot.frames(step)) for shot in self._reading.shots)
        if (finding := disk_finding(self._base, frames, height * width)) is not None:
            add_warning(finding.text)
        if self._look is not None:
            yield Progress("Look", "reading the set", 0, 1)
            self._seed_view = self._look.seed_view(self._reading.live_scene(), self._reading.author)
        yield from self._reading.steps()
        self._reading.jobs = [self._with_own_look(job) for job in self._reading.jobs]

    def _with_own_look(self, job: TakeJob) -> TakeJob:
        if job.shot.name not in self._own_looks:
            return job
        scene = self._reading.live_scene()
        look = self._own_looks[job.shot.name].seed_view(scene, self._reading.author)
        own = scene.mirage.overrides.get(job.shot.name)
        return replace(job, look=look, seeded=own.seed_key if own is not None else "")

    def watcher(self, updates: Queue[Update]) -> JobWatcher:
        """What carries the order out, once `steps` has ended."""
        settings = self._reading.live_scene().mirage
        order = Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=tuple(self._reading.jobs),
            world_id=settings.world_id,
            world_name=settings.world_name,
            new_world_name=world_name(),
            seed_view=self._seed_view,
            seeded=settings.seed_key,
            stale_only=self._stale_only,
            facts={
                "blender": bpy.app.version_string,
                "blend": bpy.path.basename(bpy.data.filepath),
                "settings": copy_settings(self._reading.live_scene()),
            },
        )
        return JobWatcher(order, updates)
