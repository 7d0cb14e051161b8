"""Materials of the sets seen close to the limit of what pixels can hold: bricks, boards, tiles, letters three to
fourteen pixels apart, at any phase, turned and in perspective."""

from __future__ import annotations

import numpy as np

from ..sets.materials import MaterialRecipe, draw_material
from ..sets.palettes import SetPalette
from .colors import Float, to_srgb
from .textures import noise

_ROLES = ("wall", "facade", "facade", "floor", "roof", "sign", "books", "rug", "pavement", "door", "shed")
_FEATURE = {"brick": 0.36, "sign": 0.22, "lettering": 0.8, "concrete": 0.3, "metal": 0.4}
"""Size of the smallest regular feature over the material's scale, where it is not the scale itself."""


def surface(rng: np.random.Generator, height: int, width: int) -> Float:
    """[H,W,3] sRGB 0..1: a wall or floor of one material, or two side by side."""
    recipe = _drawn(rng)
    picture = _lit(rng, recipe, height, width)
    if rng.random() < 0.4:
        other = _lit(rng, _drawn(rng), height, width)
        row, column = np.indices((height, width))
        turn, middle = rng.uniform(0, np.pi), rng.uniform(0.25, 0.75)
        away = (column - middle * width) * np.cos(turn) + (row - middle * height) * np.sin(turn)
        share = np.clip(away + 0.5, 0, 1)[..., None]
        picture = picture + (other - picture) * share
    exposure = float(rng.uniform(0.3, 0.6)) / max(float(picture.mean()), 1e-3)
    return to_srgb(picture * exposure * 0.6)


def _drawn(rng: np.random.Generator) -> MaterialRecipe:
    return draw_material(str(rng.choice(_ROLES)), SetPalette.draw(rng), rng, grey=False)


def _lit(rng: np.random.Generator, recipe: MaterialRecipe, height: int, width: int) -> Float:
    """Linear light of a plane of the material under uneven light."""
    feature = recipe.style.scale * _FEATURE.get(recipe.kind, 1.0)
    metres = feature / float(np.exp(rng.uniform(np.log(3), np.log(14))))
    turn = np.radians(rng.uniform(-30, 30)) + (np.pi / 2 if rng.random() < 0.2 else 0.0)
    row, column = np.indices((height, width), dtype=np.float64)
    x, y = column - width / 2, height / 2 - row
    # A plane in perspective: what lies across the tilt is farther, and so smaller.
    tilt = rng.uniform(-0.6, 0.6, 2) / width * (rng.random() < 0.6)
    far = 1 / np.clip(1 + tilt[0] * x + tilt[1] * y, 0.5, 2.0)
    u = (x * np.cos(turn) + y * np.sin(turn)) * far * metres + rng.uniform(0, 3)
    v = (y * np.cos(turn) - x * np.sin(turn)) * far * metres + rng.uniform(0.5, 2)
    points = np.stack([u.ravel(), np.zeros(u.size), v.ravel()], 1)
    normals = np.broadcast_to(np.array([0.0, 1.0, 0.0]), points.shape)
    albedo, _ = recipe.evaluate(points, normals, (metres * far).ravel())
    light = np.clip(1 + 0.25 * noise(rng, height, width, 2.2), 0.3, 2)
    return (albedo.reshape(height, width, 3) * light[..., None]).astype(np.float32)
