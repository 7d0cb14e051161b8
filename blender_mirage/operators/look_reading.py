"""Reads the look that a scene names: the picture, the camera that it was seen through, and the set at that frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bpy

from ..core.camera_path import CameraPath
from ..core.errors import LookNotReadable
from ..core.look_image import fit_to_shape, opacity, over_black
from ..core.shots import Shot
from ..core.take_job import SeedView
from ..scene.find import camera_of
from ..scene.output import look_path
from ..scene.read_camera import CameraReader, check_camera, scene_rate
from ..scene.read_greybox import GreyboxReader
from ..scene.read_look import read_look
from ..scene.read_shots import read_shots, scene_of
from ..scene.show_updates import add_warning
from ..scene.visibility import evaluation_mode
from .shot_reading import source


class LookReading:
    """The look of a scene; checked at once, read when `seed_view` is asked for."""

    def __init__(self, scene: bpy.types.Scene, shots: Sequence[Shot], own: Path | None = None) -> None:
        """shots: those among which the look's frame is looked for first. own: the picture of the first of them alone,
        seen at its first frame. Raises SceneNotReady, LookNotReadable."""
        path = own or look_path(scene)
        if path is None:
            raise LookNotReadable(
                "This scene has no look yet.", "Choose an image, press Render Look, or write a prompt."
            )
        self._path = path
        self._shot = _look_shot(scene, shots) if own is None else replace(shots[0], name="look", end=shots[0].start)
        self._look = read_look(path)

    def seed_view(self, scene: bpy.types.Scene, author: str) -> SeedView:
        """The picture with its camera. Raises SceneNotReady."""
        pixels, note = fit_to_shape(self._look, _shapes(scene))
        if note:
            add_warning(note)
        image, alpha, shot = over_black(pixels), opacity(pixels), self._shot
        there, frames, size = scene_of(scene, shot), (shot.start,), image.shape[:2]
        cameras = CameraReader(shot, frames, size)
        mode, camera = evaluation_mode(scene), camera_of(shot)
        with GreyboxReader(source(there), frames, mode, also=cameras.visit, camera=camera) as reader:
            while reader.step():
                continue
        seen = cameras.result()
        path = CameraPath(seen.c2w, seen.K, frames, float(scene_rate(there)), *size, clip=seen.clip)
        return SeedView(self._path.stem, image, path, reader.result, author, alpha, shot.camera)


def _look_shot(scene: bpy.types.Scene, shots: Sequence[Shot]) -> Shot:
    """The look's camera at its one frame: as chosen, else that of the shot which the frame lies in."""
    settings = scene.mirage
    is_chosen = settings.look_frame != -1 or settings.look_at_minus_one
    frame = settings.look_frame if is_chosen else shots[0].start
    holding = next((shot for shot in read_shots(scene) if shot.start <= frame <= shot.end), shots[0])
    camera = check_camera(settings.look_camera or camera_of(holding))
    look = Shot("look", camera.name, frame, frame, camera_uid=camera.session_uid)
    return replace(look, scene=holding.scene, scene_uid=holding.scene_uid)


def _shapes(scene: bpy.types.Scene) -> tuple[float, float]:
    """Columns to rows of the camera's picture, as rendered and as shown (they differ where pixels are not square)."""
    render = scene.render
    columns_to_rows = render.resolution_x / render.resolution_y
    return columns_to_rows, columns_to_rows * render.pixel_aspect_x / render.pixel_aspect_y
