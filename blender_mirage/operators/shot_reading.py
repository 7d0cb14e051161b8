"""Reads the chosen shots, a few frames a step: cameras first, then the set. Used by all that goes to the backend."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..core.author import author
from ..core.camera_path import CameraPath
from ..core.engine_time import EngineTime, engine_time
from ..core.errors import SceneNotReady
from ..core.preflight import whip_pans
from ..core.scene_key import SceneKey
from ..core.set_read import SetRead
from ..core.shot_names import named
from ..core.shots import Shot
from ..core.take_job import Progress, TakeJob
from ..scene.engine_rates import rate_of
from ..scene.evaluated_frames import walk_frames
from ..scene.find import by_session, camera_of
from ..scene.ids import object_id
from ..scene.read_camera import CameraReader, check_camera, fit_resolution, scene_rate
from ..scene.read_greybox import GreyboxReader
from ..scene.read_shots import find_shot, read_shots, require_takeable, scene_of
from ..scene.scene_keys import find_scene, scene_key
from ..scene.show_shots import chosen_shot
from ..scene.show_updates import add_warning
from ..scene.visibility import evaluation_mode


class ShotReading:
    """The shots that the settings of a scene name; `jobs` are what was read of them once `steps` has ended."""

    def __init__(
        self,
        scene: bpy.types.Scene,
        which: str | Sequence[str] = "SETTINGS",
        shot: str = "",
        takeable_only: bool = False,
    ) -> None:
        """`which`, `shot`: see `chosen_shots`. `takeable_only`: shots that no take can be made of are left out. Raises
        SceneNotReady, also where one of them is such a shot. Changes nothing but the scene's id."""
        chosen = chosen_shots(scene, which, shot)
        self.shots = [one for one in chosen if not (takeable_only and one.refusal)]
        require_takeable(self.shots)
        self._scenes = {shot.name: scene_of(scene, shot).session_uid for shot in self.shots if shot.scene}
        self._cameras = {shot.name: check_camera(camera_of(shot)).session_uid for shot in self.shots}
        self.size = fit_resolution(scene, scene.mirage.width)
        self.scene: SceneKey = scene_key(scene)
        self.author = author()
        self.jobs: list[TakeJob] = []

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        for shot in self.shots:
            yield from self._read(shot)

    def result(self) -> SetRead:
        return SetRead(tuple(self.jobs))

    def live_scene(self) -> bpy.types.Scene:
        """The scene, however long ago reading began. Raises SceneNotReady."""
        scene = find_scene(self.scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self.scene.name!r} was deleted while it was being read.", "Try again.")
        return scene

    def source_of(self, shot: Shot) -> bpy.types.Context | bpy.types.Scene:
        """What `shot` is read from: the scene of its strip, or the one that was asked. Raises SceneNotReady."""
        if not shot.scene:
            return source(self.live_scene())
        scene = by_session(bpy.data.scenes, self._scenes[shot.name])
        if scene is None:
            raise SceneNotReady(f"The scene {shot.scene!r} was deleted while it was being read.", "Try again.")
        return source(scene)

    def live(self, shot: Shot) -> Shot:
        """The shot with its camera as it is called now. Raises SceneNotReady where it was deleted meanwhile."""
        camera = by_session(bpy.data.objects, self._cameras[shot.name])
        if camera is None:
            raise SceneNotReady(f"Camera {shot.camera!r} was deleted while it was being read.", "Try again.")
        return replace(shot, camera=camera.name, camera_id=object_id(camera), camera_uid=camera.session_uid)

    def read_camera(self, shot: Shot) -> Generator[Progress, None, CameraPath]:
        """Reads on with every `next`; returns the whole path."""
        path, source = self._path(shot), self.source_of(shot)
        for done, total in walk_frames(source, path.at, path.cameras.visit, self._mode(), camera_of(shot)):
            yield Progress(shot.name, "reading the camera", done, total)
        return path.read()

    def read_some(self, shot: Shot, camera: CameraPath, most: int) -> Generator[Progress, None, TakeJob]:
        """A shot whose camera was read, at no more than `most` of its frames, the first and the last among them: enough
        to ask what its world knows of it. Reads on with every `next`."""
        rows = np.unique(np.linspace(0, len(camera) - 1, most).round().astype(int)).tolist()
        some = camera.select(rows)
        with GreyboxReader(self.source_of(shot), some.at, self._mode()) as reader:
            while reader.step():
                yield Progress(shot.name, "reading the set", reader.done, reader.total)
        job = self._job(self.live(shot), some, reader)
        return replace(job, shows=tuple(job.shows[row] for row in rows) if job.shows else ())

    def _mode(self) -> str:
        """What settings are read for: as the scene says that was asked, also for the scenes of its strips."""
        return evaluation_mode(self.live_scene())

    def _engine_time(self, shot: Shot) -> EngineTime | None:
        """At the rate of the timeline, which plays the scene of a strip frame for frame, whatever that scene's own."""
        scene = self.live_scene()
        return engine_time(scene_rate(scene), rate_of(scene.mirage.engine), shot.start)

    def _read(self, shot: Shot) -> Iterator[Progress]:
        """Camera and set, as Blender evaluates each frame once."""
        path, source = self._path(shot), self.source_of(shot)
        with GreyboxReader(source, path.at, self._mode(), path.cameras.visit, camera_of(shot)) as reader:
            while reader.step():
                yield Progress(shot.name, "reading the set", reader.done, reader.total)
        camera = path.read()
        for finding in whip_pans(camera, shot.name):
            add_warning(finding.text)
        self.jobs.append(self._job(self.live(shot), camera, reader))

    def _path(self, shot: Shot) -> _Path:
        scene = self.live_scene()
        frames, time = shot.frames(scene.mirage.frame_step), self._engine_time(shot)
        numbers = tuple(time.numbers(frames)) if time else frames
        places = tuple(float(time.place(number)) for number in numbers) if time else ()
        rate = float(time.engine_rate if time else scene_rate(scene))
        return _Path(numbers, places, rate, self.size, CameraReader(self.live(shot), places or numbers, self.size))

    def _job(self, shot: Shot, camera: CameraPath, reader: GreyboxReader) -> TakeJob:
        scene = self.live_scene()
        settings = scene.mirage
        own, time = settings.overrides.get(shot.name), self._engine_time(shot)
        return TakeJob(
            shot=shot,
            camera=camera,
            greybox=reader.result,
            engine=settings.engine,
            seed=own.seed if own is not None and own.use_seed else settings.seed,
            prompt=(own.prompt if own is not None and own.use_prompt else settings.prompt).strip(),
            steps=settings.steps,
            use_memory=settings.use_memory,
            look_strength=settings.look_strength,
            author=self.author,
            shows=time.shows(shot.frames(settings.frame_step)) if time else (),
            scene_fps=float(scene_rate(scene)) if time else 0.0,
        )


@dataclass(frozen=True)
class _Path:
    """Of a shot that is being read: the fields of its `CameraPath`, and what reads its cameras."""

    numbers: tuple[int, ...]
    places: tuple[float, ...]
    rate: float
    size: tuple[int, int]
    cameras: CameraReader

    @property
    def at(self) -> tuple[float, ...]:
        return self.places or self.numbers

    def read(self) -> CameraPath:
        seen = self.cameras.result()
        return CameraPath(seen.c2w, seen.K, self.numbers, self.rate, *self.size, self.places, seen.clip)


def chosen_shots(scene: bpy.types.Scene, which: str | Sequence[str] = "SETTINGS", shot: str = "") -> list[Shot]:
    """The shots that the settings name; ALL, or that of the LIST called `shot`, where `which` says so; where it is no
    single word, those of these names. Raises SceneNotReady."""
    if not isinstance(which, str):
        by_name = {shot.name: shot for shot in read_shots(scene)}
        return [by_name.get(name) or find_shot(scene, name) for name in which]
    settings = scene.mirage
    choice = settings.shot_choice if which == "SETTINGS" else which
    if choice == "LIST":
        return [find_shot(scene, shot or name_in_list(scene))]
    if choice == "NAMED":
        names = named(settings.shot_names, [shot.name for shot in read_shots(scene)])
        if not names:
            raise SceneNotReady("No shot name was given.", "Enter a shot name, or choose All or At the Playhead.")
        return [find_shot(scene, name) for name in names]
    shots = read_shots(scene)
    if choice == "CURRENT":
        shots = [shot for shot in shots if shot.cut[0] <= scene.frame_current <= shot.cut[1]]
    if not shots:
        raise SceneNotReady(
            f"No shot lies at frame {scene.frame_current}.", "Move the playhead into a shot, or choose All."
        )
    return shots


def name_in_list(scene: bpy.types.Scene) -> str:
    """The shot that is chosen in the list; where the list has not been drawn up yet, the first of the scene. Raises
    SceneNotReady."""
    return chosen_shot(bpy.context.window_manager.mirage) or read_shots(scene)[0].name


def source(scene: bpy.types.Scene) -> bpy.types.Context | bpy.types.Scene:
    """The context, whose view layer the user works in, where it is that scene's."""
    return bpy.context if bpy.context.scene == scene else scene
