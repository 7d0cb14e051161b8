"""Reads a scene into an order of takes, a few frames a step, so that the interface lives on while it is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from queue import Queue

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import LookNotReadable
from ..core.job_watcher import JobWatcher
from ..core.look_image import fit_to_shape
from ..core.shots import Shot
from ..core.take_job import Order, Progress, SeedView, Update
from ..preferences import backend_settings
from ..scene.output import look_path, output_folder, world_name
from ..scene.read_camera import check_camera, read_camera_path
from ..scene.read_greybox import GreyboxReader
from ..scene.read_look import read_look
from ..scene.read_shots import read_shots
from ..scene.show_updates import add_warning
from ..scene.take_settings import copy_settings
from .shot_reading import ShotReading, source


class TakePreparation:
    """Checks at once what can be checked at once; `steps` reads the rest; `watcher` carries out what it comes to."""

    kind = "TAKE"

    def __init__(self, context: bpy.types.Context, stale_only: bool = False) -> None:
        """`stale_only`: leaves out what is up to date of the shots that have a take, and takes its frames over.

        Raises SceneNotReady or LookNotReadable. Changes nothing but the scene's id and the anchors' ids.
        """
        scene, settings = context.scene, context.scene.mirage
        self._settings = backend_settings(context)
        self._reading = ShotReading(scene)
        self._look_shot = _look_shot(scene, self._reading.shots)
        self._look = _look_image(scene) if settings.look_source == "IMAGE" else None
        if self._look is None and not settings.prompt.strip():
            raise LookNotReadable("There is neither a look image nor a prompt.", "Choose an image or write a prompt.")
        self._base, self._note = output_folder(scene)
        self._stale_only = stale_only
        self._seed_view: SeedView | None = None
        self.scene = self._reading.scene

    def steps(self) -> Iterator[Progress]:
        """Reads on with every `next`. Closing it early puts the playhead back. Raises SceneNotReady."""
        if self._note:
            add_warning(self._note)
        if self._look is not None:
            yield from self._read_look(self._look)
        yield from self._reading.steps()

    def watcher(self, updates: Queue[Update]) -> JobWatcher:
        """What carries the order out, once `steps` has ended."""
        settings = self._reading.live_scene().mirage
        order = Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=tuple(self._reading.jobs),
            world_id=settings.world_id,
            world_name=settings.world_name,
            new_world_name=world_name(),
            seed_view=self._seed_view,
            seeded=settings.seed_key,
            stale_only=self._stale_only,
            facts={
                "blender": bpy.app.version_string,
                "blend": bpy.path.basename(bpy.data.filepath),
                "settings": copy_settings(self._reading.live_scene()),
            },
        )
        return JobWatcher(order, updates)

    def _read_look(self, image: NDArray[np.uint8]) -> Iterator[Progress]:
        yield Progress("Look", "reading the set", 0, 1)
        scene, shot = self._reading.live_scene(), self._look_shot
        image, note = fit_to_shape(image, _shapes(scene))
        if note:
            add_warning(note)
        camera = read_camera_path(source(scene), shot, image.shape[0], image.shape[1])
        with GreyboxReader(source(scene), camera.frames) as reader:
            reader.step()
        self._seed_view = SeedView(shot.name, image, camera, reader.result, self._reading.author)


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
