"""Procedural materials as image textures: one square picture a material and axis of box mapping, mirrored at its
borders, and the texture coordinates of each face corner."""

from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.geometry import PlacedMesh
from inference_backend.training.sets.materials import MaterialRecipe, box_mapped


@dataclass(frozen=True)
class Corners:
    """A mesh ready for textures: of each triangle corner, in the order of the triangles.

    `place` [3F,2] metres on the plane of box mapping; `texture` [F] indexes the set's textures.
    """

    place: np.ndarray
    texture: np.ndarray


class Bakery:
    """Textures of one set. `keys` lists (material id, axis 0..2) in the order of their numbers."""

    def __init__(self, materials: dict[int, MaterialRecipe]) -> None:
        self.keys: list[tuple[int, int]] = []
        self._materials = materials
        self._numbers: dict[tuple[int, int], int] = {}
        self._reach: list[float] = []

    def corners(self, placed: PlacedMesh) -> Corners:
        """Texture coordinates of a mesh; notes which textures it needs, and how large."""
        points = placed.rest_vertices[placed.mesh.triangles].astype(np.float64)
        normal = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
        axis, u, v = box_mapped(points.reshape(-1, 3), np.repeat(normal, 3, 0))
        axis, place = axis[::3], np.stack([u, v], -1).reshape(-1, 3, 2)
        material = np.asarray(placed.materials)[placed.mesh.face_material]
        texture = np.array([self._number(int(m), int(a)) for m, a in zip(material, axis, strict=True)], np.int32)
        for number in np.unique(texture).tolist():
            self._reach[number] = max(self._reach[number], float(np.abs(place[texture == number]).max()))
        return Corners(place.reshape(-1, 2), texture)

    def _number(self, material: int, axis: int) -> int:
        key = (material, axis)
        if key not in self._numbers:
            self._numbers[key] = len(self.keys)
            self.keys.append(key)
            self._reach.append(0.0)
        return self._numbers[key]

    def uv(self, corners: Corners) -> np.ndarray:
        """[3F,2] in periods of the textures; to be asked for when all meshes are known."""
        period = np.array([self._layout(number)[0] for number in range(len(self.keys))])
        return 0.5 + corners.place / period[np.repeat(corners.texture, 3)][:, None]

    def _layout(self, number: int) -> tuple[float, int]:
        """(metres of a texture's side, its texels): small things have small ones, vast ones repeat theirs."""
        period = float(np.clip(2.0 * self._reach[number] + 0.05, 1.0, 16.0))
        return period, int(np.clip(period / 0.016, 96, 512))

    def picture(self, number: int) -> tuple[np.ndarray, float]:
        """(albedo [S,S,3] linear, bottom row first; mean gloss) of a texture."""
        material, axis = self.keys[number]
        period, size = self._layout(number)
        step = ((np.arange(size) + 0.5) / size - 0.5) * period
        v, u = (grid.ravel() for grid in np.meshgrid(step, step, indexing="ij"))
        nothing = np.zeros_like(u)
        points = np.stack({0: (nothing, u, v), 1: (u, nothing, v), 2: (u, v, nothing)}[axis], 1)
        normals = np.zeros_like(points)
        # Of a wall along x the side whose u runs with x.
        normals[:, axis] = -1 if axis == 1 else 1
        albedo, gloss = self._materials[material].evaluate(points, normals, np.full(len(points), period / size))
        return albedo.reshape(size, size, 3), float(np.mean(gloss))
