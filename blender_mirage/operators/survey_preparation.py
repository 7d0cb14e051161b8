"""Coverage, from the press of the button to an order to look at shots: nothing is generated, no look is needed."""

from __future__ import annotations

import uuid
from pathlib import Path
from queue import Queue

import bpy

from ..core.backend_process import BackendSettings
from ..core.set_read import ReadOrder
from ..core.survey_watcher import SurveyWatcher
from ..core.take_job import Order, Update
from ..preferences import backend_settings
from ..scene.engine_rates import known_rates
from ..scene.output import output_folder
from .preparation import Preparation
from .shot_reading import ShotReading


class SurveyPreparation(Preparation):
    """What the scene's world has seen of shots."""

    kind = "SURVEY"

    def __init__(self, context: bpy.types.Context) -> None:
        """Raises SceneNotReady. Changes nothing but the scene's id and the anchors' ids."""
        self._settings = backend_settings(context)
        self.reading = ShotReading(context.scene)
        self._base, _ = output_folder(context.scene)
        self.scene = self.reading.scene

    def order(self) -> ReadOrder:
        return ReadOrder(self.kind, self.scene, tuple(shot.name for shot in self.reading.shots), rates=known_rates())

    def watcher(self, updates: Queue[Update]) -> SurveyWatcher:
        return SurveyWatcher(survey_order(self, self._settings, self._base), updates)


def survey_order(asked: Preparation, settings: BackendSettings, base: Path) -> Order:
    """To look at the shots that were read in the world of their scene."""
    wanted = asked.live_scene().mirage
    return Order(
        order_id=uuid.uuid4().hex,
        scene=asked.scene,
        settings=settings,
        base=base,
        takes=asked.read.jobs,
        world_id=wanted.world_id,
        world_name=wanted.world_name,
        release=asked.read.release,
    )
