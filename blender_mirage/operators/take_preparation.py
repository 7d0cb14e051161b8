"""Generate, from the press of the button to the order of takes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from queue import Queue

import bpy

from ..core.job_watcher import JobWatcher
from ..core.preflight import disk_finding
from ..core.set_read import ReadOrder
from ..core.take_job import Order, Update
from ..preferences import backend_settings, require_backend
from ..scene.copied_file import own_path
from ..scene.engine_rates import known_rates
from ..scene.known_shots import identities, remember_shots
from ..scene.output import output_folder, world_name
from ..scene.shot_prints import now, print_of
from ..scene.take_settings import copy_settings
from .preparation import Preparation
from .take_reading import TakeReading


class TakePreparation(Preparation):
    """New takes of shots."""

    kind = "TAKE"

    def __init__(
        self, context: bpy.types.Context, stale_only: bool = False, which: str = "SETTINGS", shot: str = ""
    ) -> None:
        """`which`, `shot`: see `chosen_shots`. `stale_only`: leaves out what is up to date of the shots that have a
        take, and takes its frames over.

        Raises SceneNotReady or LookNotReadable. Changes nothing but the scene's id and the anchors' ids.
        """
        self._settings = backend_settings(context)
        require_backend(context)
        self.reading = TakeReading(context.scene, which, shot)
        self._base, self._note = output_folder(context.scene)
        self._stale_only = stale_only
        self._prints = {shot.name: print_of(context.scene, shot) for shot in self.reading.shots}
        self._read_at = now()
        self.scene = self.reading.of_shots.scene

    def notes(self) -> Sequence[str]:
        step, (height, width) = self.live_scene().mirage.frame_step, self.reading.of_shots.size
        frames = sum(len(shot.frames(step)) for shot in self.reading.shots)
        finding = disk_finding(self._base, frames, height * width)
        return [note for note in (self._note, finding.text if finding is not None else "") if note]

    def order(self) -> ReadOrder:
        return ReadOrder(self.kind, self.scene, tuple(shot.name for shot in self.reading.shots), rates=known_rates())

    def watcher(self, updates: Queue[Update]) -> JobWatcher:
        settings = self.live_scene().mirage
        remember_shots(self.live_scene(), [job.shot for job in self.read.jobs])
        order = Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=self.read.jobs,
            world_id=settings.world_id,
            world_name=settings.world_name,
            new_world_name=world_name(),
            seed_view=self.read.look,
            seeded=settings.seed_key,
            stale_only=self._stale_only,
            identities=identities(self.live_scene(), self._prints, self._read_at),
            facts={
                "blender": bpy.app.version_string,
                "blend": bpy.path.basename(own_path()),
                "settings": copy_settings(self.live_scene()),
            },
            release=self.read.release,
        )
        return JobWatcher(order, updates)
