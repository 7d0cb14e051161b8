"""Where a job reads and writes, and whom it tells. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import Cancelled
from ..worlds.mesh_store import MeshStore
from ..worlds.survey_files import SurveyFiles
from ..worlds.take_files import TakeFiles
from ..worlds.world_files import WorldFiles
from .events import Event


@dataclass(frozen=True)
class JobContext:
    """One job: a take, a seed view or a survey."""

    take_id: str
    """Also the id of a seed view's segment, or of a survey."""
    world: WorldFiles
    meshes: MeshStore
    takes: TakeFiles
    report: Callable[[Event], None]
    is_cancelled: Callable[[], bool]
    """Polled between steps."""

    def step(self, phase: str, done: int, total: int) -> None:
        """A point between steps: says where the job is, and ends it if that was asked. Raises Cancelled."""
        if self.is_cancelled():
            raise Cancelled()
        self.report(Event("progress", phase=phase, done=done, total=total))


@dataclass(frozen=True)
class SurveyContext(JobContext):
    surveys: SurveyFiles
    """Takes the pictures as they come; the result is stored by whoever asked for it."""
