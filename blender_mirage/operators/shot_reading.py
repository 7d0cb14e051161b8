"""Reads the chosen shots, a few frames a step: cameras first, then the set. Used by all that goes to the backend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import bpy
import numpy as np

from ..core.author import author
from ..core.camera_path import CameraPath
from ..core.errors import SceneNotReady
from ..core.scene_key import SceneKey
from ..core.shots import Shot
from ..core.take_job import Progress, TakeJob
from ..scene.find import by_session
from ..scene.ids import object_id
from ..scene.playhead import Playhead
from ..scene.read_camera import check_camera, fit_resolution, read_camera_path
from ..scene.read_greybox import GreyboxReader
from ..scene.read_shots import find_shot, read_shots
from ..scene.scene_keys import find_scene, scene_key

CAMERAS_A_STEP = 6


class ShotReading:
    """The shots that the settings of a scene name; `jobs` are what was read of them once `steps` has ended."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        """Raises SceneNotReady. Changes nothing but the scene's id."""
        self.shots = chosen_shots(scene)
        self._cameras = {shot.name: check_camera(scene, shot.camera).session_uid for shot in self.shots}
        self.size = fit_resolution(scene, scene.mirage.width)
        self.scene: SceneKey = scene_key(scene)
        self.author = author()
        self.jobs: list[TakeJob] = []

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        for shot in self.shots:
            yield from self._read(shot)

    def live_scene(self) -> bpy.types.Scene:
        """The scene, however long ago reading began. Raises SceneNotReady."""
        scene = find_scene(self.scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self.scene.name!r} went away while it was read.", "Start again.")
        return scene

    def _live(self, shot: Shot) -> Shot:
        """The shot with its camera as it is called now. Raises SceneNotReady where it was deleted meanwhile."""
        camera = by_session(bpy.data.objects, self._cameras[shot.name])
        if camera is None:
            raise SceneNotReady(f"Camera {shot.camera!r} went away while it was read.", "Start again.")
        return replace(shot, camera=camera.name, camera_id=object_id(camera))

    def _read(self, shot: Shot) -> Iterator[Progress]:
        count, pieces = shot.end - shot.start + 1, []
        with Playhead(self.live_scene()):  # held over the pieces, so that the picture does not jump back between them
            for start in range(shot.start, shot.end + 1, CAMERAS_A_STEP):
                yield Progress(shot.name, "reading the camera", start - shot.start, count)
                piece = replace(self._live(shot), start=start, end=min(start + CAMERAS_A_STEP - 1, shot.end))
                pieces.append(read_camera_path(source(self.live_scene()), piece, *self.size))
        camera = _joined(pieces)
        with GreyboxReader(source(self.live_scene()), camera.frames) as reader:
            while reader.step():
                yield Progress(shot.name, "reading the set", reader.done, reader.total)
        settings = self.live_scene().mirage
        self.jobs.append(
            TakeJob(
                shot=self._live(shot),
                camera=camera,
                greybox=reader.result,
                engine=settings.engine,
                seed=settings.seed,
                prompt=settings.prompt.strip(),
                steps=settings.steps,
                use_memory=settings.use_memory,
                look_strength=settings.look_strength,
                author=self.author,
            )
        )


def chosen_shots(scene: bpy.types.Scene) -> list[Shot]:
    """The shots that the settings name. Raises SceneNotReady."""
    settings = scene.mirage
    if settings.shot_choice == "NAMED":
        names = [name.strip() for name in settings.shot_names.split(",") if name.strip()]
        if not names:
            raise SceneNotReady("No shot is named.", "Write a shot's name, or choose All or At the Playhead.")
        return [find_shot(scene, name) for name in names]
    shots = read_shots(scene)
    if settings.shot_choice == "CURRENT":
        shots = [shot for shot in shots if shot.start <= scene.frame_current <= shot.end]
    if not shots:
        raise SceneNotReady(
            f"No shot lies at frame {scene.frame_current}.", "Move the playhead into a shot, or choose All."
        )
    return shots


def source(scene: bpy.types.Scene) -> bpy.types.Context | bpy.types.Scene:
    """The context, whose view layer the user works in, where it is that scene's."""
    return bpy.context if bpy.context.scene == scene else scene


def _joined(pieces: Sequence[CameraPath]) -> CameraPath:
    first = pieces[0]
    return CameraPath(
        c2w=np.concatenate([piece.c2w for piece in pieces]),
        K=np.concatenate([piece.K for piece in pieces]),
        frames=tuple(frame for piece in pieces for frame in piece.frames),
        fps=first.fps,
        height=first.height,
        width=first.width,
    )
