"""Does a camera path see the set at all? By bounding boxes: never says no where something is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .camera_path import CameraPath
from .errors import SceneNotReady
from .greybox_read import GreyboxRead

_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
"""[8,3] which of lower (0) and upper (1) makes each corner of a box."""


def any_mesh_in_view(path: CameraPath, read: GreyboxRead) -> bool:
    """True where at some frame a visible instance's box reaches into the camera's view."""
    corners = np.take_along_axis(read.bounds, _CORNERS[None], axis=1)  # [N,8,3]
    homogeneous = np.concatenate([corners, np.ones((*corners.shape[:2], 1))], -1)
    for index in range(len(path)):
        world = np.einsum("nij,nkj->nki", read.tracks.transforms_at(index), homogeneous)[..., :3]
        camera = (world - path.c2w[index, :3, 3]) @ path.c2w[index, :3, :3]
        reaches = _reaches_into(camera @ path.K[index].T, path.height, path.width, *path.planes(index))
        if (reaches & (read.tracks.visible[:, index] > 0)).any():
            return True
    return False


def require_mesh_in_view(path: CameraPath, read: GreyboxRead, shot: str) -> None:
    """Raises SceneNotReady where the shot would be of the empty sky."""
    if not any_mesh_in_view(path, read):
        raise SceneNotReady(
            f"The camera of shot {shot!r} sees no mesh in frames {path.named(0)} to {path.named(-1)}.",
            "Point the camera at the set, and check that the objects are enabled for rendering.",
        )


def _reaches_into(corners: NDArray[np.float64], height: int, width: int, near: float, far: float) -> NDArray[np.bool_]:
    """[N] False where all corners [N,8,3] (pixels times depth, depth) of a box lie beyond one side of the view."""
    x, y, depth = corners[..., 0], corners[..., 1], corners[..., 2]
    beyond = np.stack([depth <= near, depth > far, x < 0, x > width * depth, y < 0, y > height * depth])
    outside: NDArray[np.bool_] = beyond.all(-1).any(0)
    return ~outside
