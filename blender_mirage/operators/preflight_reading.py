"""Checks shots before anything is generated: their cameras are read as a take reads them.

Where a backend is connected and the scene has a world, that is asked at some frames of each shot what it has seen of
it, so that the list of shots says where a camera enters unseen space. Else nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from queue import Queue

import bpy

from ..core.camera_path import CameraPath
from ..core.preflight import Finding, whip_pans
from ..core.shots import Shot
from ..core.survey_watcher import SurveyWatcher
from ..core.take_job import Progress, TakeJob, Update
from ..preferences import backend_settings
from ..scene.output import output_folder
from ..scene.playhead import Playhead
from ..scene.preflight import inside_finding, quick_findings
from ..scene.show_findings import show_findings
from .shot_reading import ShotReading
from .survey_preparation import survey_order

_LOOKED_AT = 9
"""Frames of a shot at which it is looked where the camera stands, and what the world knows of what it sees."""


class PreflightReading:
    """As `TakePreparation`; it comes to findings in the panel."""

    kind = "CHECK"

    def __init__(self, context: bpy.types.Context, which: str = "ALL") -> None:
        """What can be seen at once is shown at once. Raises SceneNotReady where there is no shot to go on with."""
        state, self._base = context.window_manager.mirage, output_folder(context.scene)[0]
        self._found = quick_findings(context.scene, self._base)
        show_findings(state, self._found)
        self._reading = ShotReading(context.scene, which)
        connected = state.backend_state == "READY" and bool(context.scene.mirage.world_id)
        self._settings = backend_settings(context) if connected else None
        self._jobs: list[TakeJob] = []
        self.scene = self._reading.scene

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        for shot in self._reading.shots:
            camera = yield from self._reading.read_camera(shot)
            self._found += [_on_timeline(finding, shot) for finding in whip_pans(camera, shot.name)]
            yield from self._look_inside(shot, camera)
            if self._settings is not None:
                self._jobs.append((yield from self._reading.read_some(shot, camera, _LOOKED_AT)))

    def watcher(self, updates: Queue[Update]) -> SurveyWatcher | None:
        """What asks the world; None where there is none to ask: then all is done, and shown."""
        show_findings(bpy.context.window_manager.mirage, self._found)
        if self._settings is None:
            return None
        order = survey_order(self._reading, self._settings, self._base, self._jobs)
        return SurveyWatcher(order, updates, self.kind, pictures=False)

    def _look_inside(self, shot: Shot, camera: CameraPath) -> Iterator[Progress]:
        every = max(1, len(camera) // (_LOOKED_AT - 1))
        with Playhead(self._reading.source_of(shot)) as playhead:
            for index, frame in enumerate(camera.at[::every]):
                yield Progress(shot.name, "checking where the camera stands", index, _LOOKED_AT)
                depsgraph, live = playhead.go(frame), self._reading.live(shot)
                finding: Finding | None = inside_finding(playhead.scene, depsgraph, live.camera, round(frame))
                if finding is not None:
                    self._found.append(_on_timeline(finding, shot))
                    return


def _on_timeline(finding: Finding, shot: Shot) -> Finding:
    """With the frame of the timeline, where *Go to Frame* leads; the words name that of the scene that it is shot in."""
    return finding if finding.frame is None else replace(finding, frame=finding.frame + shot.shift)
