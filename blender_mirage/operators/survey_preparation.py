"""Reads the chosen shots into an order to look at them: nothing is generated, no look is needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from queue import Queue

import bpy

from ..core.survey_watcher import SurveyWatcher
from ..core.take_job import Order, Progress, Update
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
        settings = self._reading.live_scene().mirage
        order = Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=tuple(self._reading.jobs),
            world_id=settings.world_id,
            world_name=settings.world_name,
        )
        return SurveyWatcher(order, updates)
