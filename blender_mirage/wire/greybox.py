"""The greybox's arrays over T frames, the same value on both sides of the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Arrays
from .codec import MalformedMessage
from .messages import Color, Greybox, Lamp

Float64 = NDArray[np.float64]

NAMES = ("transforms", "moving", "moving_transforms", "visible", "lamp_transforms")
CHANGES = ("lamp_values", "ambient")
"""Left out where nothing of it changes: the message says it then."""
_LAMP_VALUES = 7


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
    lamp_values: Float64 | None = None
    """[L,T,7] what may change of every lamp: `Lamp.color` (3), energy, size, spot_angle, spot_blend."""
    ambient: Float64 | None = None
    """[T,3] `Greybox.ambient`."""

    def lamps_at(self, lamps: tuple[Lamp, ...], index: int) -> tuple[Lamp, ...]:
        """The lamps of the message as they are at frame `index`."""
        if self.lamp_values is None:
            return lamps
        return tuple(
            lamp_with(lamp, values) for lamp, values in zip(lamps, self.lamp_values[:, index].tolist(), strict=True)
        )

    def ambient_at(self, ambient: Color, index: int) -> Color:
        if self.ambient is None:
            return ambient
        red, green, blue = self.ambient[index].tolist()
        return red, green, blue

    def transforms_at(self, index: int) -> Float64:
        """[N,4,4] at frame `index`."""
        placed = self.transforms.copy()
        placed[self.moving] = self.moving_transforms[:, index]
        return placed

    def to_arrays(self) -> Arrays:
        changes = {name: array for name in CHANGES if (array := getattr(self, name)) is not None}
        return {name: getattr(self, name) for name in NAMES} | changes

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
        optional = {"lamp_values": (lamps, frames, _LAMP_VALUES), "ambient": (frames, 3)}
        shapes |= {name: shape for name, shape in optional.items() if name in arrays}
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
            *(arrays[name].astype(np.float64) if name in arrays else None for name in CHANGES),
        )


def lamp_values(lamp: Lamp) -> tuple[float, ...]:
    """[7] as `GreyboxTracks.lamp_values`."""
    return (*lamp.color, lamp.energy, lamp.size, lamp.spot_angle, lamp.spot_blend)


def lamp_with(lamp: Lamp, values: Sequence[float]) -> Lamp:
    """The inverse: a lamp of the same kind with `values` [7]."""
    red, green, blue, energy, size, spot_angle, spot_blend = values
    return Lamp(lamp.kind, (red, green, blue), energy, size, spot_angle, spot_blend)
