"""One view of a set, CPU only: materials on an exact G-buffer, lamps with shadows, occlusion, fog, tone curve."""

from dataclasses import dataclass, replace

import numpy as np

from inference_backend.greybox.gbuffer import GBuffer, pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.raycast import SURFACE_OFFSET
from inference_backend.greybox.shading import direct_light, guide
from inference_backend.training.sets.bounce import bounced, hit_radiance
from inference_backend.training.sets.cameras import Surfaces
from inference_backend.training.sets.filters import smooth, soften_edges, surface_key
from inference_backend.training.sets.materials import MaterialRecipe
from inference_backend.training.sets.sky import Sky

_BOUNCE = 0.65
"""Share of the indirect light that is gathered from the surroundings; the rest is the same everywhere."""
_SOFT = {"SUN": 0.03, "POINT": 0.09, "SPOT": 0.09}
"""Sizes of lamps (radians, metres) from which their shadows have a border that one ray a pixel cannot show."""
_GLASSY = 0.4
"""Gloss from which a surface mirrors its surroundings."""


@dataclass(frozen=True)
class Grade:
    """Exposure and what lies between the set and the film: fog (1 / metres) of one colour, contrast and warmth."""

    exposure: float
    fog: float
    fog_color: np.ndarray
    contrast: float
    balance: np.ndarray


@dataclass(frozen=True)
class View:
    """One picture of a set: rgb [H,W,3] uint8 sRGB, its G-buffer, and the shading guide as inference computes it."""

    rgb: np.ndarray
    gbuffer: GBuffer
    light: np.ndarray
    occlusion: np.ndarray


def radiance(
    surfaces: Surfaces,
    materials: dict[int, MaterialRecipe],
    sky: Sky,
    gbuffer: GBuffer,
    shading: tuple[np.ndarray, np.ndarray, np.ndarray],
    eye: np.ndarray,
) -> np.ndarray:
    """[H,W,3] linear light that reaches the camera at `eye` [3], before fog.

    `shading` is (light [H,W,3], occlusion [H,W]) as the guide gives it, free of noise, and the light [H,W,3] of one
    bounce.
    """
    frame_set, (light, occlusion, bounce) = surfaces.caster.frame_set, shading
    met = gbuffer.depth_z > 0
    footprint = gbuffer.footprint()
    albedo = np.zeros((*met.shape, 3), np.float32)
    gloss, emission = np.zeros(met.shape, np.float32), np.zeros(met.shape, np.float32)
    for number in np.flatnonzero(np.bincount(gbuffer.material[met])):
        rows = met & (gbuffer.material == number)
        recipe = materials[int(number)]
        albedo[rows], gloss[rows] = recipe.evaluate(
            gbuffer.rest_position[rows], gbuffer.rest_normal[rows], footprint[rows]
        )
        emission[rows] = recipe.emission
    # The dome is brighter than the bounce from below.
    hemisphere = 0.82 + 0.18 * gbuffer.normal[..., 2:]
    ambient = (1 - _BOUNCE) * frame_set.ambient * (hemisphere * occlusion[..., None]) + _BOUNCE * bounce
    out = albedo * (light + ambient + emission[..., None])
    shiny = met & (gloss > 0.02)
    mirrored = ambient.copy()
    glassy = met & (gloss > _GLASSY)
    if glassy.any():
        mirrored[glassy] = _mirrored(surfaces, materials, sky, gbuffer, glassy, eye)
    out[shiny] += _sheen(frame_set, gbuffer, shiny, gloss[shiny], light[shiny], mirrored[shiny], eye)
    if not met.all():
        away = ~met
        out[away] = sky.radiance(gbuffer.rest_position[away], float(np.median(footprint[away])))
    return out


def _mirrored(
    surfaces: Surfaces,
    materials: dict[int, MaterialRecipe],
    sky: Sky,
    gbuffer: GBuffer,
    rows: np.ndarray,
    eye: np.ndarray,
) -> np.ndarray:
    """[N,3] what the pixels `rows` [H,W] would show as mirrors."""
    normal, position = gbuffer.normal[rows], gbuffer.position[rows]
    view = position - eye.astype(np.float32)
    view /= np.maximum(np.linalg.norm(view, axis=1, keepdims=True), 1e-6)
    back = view - 2 * (view * normal).sum(1, keepdims=True) * normal
    # The lamps' jitter is too small to be seen in a pane: any generator will do.
    rng = np.random.default_rng(0)
    return hit_radiance(surfaces, materials, sky, position + normal * SURFACE_OFFSET, back.astype(np.float32), rng)


def _sheen(
    frame_set: FrameSet,
    gbuffer: GBuffer,
    rows: np.ndarray,
    gloss: np.ndarray,
    light: np.ndarray,
    ambient: np.ndarray,
    eye: np.ndarray,
) -> np.ndarray:
    """Faint reflections [N,3] of the pixels `rows` [H,W]: the surroundings at grazing angles, and lamp highlights where
    the lamp's light arrives."""
    normal, position = gbuffer.normal[rows], gbuffer.position[rows]
    view = eye.astype(np.float32) - position
    view /= np.maximum(np.linalg.norm(view, axis=1, keepdims=True), 1e-6)
    facing = np.clip(np.einsum("ij,ij->i", view, normal), 0, 1)
    fresnel = 0.04 + 0.96 * (1 - facing) ** 5
    sheen = (2.0 * gloss * fresnel)[:, None] * (ambient + 0.25 * light)
    strength = np.zeros(len(normal), np.float32)
    for lamp in frame_set.lamps:
        if lamp.kind == "SUN":
            half = view + lamp.transform[:3, 2].astype(np.float32)
        else:
            toward = lamp.transform[:3, 3].astype(np.float32) - position
            half = view + toward / np.maximum(np.linalg.norm(toward, axis=1, keepdims=True), 1e-6)
        length = np.maximum(np.linalg.norm(half, axis=1), 1e-6)
        strength += np.clip(np.einsum("ij,ij->i", half, normal) / length, 0, 1) ** 48
    return sheen + (0.9 * gloss * strength)[:, None] * light


def linear_view(
    surfaces: Surfaces,
    materials: dict[int, MaterialRecipe],
    sky: Sky,
    camera: tuple[np.ndarray, np.ndarray],
    size: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[np.ndarray, View]:
    """(linear radiance [H,W,3], View whose rgb is still empty) of `camera` (c2w, K) at `size` (H, W) pixels."""
    c2w, k = camera
    gbuffer = pixel_gbuffer(surfaces.caster, c2w, k, *size)
    light, occlusion = guide(surfaces.caster, gbuffer, surfaces.caster.frame_set, rng)
    key = surface_key(gbuffer.anchor, gbuffer.normal)
    met = gbuffer.depth_z > 0
    steady = light.copy()
    lamps = surfaces.caster.frame_set.lamps
    soft = any(lamp.kind == "AREA" or lamp.size > _SOFT[lamp.kind] for lamp in lamps)
    if soft:
        # One ray leaves a wide lamp's penumbra too noisy to smooth.
        more = [direct_light(surfaces.caster, gbuffer.position[met], gbuffer.normal[met], lamps, rng) for _ in range(3)]
        steady[met] = (light[met] + sum(more)) / 4
    steady = smooth(steady, key, (1, 2) if soft else (1,))
    open_ = smooth(occlusion[..., None], key, (1, 2, 4))[..., 0]
    bounce = bounced(surfaces, materials, sky, gbuffer, key, rng)
    color = radiance(surfaces, materials, sky, gbuffer, (steady, open_, bounce), c2w[:3, 3])
    color = soften_edges(color, gbuffer, key, surfaces, c2w, k)
    return color, View(np.zeros((*size, 3), np.uint8), gbuffer, light, occlusion)


def develop(color: np.ndarray, depth_z: np.ndarray, grade: Grade) -> np.ndarray:
    """[H,W,3] float32 sRGB 0..1 of linear radiance: fog by depth, exposure, a filmic shoulder, contrast."""
    if grade.fog > 0:
        share = 1 - np.exp(-grade.fog * np.where(depth_z > 0, depth_z, 60.0))
        color = color + (grade.fog_color - color) * share[..., None].astype(np.float32)
    x = color * (grade.balance * grade.exposure).astype(np.float32)
    # Narkowicz' fit of the ACES curve.
    film = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    srgb = np.where(film < 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)
    return np.clip(0.5 + (srgb - 0.5) * grade.contrast, 0, 1).astype(np.float32)


def exposed(color: np.ndarray, depth_z: np.ndarray, grade: Grade, target: float) -> Grade:
    """The grade with an exposure that gives developed pictures the mean `target` (sRGB 0..1).

    Cameras expose for what stands in the set, so the sky behind it counts for a quarter.
    """
    weight = np.where(depth_z > 0, 1.0, 0.25)
    low, high = -7.0, 7.0
    for _ in range(12):
        middle = (low + high) / 2
        bright = develop(color, depth_z, replace(grade, exposure=2.0**middle)).mean(-1)
        if float((bright * weight).sum() / weight.sum()) < target:
            low = middle
        else:
            high = middle
    return replace(grade, exposure=2.0**low)


def printed(srgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 of sRGB 0..1 [H,W,3]; a dither of one step keeps smooth walls free of bands."""
    dithered = srgb * 255 + rng.random((*srgb.shape[:2], 1), dtype=np.float32)
    return np.minimum(dithered, 255).astype(np.uint8)
