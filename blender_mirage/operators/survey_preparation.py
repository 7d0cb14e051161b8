"""Reads the chosen shots into an order to look at them: nothing is generated, no look is needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue

import bpy

from ..core.backend_process import BackendSettings
from ..core.survey_watcher import SurveyWatcher
from ..core.take_job import Order, Progress, TakeJob, Update
from ..preferences import backend_settings
from ..scene.output import output_folder
from .shot_reading import ShotReading


class SurveyPreparation:
    """As `TakePreparation`, for a survey."""

    kind = "SURVEY"

    def __init__(self, context: bpy.types.Context) -> None:
        """Raises SceneNotReady. Changes nothing but the scene's id and the anchors' ids."""
        self._settings = backend_settings(context)
        self._reading = ShotReading(context.scene)
        self._base, _ = output_folder(context.scene)
        self.scene = self._reading.scene

    def steps(self) -> Iterator[Progress]:
        return self._reading.steps()

    def watcher(self, updates: Queue[Update]) -> SurveyWatcher:
        return SurveyWatcher(survey_order(self._reading, self._settings, self._base, self._reading.jobs), updates)


def survey_order(reading: ShotReading, settings: BackendSettings, base: Path, jobs: Sequence[TakeJob]) -> Order:
    """To look at `jobs` in the world of the scene that was read."""
    wanted = reading.live_scene().mirage
    return Order(
        order_id=uuid.uuid4().hex,
        scene=reading.scene,
        settings=settings,
        base=base,
        takes=tuple(jobs),
        world_id=wanted.world_id,
        world_name=wanted.world_name,
    )
