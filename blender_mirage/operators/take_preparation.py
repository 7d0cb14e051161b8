"""Reads a scene into an order, a few frames a step, so that the interface lives on while it is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.camera_path import CameraPath
from ..core.errors import LookNotReadable, SceneNotReady
from ..core.look_image import fit_to_shape
from ..core.shots import Shot
from ..core.take_job import Order, Progress, SeedView, TakeJob
from ..preferences import backend_settings
from ..scene.playhead import Playhead
from ..scene.read_camera import check_camera, fit_resolution, read_camera_path
from ..scene.read_greybox import GreyboxReader
from ..scene.read_look import read_look
from ..scene.read_shots import find_shot, read_shots
from ..scene.show_updates import add_warning, find_scene, scene_key
from .output import look_path, output_folder, world_name

CAMERAS_A_STEP = 6


class TakePreparation:
    """Checks at once what can be checked at once; `steps` reads the rest; `order` is what it all comes to."""

    def __init__(self, context: bpy.types.Context) -> None:
        """Raises SceneNotReady or LookNotReadable. Changes nothing but the scene's id and the anchors' ids."""
        scene, settings = context.scene, context.scene.mirage
        self._settings = backend_settings(context)
        self._shots = chosen_shots(scene)
        for shot in self._shots:
            check_camera(scene, shot.camera)
        self._size = fit_resolution(scene, settings.width)
        self._look_shot = _look_shot(scene, self._shots)
        self._look = _look_image(scene) if settings.look_source == "IMAGE" else None
        if self._look is None and not settings.prompt.strip():
            raise LookNotReadable("There is neither a look image nor a prompt.", "Choose an image or write a prompt.")
        self._base, self._note = output_folder(scene)
        self.scene = scene_key(scene)
        self._jobs: list[TakeJob] = []
        self._seed_view: SeedView | None = None

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        if self._note:
            add_warning(self._note)
        if self._look is not None:
            yield from self._read_look(self._look)
        for shot in self._shots:
            yield from self._read_shot(shot)

    def order(self) -> Order:
        """What was read, once `steps` has ended."""
        settings = self._live_scene().mirage
        return Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=tuple(self._jobs),
            world_id=settings.world_id,
            world_name=settings.world_name,
            new_world_name=world_name(),
            seed_view=self._seed_view,
            seeded=settings.seed_key,
            facts={"blender": bpy.app.version_string, "blend": bpy.path.basename(bpy.data.filepath)},
        )

    def _read_look(self, image: NDArray[np.uint8]) -> Iterator[Progress]:
        yield Progress("Look", "reading the set", 0, 1)
        scene, shot = self._live_scene(), self._look_shot
        image, note = fit_to_shape(image, _shapes(scene))
        if note:
            add_warning(note)
        camera = read_camera_path(_source(scene), shot, image.shape[0], image.shape[1])
        with GreyboxReader(_source(scene), camera.frames) as reader:
            reader.step()
        self._seed_view = SeedView(shot.name, image, camera, reader.result)

    def _read_shot(self, shot: Shot) -> Iterator[Progress]:
        count, pieces = shot.end - shot.start + 1, []
        with Playhead(self._live_scene()):  # held over the pieces, so that the picture does not jump back between them
            for start in range(shot.start, shot.end + 1, CAMERAS_A_STEP):
                yield Progress(shot.name, "reading the camera", start - shot.start, count)
                piece = Shot(shot.name, shot.camera, start, min(start + CAMERAS_A_STEP - 1, shot.end))
                pieces.append(read_camera_path(_source(self._live_scene()), piece, *self._size))
        camera = _joined(pieces)
        with GreyboxReader(_source(self._live_scene()), camera.frames) as reader:
            while reader.step():
                yield Progress(shot.name, "reading the set", reader.done, reader.total)
        settings = self._live_scene().mirage
        self._jobs.append(
            TakeJob(
                shot=shot,
                camera=camera,
                greybox=reader.result,
                engine=settings.engine,
                seed=settings.seed,
                prompt=settings.prompt.strip(),
                steps=settings.steps,
                use_memory=settings.use_memory,
            )
        )

    def _live_scene(self) -> bpy.types.Scene:
        scene = find_scene(self.scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self.scene.name!r} went away while it was read.", "Press Generate again.")
        return scene


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


def _look_shot(scene: bpy.types.Scene, shots: Sequence[Shot]) -> Shot:
    """The look's camera at its one frame: as chosen, else that of the shot which the frame lies in."""
    settings = scene.mirage
    frame = settings.look_frame if settings.look_frame >= 0 else shots[0].start
    camera = settings.look_camera.name if settings.look_camera else ""
    if not camera:
        holding = [shot for shot in read_shots(scene) if shot.start <= frame <= shot.end]
        camera = (holding or shots)[0].camera
    check_camera(scene, camera)
    return Shot("look", camera, frame, frame)


def _look_image(scene: bpy.types.Scene) -> NDArray[np.uint8] | None:
    """[H,W,3]; None where there is none and the prompt has to do. Raises LookNotReadable."""
    path = look_path(scene)
    if path is None:
        if scene.mirage.prompt.strip():
            return None
        raise LookNotReadable("There is no look yet.", "Choose an image, press Render Look, or write a prompt.")
    return read_look(path)


def _shapes(scene: bpy.types.Scene) -> tuple[float, float]:
    """Columns to rows of the camera's picture, as rendered and as shown (they differ where pixels are not square)."""
    render = scene.render
    columns_to_rows = render.resolution_x / render.resolution_y
    return columns_to_rows, columns_to_rows * render.pixel_aspect_x / render.pixel_aspect_y


def _source(scene: bpy.types.Scene) -> bpy.types.Context | bpy.types.Scene:
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
