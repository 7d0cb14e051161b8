"""A shot's camera, sampled frame by frame through the depsgraph: drivers, constraints, shake and lens keys included.

The picture of a take covers exactly the frame that Blender renders, at any grid size: K is made for the render's
resolution with its pixel aspect and then scaled to the take's grid, so that non-square pixels stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.camera_path import CameraPath
from ..core.cameras import intrinsics, opencv_from_blender, scale_intrinsics, shear_into_intrinsics
from ..core.engine_time import exact_rate
from ..core.errors import SceneNotReady
from ..core.shots import Shot
from .playhead import Playhead

Float64 = NDArray[np.float64]

GRID = 8
"""Heights and widths of takes are multiples of this."""


def read_camera_path(
    source: bpy.types.Context | bpy.types.Scene, shot: Shot, height: int, width: int, step: int = 1
) -> CameraPath:
    """The cameras of every `step`-th frame of `shot` over a grid (height, width). The playhead is put back.

    Raises SceneNotReady where the camera is missing, is not a perspective one, or has a matrix or lens that no picture
    can be made of; the frame is named.
    """
    frames = tuple(range(shot.start, shot.end + 1, step))
    with Playhead(source) as playhead:
        fps = float(scene_rate(playhead.scene))
        c2w, K = read_cameras(playhead, shot.camera, frames, (height, width))
    return CameraPath(c2w, K, frames, fps, height, width)


def scene_rate(scene: bpy.types.Scene) -> Fraction:
    """Frames a second, exact also where they are 24000/1001."""
    return exact_rate(scene.render.fps, scene.render.fps_base)


def read_cameras(
    playhead: Playhead, name: str, frames: Sequence[float], size: tuple[int, int]
) -> tuple[Float64, Float64]:
    """(c2w [T,4,4], K [T,3,3]) of a camera at `frames`, which may have fractions: between two of the scene's frames
    Blender evaluates what it moves by. Raises SceneNotReady, naming the frame."""
    check_camera(playhead.scene, name)
    poses, lenses = [], []
    for frame in frames:
        depsgraph = playhead.go(frame)
        camera = _camera(playhead.scene, name).evaluated_get(depsgraph)
        try:
            c2w, K = read_evaluated_camera(camera, depsgraph.scene_eval, size)
        except SceneNotReady as error:
            raise SceneNotReady(f"Camera {name!r} at frame {frame:g}: {error.message}", error.hint) from error
        poses.append(c2w)
        lenses.append(K)
    return np.stack(poses), np.stack(lenses)


def check_camera(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    """The camera object. Raises SceneNotReady where `name` is no perspective camera."""
    camera = _camera(scene, name)
    if camera.type != "CAMERA":
        raise SceneNotReady(
            f"{name!r} is of the type {camera.type}, not a camera.", "Bind the marker (or the scene) to a camera."
        )
    if camera.data.type != "PERSP":
        kind = {"ORTHO": "orthographic", "PANO": "panoramic"}.get(camera.data.type, camera.data.type.lower())
        raise SceneNotReady(
            f"Camera {name!r} is {kind}; a take needs a perspective camera.",
            "Set its lens type to Perspective in the camera's properties.",
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


def _camera(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    camera = scene.objects.get(name) or bpy.data.objects.get(name)
    if camera is None:
        raise SceneNotReady(f"There is no camera {name!r}.", "It was removed or renamed: choose the shot again.")
    return camera


def read_evaluated_camera(
    camera: bpy.types.Object, scene: bpy.types.Scene, size: tuple[int, int]
) -> tuple[Float64, Float64]:
    """(c2w, K) of an evaluated camera at the frame that `scene` (evaluated) stands at."""
    lens, render = camera.data, scene.render
    matrix = np.array(camera.matrix_world, dtype=np.float64)
    values = (lens.lens, lens.sensor_width, lens.sensor_height, lens.shift_x, lens.shift_y)
    if not np.all(np.isfinite(values)):
        raise SceneNotReady("Its lens, sensor or shift is not a finite number.", "Check its drivers.")
    render_size = (render.resolution_y, render.resolution_x)
    K = intrinsics(
        lens_mm=lens.lens,
        sensor_width=lens.sensor_width,
        sensor_height=lens.sensor_height,
        sensor_fit=lens.sensor_fit,
        shift_x=lens.shift_x,
        shift_y=lens.shift_y,
        pixel_aspect=(render.pixel_aspect_x, render.pixel_aspect_y),
        size=render_size,
    )
    c2w = opencv_from_blender(matrix, scene.unit_settings.scale_length)
    return c2w, shear_into_intrinsics(scale_intrinsics(K, render_size, size), matrix)
