"""The greybox's arrays over T frames, the same value on both sides of the wire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Arrays
from .codec import MalformedMessage
from .messages import Greybox

Float64 = NDArray[np.float64]

NAMES = ("transforms", "moving", "moving_transforms", "visible", "lamp_transforms")


@dataclass(frozen=True)
class GreyboxTracks:
    """Where everything is, per frame. World frame: Blender's (Z up), metres; column vectors, p_world = M @ p_local."""

    transforms: Float64
    """[N,4,4] local-to-world of every instance at the first frame."""
    moving: NDArray[np.int32]
    """[M] indices of instances whose transform changes."""
    moving_transforms: Float64
    """[M,T,4,4]."""
    visible: NDArray[np.uint8]
    """[N,T] 1 where the instance exists and renders."""
    lamp_transforms: Float64
    """[L,T,4,4] local-to-world of every lamp."""

    def transforms_at(self, index: int) -> Float64:
        """[N,4,4] at frame `index`."""
        placed = self.transforms.copy()
        placed[self.moving] = self.moving_transforms[:, index]
        return placed

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in NAMES}

    @classmethod
    def from_arrays(cls, greybox: Greybox, arrays: Arrays, frames: int) -> GreyboxTracks:
        """Checks shapes and finiteness against the message. Raises MalformedMessage."""
        n, lamps = len(greybox.instances), len(greybox.lamps)
        missing = [name for name in NAMES if name not in arrays]
        if missing:
            raise MalformedMessage(f"the greybox lacks the arrays {missing}")
        m = arrays["moving"].size
        shapes = {
            "transforms": (n, 4, 4),
            "moving": (m,),
            "moving_transforms": (m, frames, 4, 4),
            "visible": (n, frames),
            "lamp_transforms": (lamps, frames, 4, 4),
        }
        for name, shape in shapes.items():
            if arrays[name].shape != shape:
                raise MalformedMessage(f"expected the shape {shape} for {name!r}, got {arrays[name].shape}")
            if not np.all(np.isfinite(arrays[name])):
                raise MalformedMessage(f"array {name!r} holds a value that is not a finite number")
        moving = arrays["moving"].astype(np.int32)
        if m and (moving.min() < 0 or moving.max() >= n):
            raise MalformedMessage(f"array 'moving' points outside the {n} instances")
        return cls(
            arrays["transforms"].astype(np.float64),
            moving,
            arrays["moving_transforms"].astype(np.float64),
            arrays["visible"].astype(np.uint8),
            arrays["lamp_transforms"].astype(np.float64),
        )
