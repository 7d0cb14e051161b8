"""Camera maths between Blender and the wire. Pure numpy, float64.

Frames: the world is Blender's (Z up). Blender's camera looks along its -Z with +Y up; on the wire cameras have OpenCV
axes (x right, y down, z forward) and metres. `c2w` [4,4] maps camera to world, columns are the camera's axes.
`K` [3,3] maps camera coordinates to pixels with the origin at the upper left corner and pixel centres at +0.5.

Source for the lens model: `BKE_camera_params_compute_viewplane` and `BKE_camera_multiview_model_matrix` in Blender's
`source/blender/blenkernel/intern/camera.cc`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SceneNotReady

Float64 = NDArray[np.float64]

FLIP_YZ = np.diag([1.0, -1.0, -1.0])
"""Blender's camera axes to OpenCV's and back (its own inverse)."""

Clip = tuple[float, float]
"""Depths along the optical axis, in metres, between which a camera sees."""

_SHEAR_NOISE = 1e-6
"""float32 matrices are orthogonal to about this; below it a shear moves no picture by 0.01 px."""


def opencv_from_blender(matrix_world: ArrayLike, scale_length: float = 1.0) -> Float64:
    """Blender's camera `matrix_world` [4,4] -> `c2w` [4,4], orthonormal, OpenCV axes, metres.

    Blender's renderers divide each axis of the matrix by its length, so that a scaled camera sees as an unscaled one.
    What a non-uniformly scaled or mirrored parent leaves after that (axes that are not at right angles, or left-handed)
    is no rotation: `shear_into_intrinsics` carries it exactly into K.

    Raises SceneNotReady where the matrix is not finite or an axis has no length.
    """
    matrix = np.asarray(matrix_world, dtype=np.float64)
    rotation, _ = _split_axes(matrix)
    c2w = np.eye(4)
    c2w[:3, :3] = rotation
    c2w[:3, 3] = matrix[:3, 3] * scale_length
    return c2w


def blender_from_opencv(c2w: ArrayLike, scale_length: float = 1.0) -> Float64:
    """Inverse of `opencv_from_blender` for an unscaled camera: `c2w` in metres -> Blender's `matrix_world`."""
    camera = np.asarray(c2w, dtype=np.float64)
    matrix = np.eye(4)
    matrix[:3, :3] = camera[:3, :3] @ FLIP_YZ
    matrix[:3, 3] = camera[:3, 3] / scale_length
    return matrix


@dataclass(frozen=True)
class LensValues:
    """What Blender says of a perspective camera's lens at one frame; millimetres, shifts in sides of the frame, and its
    planes in Blender's units. Raises SceneNotReady where one of them allows no picture."""

    lens_mm: float
    sensor_width: float
    sensor_height: float
    sensor_fit: str
    shift_x: float
    shift_y: float
    clip_start: float
    clip_end: float

    def __post_init__(self) -> None:
        for name, value in self._positive().items():
            if not (math.isfinite(value) and value > 0.0):
                raise SceneNotReady(f"Its {name} is {value:g}.", "Check its keys and drivers.")
        if not (math.isfinite(self.shift_x) and math.isfinite(self.shift_y)):
            raise SceneNotReady(f"Its shift is {self.shift_x:g}, {self.shift_y:g}.", "Check its keys and drivers.")
        if not self.clip_end > self.clip_start:
            raise SceneNotReady(
                f"It sees nothing: its Clip Start is {self.clip_start:g} and its Clip End {self.clip_end:g}.",
                "Set its Clip End to more than its Clip Start.",
            )

    def _positive(self) -> dict[str, float]:
        return {
            "focal length": self.lens_mm,
            "sensor width": self.sensor_width,
            "sensor height": self.sensor_height,
            "Clip Start": self.clip_start,
            "Clip End": self.clip_end,
        }

    def clip(self, scale_length: float) -> Clip:
        """`scale_length`: metres of a Blender unit."""
        return self.clip_start * scale_length, self.clip_end * scale_length


def intrinsics(
    lens: LensValues,
    pixel_aspect: tuple[float, float],
    size: tuple[int, int],
) -> Float64:
    """K [3,3] of a perspective camera in pixels of `size` (height, width), which is the render's resolution.

    The sensor's fit is Blender's AUTO, HORIZONTAL or VERTICAL; AUTO fits the longer side of the frame, pixel aspect
    included, and takes `sensor_width` for either. Shifts are in units of the fitted side. With a pixel aspect other
    than 1, fx and fy differ.
    """
    height, width = size
    aspect_x, aspect_y = pixel_aspect
    stretch = aspect_y / aspect_x  # height of a pixel in widths of a pixel
    fit = lens.sensor_fit
    horizontal = fit == "HORIZONTAL" or (fit == "AUTO" and width * aspect_x >= height * aspect_y)
    fitted = float(width) if horizontal else height * stretch  # the fitted side, in widths of a pixel
    sensor = lens.sensor_height if fit == "VERTICAL" else lens.sensor_width
    focal = lens.lens_mm * fitted / sensor
    return np.array(
        [
            [focal, 0.0, width / 2 - lens.shift_x * fitted],
            [0.0, focal / stretch, height / 2 + lens.shift_y * fitted / stretch],
            [0.0, 0.0, 1.0],
        ]
    )


@dataclass(frozen=True)
class Cameras:
    """T cameras as the wire wants them."""

    c2w: Float64
    """[T,4,4]."""
    K: Float64
    """[T,3,3]."""
    clip: Float64
    """[T,2] metres."""

    @classmethod
    def join(cls, parts: Sequence[Cameras]) -> Cameras:
        """Not of nothing."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("c2w", "K", "clip")))


def shear_into_intrinsics(K: ArrayLike, matrix_world: ArrayLike) -> Float64:
    """K [3,3] that, with the orthonormal `opencv_from_blender(matrix_world)`, projects as Blender's own axes do.

    With A the unit-length axes and A = R U (R a rotation, U upper triangular): K A^-1 = (K U^-1) R^T, and K U^-1 is
    upper triangular again, hence intrinsics with a skew. A mirrored camera gets a negative fx. K itself comes back
    where the axes are at right angles.
    """
    matrix = np.asarray(K, dtype=np.float64)
    _, shear = _split_axes(np.asarray(matrix_world, dtype=np.float64))
    if np.abs(shear - np.eye(3)).max() < _SHEAR_NOISE:
        return matrix
    sheared = matrix @ np.linalg.inv(shear)
    normalized: Float64 = sheared / sheared[2, 2]
    return normalized


def scale_intrinsics(K: ArrayLike, from_size: Sequence[int], to_size: Sequence[int]) -> Float64:
    """K [...,3,3] of one grid (height, width) in pixels of another over the same view: a scale of K's rows."""
    (from_height, from_width), (to_height, to_width) = from_size, to_size
    scale: Float64 = np.array([[to_width / from_width], [to_height / from_height], [1.0]])
    matrix: Float64 = np.asarray(K, dtype=np.float64)
    return scale * matrix


def project(points: ArrayLike, c2w: ArrayLike, K: ArrayLike) -> tuple[Float64, Float64]:
    """World points [N,3] in metres -> (pixels [N,2], depth_z [N] along the optical axis).

    Pixels of points that are not in front of the camera (depth_z <= 0) are NaN.
    """
    camera: Float64 = np.asarray(c2w, dtype=np.float64)
    local = (np.asarray(points, dtype=np.float64) - camera[:3, 3]) @ camera[:3, :3]
    depth_z = local[:, 2]
    ahead = np.where(depth_z > 0.0, depth_z, np.nan)
    pixels: Float64 = (local @ np.asarray(K, dtype=np.float64).T)[:, :2] / ahead[:, None]
    return pixels, depth_z


def _split_axes(matrix: NDArray[Any]) -> tuple[Float64, Float64]:
    """Unit-length OpenCV axes of a Blender camera matrix as (rotation R, upper triangular U), A = R U, U[2,2] > 0."""
    if not np.all(np.isfinite(matrix)):
        raise SceneNotReady(
            "The camera's position or rotation is not a finite number.",
            "Check its drivers and constraints.",
        )
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    axes = matrix[:3, :3] @ FLIP_YZ / np.where(lengths > 0.0, lengths, 1.0)
    if abs(np.linalg.det(axes)) < 1e-9:
        raise SceneNotReady(
            "The camera or one of its parents has a scale of zero.",
            "Set that scale to another value than 0.",
        )
    rotation, upper = np.linalg.qr(axes)
    signs = np.sign(np.diag(upper))
    rotation, upper = rotation * signs, upper * signs[:, None]
    if np.linalg.det(rotation) < 0.0:  # a mirrored camera: the mirror goes to x, so that z stays the viewing direction
        rotation[:, 0] *= -1.0
        upper[0] *= -1.0
    return rotation, upper
