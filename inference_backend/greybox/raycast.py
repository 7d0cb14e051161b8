"""Ray casting through Embree (embreex).

Static meshes share one BVH in world space. A mesh that moves keeps a BVH in its own space and the rays are moved
instead; a mesh that deforms gets a new one a frame. `Raycaster.moved` carries everything that did not change over to
the next frame.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from .geometry import Float32, FrameSet, Int32, PlacedMesh

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


class Raycaster:
    """Casts rays against the greybox at one frame."""

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
        self._local: dict[int, tuple[Float32, _Bvh]] = {}
        self._place_movers()

    def moved(self, frame_set: FrameSet) -> Raycaster:
        """The same set at another frame: only what was declared moving may differ."""
        other = object.__new__(Raycaster)
        other.frame_set = frame_set
        other._moving = self._moving
        other._static = self._static
        other._local = self._local
        other._place_movers()
        return other

    def cast(self, origins: Float32, directions: Float32) -> Hits:
        """First hit of rays [N,3] in world space; directions need not be unit length."""
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
        for bvh, to_local in self._movers:
            _merge(hits, bvh, *_into(to_local, origins, directions))
        return hits

    def occluded(self, origins: Float32, directions: Float32, distances: Float32) -> NDArray[np.bool_]:
        """[N] whether anything stands within `distances` (in lengths of the direction)."""
        blocked = np.zeros(len(origins), bool)
        reach = np.ascontiguousarray(distances, np.float32)
        if self._static is not None:
            blocked |= _blocked(self._static, origins, directions, reach)
        for bvh, to_local in self._movers:
            blocked |= _blocked(bvh, *_into(to_local, origins, directions), reach)
        return blocked

    def _place_movers(self) -> None:
        self._movers: list[tuple[_Bvh, NDArray[np.float64]]] = []
        for index in self._moving:
            placed = self.frame_set.meshes[index]
            transform = placed.transform
            if abs(np.linalg.det(transform[:3, :3])) < 1e-12:
                continue
            vertices = placed.mesh.vertices
            known = self._local.get(index)
            if known is None or known[0] is not vertices:
                known = (vertices, _Bvh([(index, vertices, placed.mesh.triangles)]))
                self._local[index] = known
            self._movers.append((known[1], np.linalg.inv(transform)))


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


def _merge(hits: Hits, bvh: _Bvh, origins: Float32, directions: Float32) -> None:
    """Writes into `hits` what `bvh` has nearer."""
    found = bvh.scene.run(
        np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32), output=1
    )
    nearer = (found["primID"] >= 0) & (found["tfar"] < hits.distance)
    hits.mesh[nearer] = bvh.owners[found["geomID"][nearer]]
    hits.triangle[nearer] = found["primID"][nearer]
    hits.u[nearer] = found["u"][nearer]
    hits.v[nearer] = found["v"][nearer]
    hits.distance[nearer] = found["tfar"][nearer]


def _blocked(bvh: _Bvh, origins: Float32, directions: Float32, reach: Float32) -> NDArray[np.bool_]:
    met = bvh.scene.run(
        np.ascontiguousarray(origins, np.float32),
        np.ascontiguousarray(directions, np.float32),
        dists=reach,
        query="OCCLUDED",
    )
    return np.asarray(met >= 0)
