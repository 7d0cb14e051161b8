"""The camera that a viewport looks through: as the wire wants it, and where its frame lies in the region."""

from __future__ import annotations

from typing import NamedTuple

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import SceneNotReady
from .read_camera import check_camera, read_at

Float64 = NDArray[np.float64]


class Rectangle(NamedTuple):
    """In pixels of a region, from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Pose(NamedTuple):
    """One camera. Two equal ones see the same."""

    camera: int
    """session_uid of the object."""
    c2w: tuple[float, ...]
    """[16] row by row."""
    K: tuple[float, ...]
    """[9] of a frame of 1 x 1."""
    clip: tuple[float, ...]
    """[2] metres."""

    def arrays(self, height: int, width: int) -> dict[str, Float64]:
        """`c2w` [1,4,4], `K` [1,3,3] in pixels of a frame of that size, and `clip` [1,2]."""
        K = np.diag([width, height, 1.0]) @ np.reshape(self.K, (3, 3))
        return {"c2w": np.reshape(self.c2w, (1, 4, 4)), "K": K[None], "clip": np.reshape(self.clip, (1, 2))}


def camera_of_view(space: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """That a 3D View looks through when it looks through one."""
    return space.camera if space.use_local_camera and space.camera else scene.camera


def read_pose(camera: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Pose:
    """The camera as it stands now. Raises SceneNotReady where no frame can be made of it."""
    frame = depsgraph.scene_eval.frame_current_final
    seen = read_at(check_camera(camera), depsgraph, frame, (1, 1))
    return Pose(camera.session_uid, *(tuple(part.ravel().tolist()) for part in (seen.c2w, seen.K, seen.clip)))


def frame_ratio(scene: bpy.types.Scene) -> float:
    """Columns to rows of a render."""
    return float(scene.render.resolution_x / scene.render.resolution_y)


def frame_rectangle(
    camera: bpy.types.Camera, scene: bpy.types.Scene, window_matrix: Float64, size: tuple[int, int]
) -> Rectangle:
    """Where the frame of an (evaluated) camera lies in a region of `size` (width, height) that looks through it.

    window_matrix: [4,4] of the region's view, camera to clip space: lens, zoom and offset of the view are in it.
    """
    corners = np.array([(*corner, 1.0) for corner in camera.view_frame(scene=scene)], dtype=np.float64)
    clip = corners @ np.asarray(window_matrix, dtype=np.float64).T
    if np.any(clip[:, 3] <= 0):
        raise SceneNotReady("The camera sees nothing in front of it.", "Check its lens and its sensor.")
    x, y = ((clip[:, :2] / clip[:, 3:] + 1) / 2 * np.array(size)).T
    return Rectangle(x.min(), y.min(), x.max(), y.max())
