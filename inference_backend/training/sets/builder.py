"""Collects objects, materials and lamps of one set while it is being laid out, and freezes them into a FrameSet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedLamp, PlacedMesh
from inference_backend.training.sets.materials import MaterialRecipe, draw_material
from inference_backend.training.sets.palettes import SetPalette


def rotation_z(angle: float) -> np.ndarray:
    """[4,4] turn about z, radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=np.float64)


def translation(offset: Sequence[float]) -> np.ndarray:
    """[4,4] shift, metres."""
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def rotation_about(axis: np.ndarray, angle: float) -> np.ndarray:
    """[4,4] turn of `angle` radians about `axis` [3] (Rodrigues)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    matrix = np.eye(4)
    matrix[:3, :3] += np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def transformed(mesh: Mesh, matrix: np.ndarray) -> Mesh:
    """The mesh with its vertices moved by `matrix` [4,4]."""
    vertices = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    return Mesh(vertices.astype(np.float32), mesh.triangles, mesh.face_material)


@dataclass(frozen=True)
class Prop:
    """A mesh that stands on z = 0 and the role of each of its material slots."""

    mesh: Mesh
    roles: tuple[str, ...]


class SetBuilder:
    """Every `add` is one object with an anchor of its own; material ids count from 1 in the order they are drawn."""

    def __init__(self, rng: np.random.Generator, dark: bool = False) -> None:
        """`dark`: it is night or nearly, so windows and lamps are lit."""
        self.rng, self.dark = rng, dark
        self.palette = SetPalette.draw(rng)
        self.materials: dict[int, MaterialRecipe] = {}
        self._grey = bool(rng.random() < 0.5)
        self._roles: dict[int, str] = {}
        self._meshes: list[PlacedMesh] = []
        self._lamps: list[PlacedLamp] = []

    def material(self, role: str, again: float = 0.0, scale: float | None = None) -> int:
        """Id of a new material for `role`; with probability `again` one that the set already uses in that role.

        `scale` is the size of its features in metres where it is given.
        """
        known = [i for i, r in self._roles.items() if r == role]
        if known and self.rng.random() < again:
            return int(self.rng.choice(known))
        number = len(self.materials) + 1
        self.materials[number] = draw_material(role, self.palette, self.rng, self._grey, scale)
        self._roles[number] = role
        return number

    def add(self, mesh: Mesh, materials: Sequence[int], transform: np.ndarray) -> None:
        """Places a mesh in metres; `materials` one id a slot."""
        colors = np.stack([self.materials[m].base_color for m in materials])
        self._meshes.append(
            PlacedMesh(
                mesh=mesh,
                transform=transform,
                anchor=len(self._meshes) + 1,
                materials=tuple(materials),
                base_colors=colors,
                rest_vertices=mesh.vertices,
            )
        )

    def place(self, prop: Prop, transform: np.ndarray, again: float = 0.25) -> None:
        """Adds a prop in materials for its roles, each with probability `again` one that is there already."""
        self.add(prop.mesh, [self.material(role, again) for role in prop.roles], transform)

    def add_lamp(self, lamp: PlacedLamp) -> None:
        self._lamps.append(lamp)

    def frame_set(self, ambient: np.ndarray) -> FrameSet:
        """The set as the greybox code sees it."""
        return FrameSet(tuple(self._meshes), tuple(self._lamps), np.asarray(ambient, np.float32))
