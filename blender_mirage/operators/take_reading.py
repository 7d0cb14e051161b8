"""Reads what takes are made of: the shots, the scene's look and the looks of single shots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import bpy

from ..core.errors import LookNotReadable
from ..core.set_read import SetRead
from ..core.shots import Shot
from ..core.take_job import Progress, SeedView, TakeJob
from ..scene.output import look_path, own_look_path
from .look_reading import LookReading
from .shot_reading import ShotReading


class TakeReading:
    """Checks at once what can be checked at once; `steps` reads the rest."""

    def __init__(self, scene: bpy.types.Scene, which: str | Sequence[str] = "SETTINGS", shot: str = "") -> None:
        """`which`, `shot`: see `chosen_shots`. Raises SceneNotReady, LookNotReadable. Changes only the scene's id."""
        self.of_shots = ShotReading(scene, which, shot)
        self.shots = self.of_shots.shots
        self._look, self._own_looks = scenes_look(scene, self.shots), own_looks(scene, self.shots)
        self._seed_view: SeedView | None = None

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        reading = self.of_shots
        if self._look is not None:
            yield Progress("Look", "reading the set", 0, 1)
            self._seed_view = self._look.seed_view(reading.live_scene(), reading.author)
        yield from reading.steps()
        reading.jobs = [self._with_own_look(job) for job in reading.jobs]

    def result(self) -> SetRead:
        return SetRead(tuple(self.of_shots.jobs), self._seed_view)

    def _with_own_look(self, job: TakeJob) -> TakeJob:
        if job.shot.name not in self._own_looks:
            return job
        scene = self.of_shots.live_scene()
        look = self._own_looks[job.shot.name].seed_view(scene, self.of_shots.author)
        own = scene.mirage.overrides.get(job.shot.name)
        return replace(job, look=look, seeded=own.seed_key if own is not None else "")


def scenes_look(scene: bpy.types.Scene, shots: Sequence[Shot]) -> LookReading | None:
    """The look that all shots share; None where the prompt alone is asked for. Raises SceneNotReady, LookNotReadable,
    also where there is neither."""
    settings = scene.mirage
    wanted = settings.look_source == "IMAGE" and not (look_path(scene) is None and settings.prompt.strip())
    if not wanted and not settings.prompt.strip():
        raise LookNotReadable("There is neither a look image nor a prompt.", "Choose an image or write a prompt.")
    return LookReading(scene, shots) if wanted else None


def own_looks(scene: bpy.types.Scene, shots: Sequence[Shot]) -> dict[str, LookReading]:
    """By the names of those shots that have a look of their own. Raises SceneNotReady, LookNotReadable."""
    return {
        shot.name: LookReading(scene, [shot], path)
        for shot in shots
        if (path := own_look_path(scene, shot.name)) is not None
    }
