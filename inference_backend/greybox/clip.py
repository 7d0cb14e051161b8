"""The planes of a camera, Clip Start and Clip End, between which it sees: metres along the optical axis.

They cut what is seen and nothing else: a wall that is cut away still throws its shadow, as in Blender's renders.
"""

from __future__ import annotations

import numpy as np

from blender_mirage.wire.arrays import Arrays

from .geometry import Float64, FrameSet

Clip = tuple[float, float]
"""(nearest, farthest) depth."""
EVERYTHING: Clip = (0.0, float("inf"))


def clips_of(arrays: Arrays, frames: int) -> list[Clip]:
    """Of each of a request's cameras; of one without `clip`, as older add-ons send it, nothing is cut away."""
    if "clip" not in arrays:
        return [EVERYTHING] * frames
    return [(float(near), float(far)) for near, far in arrays["clip"]]


def cuts_away(frame_set: FrameSet, camera: tuple[Float64, Float64], size: tuple[int, int], clip: Clip) -> bool:
    """Whether the planes may hide anything of the set that a camera (c2w, K in pixels of `size`, H and W) would see.

    By the boxes of its meshes and exact values, so that it is the same each time: a plane that passes a box in view
    counts, whether it meets a surface there or not.
    """
    if clip == EVERYTHING:
        return False
    c2w, K = camera
    eye = c2w[:3, 3] - frame_set.origin
    corners = np.array([(0, 0, 1), (size[1], 0, 1), (size[1], size[0], 1), (0, size[0], 1)], np.float64)
    rays = corners @ np.linalg.inv(K).T @ c2w[:3, :3].T
    sides = np.cross(rays, np.roll(rays, -1, 0))
    sides *= -np.sign((sides @ c2w[:3, 2])[:, None])  # pointing out of the view
    for placed in frame_set.meshes:
        if len(placed.mesh.vertices) == 0 or not placed.transform[:3, :3].any():
            continue
        low, high = placed.mesh.box
        axes = placed.transform[:3, :3] * ((high - low) / 2)
        middle = placed.transform[:3, :3] @ ((low + high) / 2) + placed.transform[:3, 3] - eye
        if (sides @ middle <= np.abs(sides @ axes).sum(1)).all() and _cut(middle, axes, c2w[:3, 2], rays, clip):
            return True
    return False


def _cut(middle: Float64, axes: Float64, forward: Float64, rays: Float64, clip: Clip) -> bool:
    """Whether a box reaches beyond the farther plane, or into the pyramid that the nearer one cuts off the view.

    The box: its middle [3] as seen from the camera, half its edges the columns of `axes` [3,3]. rays: [4,3] the
    pyramid's edges, of a depth of 1. Where an axis tells them apart (those of the box and of the view are tried), they
    do not meet.
    """
    depth, reach = forward @ middle, np.abs(forward @ axes).sum()
    if depth + reach > clip[1]:
        return True
    if depth - reach >= clip[0] or depth + reach <= 0:
        return False
    faces = np.cross(axes.T, np.roll(axes.T, -1, 0))
    extent = np.abs(faces @ axes).sum(1)
    along = np.concatenate([np.zeros((1, 3)), clip[0] * rays]) @ faces.T - faces @ middle
    return not ((along.min(0) > extent) | (along.max(0) < -extent)).any()
