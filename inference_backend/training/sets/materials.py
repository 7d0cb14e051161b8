"""Materials: which pattern, in which colours, at which size; and their albedo on a surface by box mapping.

A material depends on the rest position and rest normal only, so that it sticks to its object wherever that goes.
"""

from dataclasses import dataclass

import numpy as np

from inference_backend.training.sets.palettes import SetPalette
from inference_backend.training.sets.patterns import PATTERNS, Patch, Style

# Of each pattern: colour families of main and second colour, feature size in metres, gloss, and where it belongs.
_KINDS: dict[str, tuple[str, str, tuple[float, float], float, tuple[str, ...]]] = {
    "brick": ("brick", "brick", (0.22, 0.50), 0.03, ("wall", "facade", "prop")),
    "planks": ("wood", "wood", (0.09, 0.24), 0.12, ("wall", "floor", "ceiling", "prop", "furniture")),
    "plaster": ("plaster", "plaster", (0.2, 0.5), 0.02, ("wall", "ceiling", "facade")),
    "dado": ("plaster", "paint", (0.2, 0.5), 0.08, ("wall",)),
    "concrete": ("concrete", "concrete", (0.2, 0.45), 0.05, ("wall", "floor", "ceiling", "facade", "ground", "prop")),
    "tiles": ("tiles", "tiles", (0.16, 0.6), 0.25, ("wall", "floor", "ceiling", "facade")),
    "metal": ("metal", "metal", (0.2, 0.5), 0.30, ("wall", "prop", "ceiling", "furniture")),
    "fabric": ("fabric", "fabric", (0.06, 0.25), 0.02, ("furniture", "prop", "floor")),
    "leaves": ("leaves", "leaves", (0.12, 0.3), 0.05, ("ground", "leaves")),
    "cobbles": ("stone", "stone", (0.16, 0.4), 0.12, ("ground", "floor")),
    "sign": ("paint", "plaster", (0.10, 0.3), 0.10, ("prop", "sign")),
    "hazard": ("paint", "concrete", (0.12, 0.35), 0.10, ("prop",)),
    "wallpaper": ("plaster", "paint", (0.16, 0.4), 0.02, ("wall",)),
    "paint": ("paint", "plaster", (0.2, 0.5), 0.18, ("wall", "prop", "furniture", "frame", "ceiling", "glass")),
}


@dataclass(frozen=True)
class MaterialRecipe:
    """One procedural material and the flat colour [3] (linear) that the greybox shows in its place."""

    kind: str
    style: Style
    base_color: np.ndarray

    def evaluate(
        self, rest_position: np.ndarray, rest_normal: np.ndarray, footprint: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """(albedo [N,3] linear, gloss [N]) at rest positions [N,3] in metres, for pixels of `footprint` [N] metres."""
        axis = np.abs(rest_normal).argmax(axis=1)
        x, y, z = rest_position.astype(np.float32).T
        # Walls keep z upright, so that bricks lie and planks may stand; each axis gets its own stretch of the noise.
        patch = Patch(
            u=np.where(axis == 0, y + 17.0, x) + np.float32(50.0),
            v=np.where(axis == 2, y + 11.0, z) + np.float32(50.0),
            height=np.where(axis == 2, np.float32(9.0), z),
            footprint=np.maximum(footprint.astype(np.float32), 1e-4),
        )
        albedo, gloss = PATTERNS[self.kind](patch, self.style)
        return np.clip(albedo, 0.005, 0.95).astype(np.float32), gloss


def draw_material(role: str, palette: SetPalette, rng: np.random.Generator, grey: bool) -> MaterialRecipe:
    """A random material for `role` such as wall, prop or glass (see `_KINDS`).

    `grey` leaves the greybox neutral, as a user who paints nothing does; else it shows about the mean colour.
    """
    kinds = [kind for kind, entry in _KINDS.items() if role in entry[4]]
    kind = str(rng.choice(kinds))
    main, second, sizes, gloss, _ = _KINDS[kind]
    first, other = palette.color(main, rng), palette.color(second, rng)
    if kind in ("tiles", "fabric", "sign", "hazard") and abs(float(first.mean() - other.mean())) < 0.12:
        other = np.clip(other * 0.35 if first.mean() > 0.25 else other * 2.0 + 0.25, 0.01, 0.85)
    if kind in ("brick", "planks", "leaves", "cobbles"):
        other = np.clip(first * rng.uniform(0.6, 1.4), 0.01, 0.85)
    if role == "glass":
        first, gloss = first * 0.25, 0.6
    joint = palette.color("concrete", rng) * (0.5 if rng.random() < 0.35 else 1.0)
    accent = palette.color("paint", rng)
    style = Style(
        colors=np.stack([first, other, joint, accent]).astype(np.float32),
        scale=float(np.exp(rng.uniform(np.log(sizes[0]), np.log(sizes[1])))),
        seed=int(rng.integers(1 << 30)),
        wear=float(rng.beta(1.5, 2.0)),
        gloss=gloss * float(rng.uniform(0.4, 1.4)),
        variant=float(rng.random()),
    )
    recipe = MaterialRecipe(kind, style, first)
    base = np.full(3, rng.uniform(0.5, 0.8)) if grey else mean_color(recipe) * rng.uniform(0.85, 1.15, 3)
    return MaterialRecipe(kind, style, np.clip(base, 0.01, 0.95).astype(np.float32))


def mean_color(recipe: MaterialRecipe) -> np.ndarray:
    """Mean albedo [3] over a wall of two by two metres."""
    x, z = np.meshgrid(np.linspace(0, 2, 24), np.linspace(0, 2, 24))
    points = np.column_stack([x.ravel(), np.zeros(x.size), z.ravel()])
    normals = np.broadcast_to(np.array([0.0, 1.0, 0.0]), points.shape)
    return recipe.evaluate(points, normals, np.full(len(points), 0.02))[0].mean(axis=0)
