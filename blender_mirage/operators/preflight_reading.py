"""Checks shots before anything is generated: their cameras are read as a take reads them.

Where a backend is connected and the scene has a world, that is asked at some frames of each shot what it has seen of
it, so that the list of shots says where a camera enters unseen space. Else nothing is sent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from queue import Queue

import bpy

from ..core.camera_path import CameraPath
from ..core.errors import CameraNotReady, MirageError
from ..core.in_view import any_mesh_in_view, require_mesh_in_view
from ..core.preflight import Finding, whip_pans
from ..core.set_read import ReadOrder, SetRead
from ..core.shots import Shot
from ..core.survey_watcher import SurveyWatcher
from ..core.take_job import Progress, TakeJob, Update
from ..preferences import backend_settings
from ..scene.engine_rates import known_rates
from ..scene.find import camera_of
from ..scene.output import output_folder
from ..scene.playhead import Playhead
from ..scene.preflight import inside_finding, quick_findings
from ..scene.scene_keys import scene_key
from ..scene.show_findings import show_findings
from .preparation import Preparation
from .shot_reading import ShotReading
from .survey_preparation import survey_order
from .take_problems import readable_shots, stopping, what_stops

_LOOKED_AT = 9
"""Frames of a shot at which it is looked where the camera stands, and what the world knows of what it sees."""


class PreflightReading(Preparation):
    """It comes to findings in the panel."""

    kind = "CHECK"

    def __init__(self, context: bpy.types.Context) -> None:
        """What can be seen at once is shown at once."""
        state, scene = context.window_manager.mirage, context.scene
        self._base = output_folder(scene)[0]
        self._found = quick_findings(scene, self._base)
        known = {finding.text for finding in self._found}
        self._found += [finding for finding in what_stops(context) if finding.text not in known]
        show_findings(state, self._found, over=False)
        connected = state.backend_state == "READY" and bool(scene.mirage.world_id)
        self._settings = backend_settings(context) if connected else None
        self._shots = readable_shots(scene)
        self.reading = CheckReading(scene, self._shots, connected) if self._shots else _NothingToRead()
        self.scene = scene_key(scene)

    def order(self) -> ReadOrder | None:
        if not self._shots:
            return None
        return ReadOrder(self.kind, self.scene, tuple(self._shots), self._settings is not None, known_rates())

    def watcher(self, updates: Queue[Update]) -> SurveyWatcher | None:
        """What asks the world; None where there is none to ask: then all is done, and shown."""
        show_findings(bpy.context.window_manager.mirage, [*self._found, *self.read.findings])
        if self._settings is None or not self.read.jobs:
            return None
        return SurveyWatcher(survey_order(self, self._settings, self._base), updates, self.kind, pictures=False)


class CheckReading:
    """What of it moves the playhead: cameras, where they stand, and some frames of the set for a world."""

    def __init__(self, scene: bpy.types.Scene, which: str | Sequence[str], with_set: bool) -> None:
        """`which`: see `chosen_shots`. `with_set`: whether there is a world to ask. Raises SceneNotReady."""
        self.of_shots = ShotReading(scene, which, takeable_only=True)
        self._with_set = with_set
        self._found: list[Finding] = []
        self._jobs: list[TakeJob] = []

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        for shot in self.of_shots.shots:
            try:
                yield from self._check(shot)
            except CameraNotReady as error:
                finding = Finding("CAMERA", f"{shot.name}: {error}", stops=True, frame=math.floor(error.frame))
                self._found.append(_on_timeline(finding, shot))
            except MirageError as error:  # what Generate would stop with, at some frame; the other shots are looked at
                self._found.append(stopping(error))

    def _check(self, shot: Shot) -> Iterator[Progress]:
        camera = yield from self.of_shots.read_camera(shot)
        self._found += [_on_timeline(finding, shot) for finding in whip_pans(camera, shot.name)]
        yield from self._look_inside(shot, camera)
        some = yield from self.of_shots.read_some(shot, camera, _LOOKED_AT)
        if not any_mesh_in_view(some.camera, some.greybox()):  # by all frames, as Generate does, before it is said
            job = yield from self.of_shots.read_some(shot, camera, len(camera))
            require_mesh_in_view(job.camera, job.greybox(), shot.name)
        if self._with_set:
            self._jobs.append(some)

    def result(self) -> SetRead:
        return SetRead(tuple(self._jobs), findings=tuple(self._found))

    def _look_inside(self, shot: Shot, camera: CameraPath) -> Iterator[Progress]:
        every = max(1, len(camera) // (_LOOKED_AT - 1))
        with Playhead(self.of_shots.source_of(shot)) as playhead:
            for index, frame in enumerate(camera.at[::every]):
                yield Progress(shot.name, "checking the camera", index, _LOOKED_AT)
                depsgraph, live = playhead.go(frame), self.of_shots.live(shot)
                finding: Finding | None = inside_finding(playhead.scene, depsgraph, camera_of(live), round(frame))
                if finding is not None:
                    self._found.append(_on_timeline(finding, shot))
                    return


class _NothingToRead:
    """No shot could be read; why is found already."""

    def steps(self) -> Iterator[Progress]:
        yield from ()

    def result(self) -> SetRead:
        return SetRead()


def _on_timeline(finding: Finding, shot: Shot) -> Finding:
    """With the frame of the timeline, where *Go to Frame* leads; the words name that of its own scene."""
    return finding if finding.frame is None else replace(finding, frame=shot.lies_at(finding.frame))
