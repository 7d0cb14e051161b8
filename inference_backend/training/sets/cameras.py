"""Cameras a filmmaker might set: a seed camera, and others near it, on a move from there or further along the path."""

from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.gbuffer import rays
from inference_backend.greybox.raycast import Hits, Raycaster
from inference_backend.training.sets.moves import MOVES, Shot, look

CLEARANCE = 0.4
"""Metres from a camera to the nearest surface, at least."""


@dataclass(frozen=True)
class Surfaces:
    """A caster and the outward world normal [F,3] of each mesh's triangles, one array a mesh."""

    caster: Raycaster
    normals: tuple[np.ndarray, ...]

    @staticmethod
    def of(caster: Raycaster) -> "Surfaces":
        """Normals of the caster's own meshes, by their winding."""
        normals = []
        for placed in caster.frame_set.meshes:
            corners = placed.mesh.vertices[placed.mesh.triangles] @ placed.transform[:3, :3].T
            normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            normals.append(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12))
        return Surfaces(caster, tuple(normals))

    def hit_normals(self, hits: Hits) -> np.ndarray:
        """[N,3] outward normal of each hit; zero where nothing was met."""
        out = np.zeros((len(hits.mesh), 3), np.float32)
        for index in np.unique(hits.mesh[hits.mesh >= 0]):
            rows = hits.mesh == index
            out[rows] = self.normals[index][hits.triangle[rows]]
        return out

    def clearance(self, point: np.ndarray) -> float:
        """Metres from `point` [3] to the nearest surface in 50 directions; 0 inside a mesh."""
        directions = _fibonacci(50)
        hits = self.caster.cast(np.repeat(point[None].astype(np.float32), 50, axis=0), directions)
        met = hits.mesh >= 0
        if not met.any():
            return np.inf
        from_behind = (self.hit_normals(hits) * directions).sum(axis=1) > 1e-3
        return 0.0 if from_behind.any() else float(hits.distance[met].min())


def _fibonacci(count: int) -> np.ndarray:
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    turn = index * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), z]).astype(np.float32)


def intrinsics(lens_mm: float, height: int, width: int) -> np.ndarray:
    """K [3,3] in pixels for a lens on a sensor 36 mm wide."""
    focal = lens_mm / 36.0 * width
    return np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]], dtype=np.float64)


def interest(surfaces: Surfaces, c2w: np.ndarray, k: np.ndarray, height: int, width: int) -> int:
    """Number of meshes in view; 0 where the camera is not clear, has a near surface before it or sees mere sky."""
    if surfaces.clearance(c2w[:3, 3]) < CLEARANCE:
        return 0
    u, v = np.meshgrid((np.arange(16) + 0.5) / 16 * width, (np.arange(9) + 0.5) / 9 * height)
    origins, directions = rays(c2w, k, u, v)
    hits = surfaces.caster.cast(origins, directions)
    blocked = (np.isinf(hits.distance).mean() > 0.6) or (hits.distance < 1.0).mean() > 0.4 or hits.distance.min() < 0.3
    return 0 if blocked else len(np.unique(hits.mesh[hits.mesh >= 0]))


def sample_path_cameras(
    surfaces: Surfaces, path: np.ndarray, rng: np.random.Generator, count: int, height: int, width: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """`count` pairs of c2w [4,4] and K [3,3]; the first is the seed camera. `path` [Q,2] must be clear of surfaces.

    The others are moments of one camera move, or stand within 0.7 m and 25 degrees of the seed, or lie along the path.
    """
    shot, share = _seed_shot(surfaces, path, rng, height, width)
    seed = (shot.c2w, intrinsics(shot.lens, height, width))
    style = str(rng.choice(["near", "move", "path"], p=[0.34, 0.46, 0.20]))
    move, way = MOVES[str(rng.choice(list(MOVES)))], float(rng.choice([-1.0, 1.0]))
    cameras = [seed]
    while len(cameras) < count:
        for attempt in range(12):
            reach = 1.0 - attempt / 14
            lens = shot.lens
            if style == "path" and attempt < 6:
                candidate = _along(path, rng, float(rng.uniform(share, 1.0)), float(shot.c2w[2, 3]), 35)
            elif style == "move" and attempt < 9:
                # Both ways of a move are tried: the seed stands somewhere on its line, not always at an end.
                side = way if attempt < 4 else -way
                candidate, lens = move(shot, side * reach * float(rng.uniform(0.25, 1.0)), rng)
            else:
                candidate = _nearby(shot, rng, reach)
            k = intrinsics(lens, height, width)
            if interest(surfaces, candidate, k, height, width) >= 2:
                cameras.append((candidate, k))
                break
        else:
            cameras.append(seed)
    return cameras


def _seed_shot(
    surfaces: Surfaces, path: np.ndarray, rng: np.random.Generator, height: int, width: int
) -> tuple[Shot, float]:
    """(the most eventful of a few seed views, its share of the path)."""
    lens = float(np.exp(rng.uniform(np.log(20), np.log(50))))
    extreme = rng.random()
    if extreme < 0.12:
        lens = 18.0
    elif extreme < 0.24:
        lens = float(rng.uniform(60, 85))
    eye = float(rng.uniform(1.2, 1.75))
    angle = rng.random()
    if angle < 0.14:
        eye = float(rng.uniform(0.45, 0.9))
    elif angle < 0.26:
        eye = float(rng.uniform(1.9, 2.3))
    k = intrinsics(lens, height, width)
    best = -1
    for attempt in range(40):
        share = float(rng.uniform(0.0, 0.55))
        back = np.pi if rng.random() < 0.15 else 0.0
        candidate = _along(path, rng, share, eye, 35, back)
        seen = interest(surfaces, candidate, k, height, width)
        if seen > best:
            best, seed, seed_share = seen, candidate, share
        if best > 0 and attempt >= 4:
            break
    middle = surfaces.caster.cast(seed[None, :3, 3].astype(np.float32), seed[None, :3, 2].astype(np.float32))
    subject = float(np.clip(middle.distance[0], 1.0, 12.0))
    return Shot(seed, lens, subject), seed_share


def _along(
    path: np.ndarray, rng: np.random.Generator, share: float, eye: float, spread: float, turn: float = 0.0
) -> np.ndarray:
    """A pose on the path at `eye` metres that looks ahead, up to `spread` degrees aside; from above it looks down."""
    position, heading = _at(path, share)
    yaw = heading + turn + np.radians(rng.uniform(-spread, spread))
    pitch = rng.uniform(-13, 5) - 6.0 * (eye - 1.5)
    return look(np.array([*position, eye]), float(yaw), float(np.radians(pitch)))


def _nearby(shot: Shot, rng: np.random.Generator, reach: float) -> np.ndarray:
    """The seed camera moved by up to 0.7 m and turned by up to 25 degrees, times `reach`."""
    offset = rng.uniform(-0.7, 0.7, 3) * [1, 1, 0.5] * reach
    yaw, pitch = np.radians(rng.uniform(-25, 25)) * reach, np.radians(rng.uniform(-9, 9)) * reach
    roll = float(np.radians(rng.normal(0, 1.5)))
    return look(shot.c2w[:3, 3] + offset, shot.yaw + float(yaw), shot.pitch + float(pitch), roll)


def _at(path: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Position [2] and heading at `share` 0..1 of the path's length."""
    steps = np.diff(path, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    target = share * travelled[-1]
    leg = int(np.clip(np.searchsorted(travelled, target) - 1, 0, len(steps) - 1))
    position = path[leg] + steps[leg] * (target - travelled[leg]) / lengths[leg]
    return position, float(np.arctan2(steps[leg, 1], steps[leg, 0]))
