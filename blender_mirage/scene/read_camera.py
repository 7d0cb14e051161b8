"""A shot's camera, sampled frame by frame through the depsgraph: drivers, constraints, shake and lens keys included.

The picture of a take covers exactly the frame that Blender renders, at any grid size: K is made for the render's
resolution with its pixel aspect and then scaled to the take's grid, so that non-square pixels stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import bpy
import numpy as np

from ..core.camera_path import CameraPath
from ..core.cameras import (
    Cameras,
    LensValues,
    intrinsics,
    opencv_from_blender,
    scale_intrinsics,
    shear_into_intrinsics,
)
from ..core.engine_time import exact_rate
from ..core.errors import CameraNotReady, SceneNotReady
from ..core.shots import Shot
from .evaluated_frames import Source, walk_frames
from .find import camera_of

GRID = 8
"""Heights and widths of takes are multiples of this."""


def read_camera_path(source: Source, shot: Shot, height: int, width: int, step: int = 1, mode: str = "") -> CameraPath:
    """The cameras of every `step`-th frame of `shot` over a grid (height, width). The playhead is put back.

    mode: as the set is read, see `walk_frames`.

    Raises SceneNotReady where the camera is missing or no camera, and CameraNotReady, naming the frame, where it is
    not a perspective one or has a matrix or lens that no picture can be made of.
    """
    frames = tuple(range(shot.start, shot.end + 1, step))
    reader = CameraReader(shot, frames, (height, width))
    for _ in walk_frames(source, frames, reader.visit, mode, camera_of(shot)):
        continue
    scene = source.scene if isinstance(source, bpy.types.Context) else source
    seen = reader.result()
    return CameraPath(seen.c2w, seen.K, frames, float(scene_rate(scene)), height, width, clip=seen.clip)


def scene_rate(scene: bpy.types.Scene) -> Fraction:
    """Frames a second, exact also where they are 24000/1001."""
    return exact_rate(scene.render.fps, scene.render.fps_base)


class CameraReader:
    """A shot's camera over frames, which may have fractions: between two of the scene's frames Blender evaluates what
    it moves by. `visit` is what `walk_frames` calls."""

    def __init__(self, shot: Shot, frames: Sequence[float], size: tuple[int, int]) -> None:
        """Raises SceneNotReady where the camera is missing or no camera."""
        check_camera(camera_of(shot))
        self._shot, self._frames, self._size = shot, tuple(frames), size
        self._found: dict[int, Cameras] = {}

    def visit(self, index: int, depsgraph: bpy.types.Depsgraph) -> None:
        """Raises CameraNotReady, naming the frame."""
        camera = check_camera(camera_of(self._shot))
        self._found[index] = read_at(camera, depsgraph, self._frames[index], self._size)

    def result(self) -> Cameras:
        return Cameras.join([self._found[index] for index in range(len(self._frames))])


def read_at(camera: bpy.types.Object, depsgraph: bpy.types.Depsgraph, frame: float, size: tuple[int, int]) -> Cameras:
    """The camera at the frame that `depsgraph` was evaluated for. Raises CameraNotReady."""
    try:
        return read_evaluated_camera(camera.evaluated_get(depsgraph), depsgraph.scene_eval, size)
    except SceneNotReady as error:
        text = f"Camera {camera.name!r} at frame {frame:g}: {error.message}"
        raise CameraNotReady(text, error.hint, frame) from error


def check_camera(camera: bpy.types.Object) -> bpy.types.Object:
    """The object itself. Raises SceneNotReady where it is no camera: Blender lets anything be the scene's."""
    if camera.type != "CAMERA":
        raise SceneNotReady(
            f"{camera.name!r} is of the type {camera.type}, not a camera.",
            "Bind the marker (or the scene) to a camera.",
        )
    return camera


def fit_resolution(scene: bpy.types.Scene, width: int) -> tuple[int, int]:
    """(height, width) of a take near `width`, in multiples of 8, with the render's ratio of columns to rows.

    The pixel aspect stays the render's, so that a take lies on the timeline and behind the camera as a render does.
    """
    render = scene.render
    columns = max(GRID, round(width / GRID) * GRID)
    rows = max(GRID, round(columns * render.resolution_y / render.resolution_x / GRID) * GRID)
    return rows, columns


def read_evaluated_camera(camera: bpy.types.Object, scene: bpy.types.Scene, size: tuple[int, int]) -> Cameras:
    """One evaluated camera at the frame that `scene` (evaluated) stands at. Raises SceneNotReady."""
    data, render, metres = camera.data, scene.render, scene.unit_settings.scale_length
    if data.type != "PERSP":
        kind = {"ORTHO": "orthographic", "PANO": "panoramic"}.get(data.type, data.type.lower())
        raise SceneNotReady(
            f"It is {kind}; a take needs a perspective camera.",
            "Set its lens type to Perspective in the camera's properties, and look for keys of it.",
        )
    matrix = np.array(camera.matrix_world, dtype=np.float64)
    lens = LensValues(
        data.lens,
        data.sensor_width,
        data.sensor_height,
        data.sensor_fit,
        data.shift_x,
        data.shift_y,
        data.clip_start,
        data.clip_end,
    )
    render_size = (render.resolution_y, render.resolution_x)
    K = intrinsics(lens, (render.pixel_aspect_x, render.pixel_aspect_y), render_size)
    K = shear_into_intrinsics(scale_intrinsics(K, render_size, size), matrix)
    return Cameras(opencv_from_blender(matrix, metres)[None], K[None], np.array([lens.clip(metres)]))
