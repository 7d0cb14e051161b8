"""The coating of the set that says how well a world knows it: tiles as triangles to draw, and their shares in words.

The tints are those of the coverage pictures (after Okabe and Ito, 2008): calm and dark where it was seen, lighter where
it was seen in part, warm and bright where it was never seen. They differ in lightness and in how much they cover, so
that nobody needs to tell green from red.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..wire.arrays import Arrays
from ..wire.live import SurfaceInfo
from .coverage_words import UNSEEN_SHARE, percent
from .errors import ContractMismatch

Float32 = NDArray[np.float32]
Rgba = tuple[float, float, float, float]

CONNECTING = "Connecting"
READING = "Reading the set"
WAITING = "Waiting for the running job to end"
NO_WORLD = "This scene has no world yet: generate a take, or choose a world"
NO_CAMERA = "Coverage needs a camera: add one"
NO_MESH = "No object in the scene renders"

NEVER, PARTLY, SEEN = range(3)
"""States of a tile, as `wire.live.SurfaceInfo` numbers them."""
TINTS: dict[int, Rgba] = {
    SEEN: (0.0, 0.5, 0.42, 0.28),
    PARTLY: (0.95, 0.8, 0.25, 0.4),
    NEVER: (0.9, 0.36, 0.05, 0.5),
}
"""sRGB, and the opacity of each where the user wants all of it."""
LIFT = 0.01
"""Of a tile's own size, how far it is held off its surface: enough for what bends under it."""
MOST_LIFT = 0.005
"""Metres."""


@dataclass(frozen=True)
class Coating:
    """What a world knows of a set at one frame, to be drawn."""

    info: SurfaceInfo
    vertices: dict[int, Float32]
    """State -> [V,3] corners in Blender's units, four a tile, one tile behind another; told from `origin`."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """In the world, Blender's units: far out, float32 would not hold the corners otherwise."""

    @property
    def tiles(self) -> int:
        return sum(len(corners) for corners in self.vertices.values()) // 4


def coating_of(info: SurfaceInfo, arrays: Arrays, metres: float) -> Coating:
    """From a surface's answer; `metres`: how long a Blender unit is. Raises ContractMismatch where its arrays do not
    match."""
    position, edges, state = arrays["position"], arrays["edges"], arrays["state"]
    count = len(state)
    if position.shape != (count, 3) or edges.shape != (count, 2, 3):
        raise ContractMismatch(
            f"The backend told of {count} surfaces, and where {len(position)} are.",
            "Update the add-on and the backend to the same release.",
        )
    first, second = edges[:, 0], edges[:, 1]
    crossed = np.cross(first, second)
    area = np.maximum(np.linalg.norm(crossed, axis=-1, keepdims=True), 1e-30)
    middle = position + crossed / area * np.minimum(LIFT * np.sqrt(area), MOST_LIFT)
    corners = np.stack(
        [middle - first - second, middle + first - second, middle + first + second, middle - first + second], 1
    )
    corners = (corners / metres).astype(np.float32)
    x, y, z = (coordinate / metres for coordinate in info.origin)
    vertices = {kind: np.ascontiguousarray(corners[state == kind].reshape(-1, 3)) for kind in TINTS}
    return Coating(info, vertices, (x, y, z))


def view_from(model_view: ArrayLike, origin: Sequence[float]) -> NDArray[np.float64]:
    """[4,4] world to eye -> the same for what is told from `origin`. What cancels does so in float64."""
    view = np.array(model_view, np.float64)
    view[:3, 3] += view[:3, :3] @ np.asarray(origin, np.float64)
    return view


def triangles_of(corners: int) -> NDArray[np.int32]:
    """[T,3] two for each four corners, counter-clockwise as seen from the tile's side."""
    first = np.arange(0, corners, 4, dtype=np.int32)[:, None, None]
    return (first + np.array([[0, 1, 2], [0, 2, 3]], np.int32)).reshape(-1, 3)


def legend(info: SurfaceInfo) -> dict[int, str]:
    """State -> its share of the surfaces, in words."""
    return {SEEN: percent(info.seen), PARTLY: percent(info.partly), NEVER: percent(info.never)}


def unseen_warning(info: SurfaceInfo) -> str:
    """What to say over the camera's view; empty where the camera is not in unseen space."""
    if info.never_in_view <= UNSEEN_SHARE:
        return ""
    return f"New areas: {percent(info.never_in_view)} of this frame"
