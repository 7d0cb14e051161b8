"""Meshes and where they stand at one frame. Values only; ray casting is in `raycast`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

SKY = 0
"""Anchor of whatever no surface stands before; its rest position is a direction."""
VOID = -1
"""Anchor of a point that a picture shows where there is no geometry; its rest position is its place in the world."""

ORIGIN = (0.0, 0.0, 0.0)
"""Of the world."""
_ORIGIN_STEP = 1024.0
"""Metres. float32 tells less than 0.1 mm apart within one; sets that stand nearer to the world's origin are told from
there, as they always were."""


@dataclass(frozen=True)
class Mesh:
    """Triangles in an object's own frame (object-local units)."""

    vertices: Float32
    """[V,3]."""
    triangles: Int32
    """[F,3] indices into `vertices`."""
    face_material: Int32
    """[F] material slot of each triangle."""

    @cached_property
    def box(self) -> tuple[Float64, Float64]:
        """Lower and upper corner [3] of its vertices, of which there are some."""
        low, high = self.vertices.min(0), self.vertices.max(0)
        return low.astype(np.float64), high.astype(np.float64)


@dataclass(frozen=True)
class PlacedMesh:
    """A mesh at one frame."""

    mesh: Mesh
    transform: Float64
    """[4,4] local to world, metres."""
    anchor: int
    """What tokens on this surface hang on; 1 and up."""
    materials: tuple[int, ...]
    """World-wide material id (1 and up) of each slot."""
    base_colors: Float32
    """[S,3] linear, one a slot."""
    rest_vertices: Float32
    """[V,3] the vertices when first seen, times the object's scale then: metres, and the same number for ever. Of what
    changes its topology, the vertices as they are now, times that scale."""


@dataclass(frozen=True)
class PlacedLamp:
    """A lamp at one frame; units as `wire.messages.Lamp`."""

    kind: str
    color: Float32
    energy: float
    size: float
    spot_angle: float
    spot_blend: float
    transform: Float64


@dataclass(frozen=True)
class FrameSet:
    """The greybox at one frame."""

    meshes: tuple[PlacedMesh, ...]
    lamps: tuple[PlacedLamp, ...]
    ambient: Float32
    """[3] radiance that arrives from everywhere, linear."""
    origin: tuple[float, float, float] = ORIGIN
    """The point of the world that the places of meshes and lamps are told from: float32 holds them near it."""


def origin_near(point: Float64) -> tuple[float, float, float]:
    """Of FrameSet, for what is near `point` [3], metres: the world's own origin, unless that is far away."""
    x, y, z = (float(np.rint(coordinate / _ORIGIN_STEP) * _ORIGIN_STEP) for coordinate in point)
    return x, y, z


def scale_of(transform: Float64) -> Float64:
    """[3] lengths of the columns of a transform's linear part: an object's scale, without its rotation."""
    return np.linalg.norm(transform[:3, :3], axis=0)
