"""Cameras a filmmaker might set: one seed camera and others near it, further along the path, or looking back."""

from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.gbuffer import rays
from inference_backend.greybox.raycast import Hits, Raycaster

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


def look(position: np.ndarray, yaw: float, pitch: float, roll: float = 0.0) -> np.ndarray:
    """c2w [4,4] in OpenCV axes; `yaw` 0 looks along +x, positive `pitch` looks up; radians."""
    forward = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    down = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([c * right + s * down, c * down - s * right, forward])
    matrix[:3, 3] = position
    return matrix


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
    """`count` pairs of c2w [4,4] and K [3,3]; the first is the seed camera. `path` [Q,2] must be clear of surfaces."""
    k = intrinsics(float(np.exp(rng.uniform(np.log(20), np.log(60)))), height, width)
    eye = float(rng.uniform(1.2, 1.75) if rng.random() < 0.8 else rng.uniform(0.7, 1.2))

    def along(share: float, yaw_spread: float, turn: float = 0.0) -> np.ndarray:
        position, heading = _at(path, share)
        yaw = heading + turn + np.radians(rng.uniform(-yaw_spread, yaw_spread))
        return look(np.array([*position, eye]), float(yaw), float(np.radians(rng.uniform(-13, 5))))

    best = -1
    for attempt in range(40):
        share = float(rng.uniform(0.0, 0.55))
        candidate = along(share, 35, np.pi if rng.random() < 0.15 else 0.0)
        count_seen = interest(surfaces, candidate, k, height, width)
        if count_seen > best:
            best, seed, seed_share = count_seen, candidate, share
        if best > 0 and attempt >= 4:
            break
    cameras = [(seed, k)]
    while len(cameras) < count:
        draw = rng.random()
        for attempt in range(12):
            if draw < 0.65 or attempt > 5:
                candidate = _nearby(seed, rng, 1.0 - attempt / 12)
            elif draw < 0.85:
                candidate = along(float(rng.uniform(seed_share, 1.0)), 35)
            else:
                candidate = along(float(rng.uniform(seed_share, 1.0)), 30, np.pi)
            lens = k if rng.random() < 0.7 else intrinsics(float(rng.uniform(20, 60)), height, width)
            if interest(surfaces, candidate, lens, height, width) >= 2:
                cameras.append((candidate, lens))
                break
        else:
            cameras.append((seed, k))
    return cameras


def _nearby(seed: np.ndarray, rng: np.random.Generator, reach: float) -> np.ndarray:
    """The seed camera moved by up to 1.5 m and turned by up to 40 degrees, times `reach`."""
    forward = seed[:3, 2]
    far = float(rng.uniform(0.7, 1.5)) * reach
    offset = rng.uniform(-1, 1, 3) * [far, far, 0.45 * reach]
    yaw = np.arctan2(forward[1], forward[0]) + np.radians(rng.uniform(-40, 40)) * reach
    pitch = np.arcsin(np.clip(forward[2], -1, 1)) + np.radians(rng.uniform(-12, 10)) * reach
    return look(seed[:3, 3] + offset, float(yaw), float(pitch), float(np.radians(rng.normal(0, 1.5))))


def _at(path: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Position [2] and heading at `share` 0..1 of the path's length."""
    steps = np.diff(path, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    target = share * travelled[-1]
    leg = int(np.clip(np.searchsorted(travelled, target) - 1, 0, len(steps) - 1))
    position = path[leg] + steps[leg] * (target - travelled[leg]) / lengths[leg]
    return position, float(np.arctan2(steps[leg, 1], steps[leg, 0]))
