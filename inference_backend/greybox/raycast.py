"""Ray casting through Embree (embreex).

Static meshes share one BVH in world space. A mesh that moves keeps a BVH in its own space and the rays are moved
instead; a mesh that deforms gets a new one a frame. `Raycaster.moved` carries everything that did not change over to
the next frame.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass

import numba
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .clip import EVERYTHING, Clip
from .geometry import Float32, Float64, FrameSet, Int32, PlacedMesh, origin_near
from .surfaces import Surfaces, moved_surfaces, surfaces_of

SURFACE_OFFSET = 2e-3
"""Metres that a secondary ray starts above its surface, so that it does not meet it again."""


@dataclass(frozen=True)
class Hits:
    """First surface met by each of N rays."""

    mesh: Int32
    """[N] index into FrameSet.meshes, -1 where nothing was met."""
    triangle: Int32
    u: Float32
    v: Float32
    distance: Float32
    """[N] in lengths of the ray's direction."""


class _Bvh:
    """One Embree scene over several meshes; `owners[geometry id]` is the mesh index."""

    def __init__(self, soups: list[tuple[int, Float32, Int32]]) -> None:
        self.scene = EmbreeScene()
        self.owners = np.array([owner for owner, _, _ in soups], np.int32)
        # Embree reads the buffers in place: they must live as long as the scene.
        self._meshes = [
            TriangleMesh(self.scene, np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(faces, np.int32))
            for _, vertices, faces in soups
        ]


@dataclass(frozen=True)
class _Mover:
    """A mesh that is cast in its own space, and the sphere in world space that holds it."""

    bvh: _Bvh
    to_local: NDArray[np.float64]
    centre: Float32
    radius: float

    def met_by(self, origins: Float32, directions: Float32) -> NDArray[np.int64]:
        """Rows of the rays whose lines pass the sphere: few, as a rule, and only they are moved and cast."""
        return np.flatnonzero(_pass_sphere(origins, directions, self.centre, np.float32(self.radius)))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _pass_sphere(origins, directions, centre, radius):  # type: ignore[no-untyped-def]
    near = np.empty(len(origins), np.bool_)
    for i in range(len(origins)):
        x, y, z = centre[0] - origins[i, 0], centre[1] - origins[i, 1], centre[2] - origins[i, 2]
        dx, dy, dz = directions[i, 0], directions[i, 1], directions[i, 2]
        cx, cy, cz = y * dz - z * dy, z * dx - x * dz, x * dy - y * dx
        near[i] = cx * cx + cy * cy + cz * cz <= radius * radius * (dx * dx + dy * dy + dz * dz)
    return near


class Raycaster:
    """Casts rays against the greybox at one frame."""

    clip: Clip = EVERYTHING
    """What the camera sees that this was `clipped` for. Only `cast_from_camera` keeps to it."""

    def __init__(self, frame_set: FrameSet, moving: Collection[int] = ()) -> None:
        """`moving`: indices of meshes whose place or shape changes from frame to frame."""
        self.frame_set = frame_set
        self._moving = tuple(i for i in sorted(moving) if _has_surface(frame_set.meshes[i]))
        static = set(range(len(frame_set.meshes))) - set(moving)
        soups = [
            (i, world_vertices(placed), placed.mesh.triangles)
            for i in sorted(static)
            if _has_surface(placed := frame_set.meshes[i])
        ]
        self._static = _Bvh(soups) if soups else None
        self._local: dict[int, tuple[Float32, _Bvh, Float64]] = {}
        """By index of the mesh: its vertices, them as a BVH, and the point that they are told from there."""
        self._surfaces: Surfaces | None = None
        self._place_movers()

    @property
    def surfaces(self) -> Surfaces:
        """What the set's triangles are, for what the rays see of them."""
        if self._surfaces is None:
            self._surfaces = surfaces_of(self.frame_set)
        return self._surfaces

    def moved(self, frame_set: FrameSet) -> Raycaster:
        """The same set at another frame: only what was declared moving may differ."""
        other = object.__new__(Raycaster)
        other.frame_set = frame_set
        other._moving = self._moving
        other._static = self._static
        other._local = self._local
        other._surfaces = moved_surfaces(self.surfaces, self.frame_set, frame_set, self._moving)
        other._place_movers()
        return other

    def clipped(self, clip: Clip) -> Raycaster:
        """The same set for a camera that sees no nearer and no farther. Light goes on as if nothing were cut away."""
        _ = self.surfaces  # shared with the other
        other = copy.copy(self)
        other.clip = clip
        return other

    @property
    def moving(self) -> tuple[int, ...]:
        """Indices of the meshes whose place or shape changes from frame to frame."""
        return self._moving

    def still(self) -> Raycaster:
        """The same without what moves."""
        return self._with(self._static, [])

    def movers(self) -> Raycaster:
        """The same without what stands still."""
        return self._with(None, self._movers)

    def _with(self, static: _Bvh | None, movers: list[_Mover]) -> Raycaster:
        other = object.__new__(Raycaster)
        other.frame_set, other._surfaces, other._moving, other._local = self.frame_set, self._surfaces, (), {}
        other._static, other._movers = static, movers
        return other

    def movers_spheres(self) -> list[tuple[Float64, float]]:
        """(centre, radius) in world space of spheres that hold what moves, as it stands."""
        return [(mover.centre.astype(np.float64), mover.radius) for mover in self._movers]

    def cast_from_camera(self, origins: Float32, directions: Float32) -> Hits:
        """`cast` between the planes of `clip`. The rays start at the camera, and the depth of a direction is 1."""
        near, far = self.clip
        if self.clip == EVERYTHING:
            return self.cast(origins, directions)
        hits = self.cast(origins + directions * np.float32(near), directions)
        hits.distance[:] += np.float32(near)
        hits.mesh[hits.distance > far] = -1
        return hits

    def cast(self, origins: Float32, directions: Float32) -> Hits:
        """First hit of rays [N,3] in world space, told from the frame set's origin; directions need not be unit
        length."""
        count = len(origins)
        hits = Hits(
            np.full(count, -1, np.int32),
            np.zeros(count, np.int32),
            np.zeros(count, np.float32),
            np.zeros(count, np.float32),
            np.full(count, np.inf, np.float32),
        )
        if self._static is not None:
            _merge(hits, self._static, origins, directions)
        for mover in self._movers:
            rows = mover.met_by(origins, directions)
            _merge(hits, mover.bvh, *_into(mover.to_local, origins[rows], directions[rows]), rows)
        return hits

    def occluded(self, origins: Float32, directions: Float32, distances: Float32) -> NDArray[np.bool_]:
        """[N] whether anything stands within `distances` (in lengths of the direction)."""
        blocked = np.zeros(len(origins), bool)
        reach = np.ascontiguousarray(distances, np.float32)
        if self._static is not None:
            blocked |= _blocked(self._static, origins, directions, reach)
        for mover in self._movers:
            rows = mover.met_by(origins, directions)
            blocked[rows] |= _blocked(mover.bvh, *_into(mover.to_local, origins[rows], directions[rows]), reach[rows])
        return blocked

    def _place_movers(self) -> None:
        self._movers: list[_Mover] = []
        for index in self._moving:
            placed = self.frame_set.meshes[index]
            transform = placed.transform
            if abs(np.linalg.det(transform[:3, :3])) < 1e-12:
                self._local.pop(index, None)  # of what changes its topology, there may be a mesh for every frame
                continue
            vertices = placed.mesh.vertices
            known = self._local.get(index)
            if known is None or known[0] is not vertices:
                near = origin_near(vertices.mean(0, dtype=np.float64))  # models of maps lie far from their own origin
                shifted = (vertices - np.array(near)).astype(np.float32) if any(near) else vertices
                known = (vertices, _Bvh([(index, shifted, placed.mesh.triangles)]), np.array(near))
                self._local[index] = known
            to_local = np.linalg.inv(transform)
            to_local[:3, 3] -= known[2]
            self._movers.append(_Mover(known[1], to_local, *_sphere(vertices, transform)))


def _sphere(vertices: Float32, transform: NDArray[np.float64]) -> tuple[Float32, float]:
    """(centre, radius) in world space of a sphere round local vertices, a little too large."""
    low, high = vertices.min(0).astype(np.float64), vertices.max(0).astype(np.float64)
    stretch = np.linalg.norm(transform[:3, :3], 2)
    centre = transform[:3, :3] @ ((low + high) / 2) + transform[:3, 3]
    return centre.astype(np.float32), float(1.01 * stretch * np.linalg.norm(high - low) / 2 + 1e-3)


def world_vertices(placed: PlacedMesh) -> Float32:
    """[V,3] in world space, metres."""
    linear, translation = placed.transform[:3, :3], placed.transform[:3, 3]
    return (placed.mesh.vertices.astype(np.float64) @ linear.T + translation).astype(np.float32)


def _has_surface(placed: PlacedMesh) -> bool:
    return len(placed.mesh.triangles) > 0 and len(placed.mesh.vertices) > 0


def _into(to_local: NDArray[np.float64], origins: Float32, directions: Float32) -> tuple[Float32, Float32]:
    linear, translation = to_local[:3, :3], to_local[:3, 3]
    return (
        (origins @ linear.T + translation).astype(np.float32),
        (directions @ linear.T).astype(np.float32),
    )


def _merge(hits: Hits, bvh: _Bvh, origins: Float32, directions: Float32, rows: NDArray[np.int64] | None = None) -> None:
    """Writes into `hits` what `bvh` has nearer. The rays are those of `rows`, or all."""
    if len(origins) == 0:
        return
    found = bvh.scene.run(
        np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32), output=1
    )
    known = hits.distance if rows is None else hits.distance[rows]
    nearer = np.flatnonzero((found["primID"] >= 0) & (found["tfar"] < known))
    at = nearer if rows is None else rows[nearer]
    hits.mesh[at] = bvh.owners[found["geomID"][nearer]]
    hits.triangle[at] = found["primID"][nearer]
    hits.u[at] = found["u"][nearer]
    hits.v[at] = found["v"][nearer]
    hits.distance[at] = found["tfar"][nearer]


def _blocked(bvh: _Bvh, origins: Float32, directions: Float32, reach: Float32) -> NDArray[np.bool_]:
    if len(origins) == 0:
        return np.zeros(0, bool)
    met = bvh.scene.run(
        np.ascontiguousarray(origins, np.float32),
        np.ascontiguousarray(directions, np.float32),
        dists=reach,
        query="OCCLUDED",
    )
    return np.asarray(met >= 0)
