"""The baseline: the two ends of a closed loop made again with memory switched off, everything else as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import TakeRequest

PER_FRAME = ("c2w", "K", "clip")


def ends_without_memory(request: TakeRequest, arrays: Arrays) -> tuple[TakeRequest, Arrays]:
    """The request of a take cut to its first and last frame, each to be generated on its own.

    Without memory no frame depends on another, so the frames between would change nothing about these two.
    Raises ValueError for a set with deforming meshes, whose vertex tracks are stored for all frames.
    """
    if any(instance.vertex_track for instance in request.greybox.instances):
        raise ValueError(f"expected the rigid demo set in the shot {request.shot!r}, got a deforming mesh")
    ends = [0, len(request.frames) - 1]
    tracks = GreyboxTracks.from_arrays(request.greybox, arrays, len(request.frames))
    cut = replace(
        tracks,
        moving_transforms=tracks.moving_transforms[:, ends],
        visible=tracks.visible[:, ends],
        lamp_transforms=tracks.lamp_transforms[:, ends],
        lamp_values=None if tracks.lamp_values is None else tracks.lamp_values[:, ends],
        ambient=None if tracks.ambient is None else tracks.ambient[ends],
    )
    shorter = replace(request, frames=tuple(request.frames[i] for i in ends), use_memory=False)
    cameras = {name: np.asarray(arrays[name])[ends] for name in PER_FRAME if name in arrays}
    return shorter, {**cameras, **cut.to_arrays()}
