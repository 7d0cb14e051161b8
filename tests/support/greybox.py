"""Small greyboxes for backend tests: boxes, a bent sheet, cameras that look at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedLamp, PlacedMesh, scale_of

Matrix = NDArray[np.float64]

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
_QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
BOX_TRIANGLES = np.array([t for a, b, c, d in _QUADS for t in ((a, b, c), (a, c, d))], np.int32)


def rotation_z(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])


def place(size: tuple[float, float, float], at: tuple[float, float, float], angle: float = 0.0) -> Matrix:
    """[4,4] that makes a box of `size` metres from the unit cube -1..1."""
    placed = rotation_z(angle) @ np.diag([*(np.array(size) / 2), 1.0])
    placed[:3, 3] = at
    return placed


def box(transform: Matrix, anchor: int, material: int = 1) -> PlacedMesh:
    mesh = Mesh(_CORNERS, BOX_TRIANGLES, np.zeros(12, np.int32))
    rest = (_CORNERS * scale_of(transform)).astype(np.float32)
    return PlacedMesh(mesh, transform, anchor, (material,), np.full((1, 3), 0.5, np.float32), rest)


def sheet(anchor: int, at: tuple[float, float, float], bend: float = 0.0, steps: int = 12) -> PlacedMesh:
    """A flag of 1.6 x 1.2 m in the x-z plane that `bend` metres of wave deform; its rest shape is flat."""
    u, v = np.meshgrid(np.linspace(-0.8, 0.8, steps), np.linspace(-0.6, 0.6, steps), indexing="ij")
    rest = np.stack([u, np.zeros_like(u), v], -1).reshape(-1, 3).astype(np.float32)
    bent = rest.copy()
    bent[:, 1] = bend * np.sin(3 * rest[:, 0])
    corner = (np.arange(steps - 1)[:, None] * steps + np.arange(steps - 1)).reshape(-1)
    faces = np.concatenate(
        [
            np.stack([corner, corner + steps, corner + 1], -1),
            np.stack([corner + 1, corner + steps, corner + steps + 1], -1),
        ]
    ).astype(np.int32)
    transform = np.eye(4)
    transform[:3, 3] = at
    mesh = Mesh(bent, faces, np.zeros(len(faces), np.int32))
    return PlacedMesh(mesh, transform, anchor, (2,), np.full((1, 3), 0.4, np.float32), rest)


def lamp(at: tuple[float, float, float] = (0, -1, 2.5), energy: float = 200.0) -> PlacedLamp:
    transform = np.eye(4)
    transform[:3, 3] = at
    return PlacedLamp("POINT", np.ones(3, np.float32), energy, 0.05, 0.0, 0.0, transform)


def look_at(eye: tuple[float, float, float], target: tuple[float, float, float]) -> Matrix:
    """c2w [4,4], OpenCV axes, the world's Z up in the picture."""
    forward = np.subtract(target, eye).astype(np.float64)
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    c2w = np.eye(4)
    c2w[:3, :3] = np.stack([right, np.cross(forward, right), forward], -1)
    c2w[:3, 3] = eye
    return c2w


def pinhole(height: int, width: int, focal: float = 0.9) -> Matrix:
    """K [3,3] with the focal length in widths."""
    return np.array([[focal * width, 0, width / 2], [0, focal * width, height / 2], [0, 0, 1.0]])


def room(rng: np.random.Generator, crate_at: float = 0.0, bend: float = 0.0) -> FrameSet:
    """A floor, a wall, three random boxes, a crate that stands `crate_at` metres along and turned, a bent flag.

    Meshes 0..4 are static and the same for equal `rng`; 5 (the crate) moves, 6 (the flag) deforms.
    """
    boxes = [
        box(place((6, 6, 0.2), (0, 0, -0.1)), 1),
        box(place((6, 0.2, 3), (0, 2.5, 1.5)), 2, 3),
    ]
    for i in range(3):
        size = tuple(rng.uniform(0.3, 0.9, 3))
        at = (rng.uniform(-2, 2), rng.uniform(0.3, 2), size[2] / 2)
        boxes.append(box(place(size, at, rng.uniform(0, 3)), 3 + i))
    crate = box(place((0.5, 0.5, 0.5), (-1.2, -0.2, 0.25)), 6)
    moved = place((0.5, 0.5, 0.5), (-1.2 + crate_at, -0.2, 0.25), 1.3 * crate_at)
    flag = sheet(7, (0.9, 0.2, 1.4), bend)
    return FrameSet((*boxes, replace(crate, transform=moved), flag), (lamp(),), np.full(3, 0.1, np.float32))


MOVING = (5, 6)
