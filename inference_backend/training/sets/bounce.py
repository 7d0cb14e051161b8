"""One bounce of light: what the surfaces round a point send to it, gathered at half resolution and smoothed there."""

import numpy as np

from inference_backend.greybox.gbuffer import GBuffer
from inference_backend.greybox.raycast import SURFACE_OFFSET
from inference_backend.greybox.shading import direct_light
from inference_backend.training.sets.cameras import Surfaces
from inference_backend.training.sets.filters import smooth
from inference_backend.training.sets.materials import MaterialRecipe
from inference_backend.training.sets.sky import Sky

_STEP = 3
"""Pixels between two gathering points."""
_RAYS = 4
_SPECK = 5.0
"""The most that one ray brings, over the mean of all: what shines near a lamp and is met by chance would be a speck."""


def hit_radiance(
    surfaces: Surfaces,
    materials: dict[int, MaterialRecipe],
    sky: Sky,
    origins: np.ndarray,
    directions: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """[N,3] linear light that comes along unit `directions` [N,3] to `origins` [N,3]: of the sky, or of the first
    surface in its mean colour under lamps and ambient light."""
    frame_set = surfaces.caster.frame_set
    hits = surfaces.caster.cast(np.ascontiguousarray(origins), np.ascontiguousarray(directions))
    out = sky.radiance(directions, 0.2) * np.clip(0.35 + 0.65 * np.sign(directions[:, 2:]), 0.3, 1)
    met = hits.mesh >= 0
    normal = surfaces.hit_normals(hits)[met]
    toward = directions[met]
    normal = np.where((normal * toward).sum(1, keepdims=True) > 0, -normal, normal).astype(np.float32)
    position = origins[met] + toward * hits.distance[met][:, None]
    light = direct_light(surfaces.caster, position, normal, frame_set.lamps, rng)
    albedo, emission = _mean_of(surfaces, materials, hits.mesh[met], hits.triangle[met])
    out[met] = albedo * (light + 0.7 * frame_set.ambient + emission[:, None])
    return out.astype(np.float32)


def _mean_of(
    surfaces: Surfaces, materials: dict[int, MaterialRecipe], mesh: np.ndarray, triangle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(mean albedo [N,3], emission [N]) of triangles."""
    number = np.zeros(len(mesh), np.int64)
    for index in np.unique(mesh):
        placed, rows = surfaces.caster.frame_set.meshes[index], mesh == index
        number[rows] = np.asarray(placed.materials)[placed.mesh.face_material[triangle[rows]]]
    table = np.zeros((max(materials) + 1, 4), np.float32)
    for key, recipe in materials.items():
        table[key] = [*recipe.mean, recipe.emission]
    return table[number, :3], table[number, 3]


def bounced(
    surfaces: Surfaces,
    materials: dict[int, MaterialRecipe],
    sky: Sky,
    gbuffer: GBuffer,
    key: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """[H,W,3] irradiance over pi that the surroundings send to each pixel; 0 in the sky. `key` as `surface_key`."""
    cut = (slice(_STEP // 2, None, _STEP), slice(_STEP // 2, None, _STEP))
    met = gbuffer.depth_z[cut] > 0
    coarse = np.zeros((*met.shape, 3), np.float32)
    if met.any():
        normal = np.repeat(gbuffer.normal[cut][met], _RAYS, 0)
        position = np.repeat(gbuffer.position[cut][met], _RAYS, 0) + normal * SURFACE_OFFSET
        # A unit normal plus a uniform point on the unit sphere is cosine-distributed.
        sphere = rng.standard_normal(normal.shape).astype(np.float32)
        directions = normal * 1.001 + sphere / np.linalg.norm(sphere, axis=1, keepdims=True)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        arrived = hit_radiance(surfaces, materials, sky, position, directions.astype(np.float32), rng)
        arrived = np.minimum(arrived, _SPECK * float(arrived.mean()))
        coarse[met] = arrived.reshape(-1, _RAYS, 3).mean(1)
    coarse_key = key[cut]
    return _spread(smooth(coarse, coarse_key, (1, 2, 4, 2, 1)), coarse_key, key)


def _spread(coarse: np.ndarray, coarse_key: np.ndarray, key: np.ndarray) -> np.ndarray:
    """[H,W,3] of [h,w,3]: bilinear between the points of a pixel's own surface, the nearest point where there is
    none."""
    height, width = key.shape
    rows, columns = (np.arange(n) / _STEP - (_STEP // 2) / _STEP for n in (height, width))
    top, left = (
        np.clip(np.floor(x).astype(int), 0, n - 1) for x, n in zip((rows, columns), coarse_key.shape, strict=True)
    )
    down, along = np.clip(rows - top, 0, 1)[:, None], np.clip(columns - left, 0, 1)[None]
    total, weight = np.zeros((height, width, 3), np.float32), np.full((height, width), 1e-6, np.float32)
    nearest = np.zeros((height, width, 3), np.float32)
    for dy in (0, 1):
        for dx in (0, 1):
            r, c = np.minimum(top + dy, coarse.shape[0] - 1)[:, None], np.minimum(left + dx, coarse.shape[1] - 1)[None]
            share = (down if dy else 1 - down) * (along if dx else 1 - along) + 1e-4
            nearest += coarse[r, c] * share[..., None].astype(np.float32)
            share = (share * (coarse_key[r, c] == key)).astype(np.float32)
            total += coarse[r, c] * share[..., None]
            weight += share
    return np.where(weight[..., None] > 5e-5, total / weight[..., None], nearest)
