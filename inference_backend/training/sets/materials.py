"""Materials: which pattern, in which colours, at which size; and their albedo on a surface by box mapping.

A material depends on the rest position and rest normal only, so that it sticks to its object wherever that goes.
"""

from dataclasses import dataclass, replace

import numpy as np

from inference_backend.training.sets.finishes import FINISHES, ORIGIN
from inference_backend.training.sets.palettes import SetPalette
from inference_backend.training.sets.patterns import PATTERNS, Patch, Style

_ALL_ROUND, _PAVED = ("wall", "ceiling", "prop"), ("floor", "pavement", "step")
# Of each material: pattern, colour families of main and second colour, feature size in metres, gloss, and the roles it
# can take.
KINDS: dict[str, tuple[str, str, str, tuple[float, float], float, tuple[str, ...]]] = {
    "brick": ("brick", "brick", "brick", (0.22, 0.50), 0.03, ("wall", "facade", "prop")),
    "planks": ("planks", "wood", "wood", (0.09, 0.24), 0.12, (*_ALL_ROUND, "floor", "furniture", "door", "deck")),
    "parquet": ("parquet", "wood", "wood", (0.06, 0.11), 0.22, ("floor",)),
    "plaster": ("plaster", "plaster", "plaster", (0.2, 0.5), 0.02, ("wall", "ceiling", "facade")),
    "dado": ("dado", "plaster", "paint", (0.2, 0.5), 0.08, ("wall",)),
    "concrete": ("concrete", "concrete", "concrete", (0.2, 0.45), 0.05, (*_ALL_ROUND, *_PAVED, "facade", "ground")),
    "tiles": ("tiles", "tiles", "tiles", (0.16, 0.6), 0.25, ("wall", "floor", "ceiling")),
    "metal": ("metal", "metal", "metal", (0.2, 0.5), 0.30, ("wall", "prop", "ceiling", "furniture", "door")),
    "corrugated": ("corrugated", "paint", "metal", (0.08, 0.25), 0.2, ("prop", "door", "shed")),
    "fabric": ("fabric", "fabric", "fabric", (0.06, 0.25), 0.02, ("upholstery", "rug", "awning")),
    "cloth": ("smooth_coat", "cloth", "cloth", (0.1, 0.2), 0.02, ("cloth", "upholstery", "linen")),
    "leaves": ("leaves", "leaves", "leaves", (0.12, 0.3), 0.05, ("leaves",)),
    "cobbles": ("cobbles", "stone", "stone", (0.16, 0.4), 0.12, ("ground", "floor", "pavement")),
    "stone": ("stone", "stone", "stone", (0.18, 0.45), 0.06, ("wall", "facade", "step", "pavement", "plinth")),
    "rock": ("rock", "stone", "leaves", (0.2, 0.6), 0.03, ("rock",)),
    "asphalt": ("asphalt", "asphalt", "marking", (0.2, 0.5), 0.08, ("ground", "pavement")),
    "road": ("road", "asphalt", "marking", (3.0, 4.0), 0.08, ("road",)),
    "grass": ("grass", "grass", "straw", (0.2, 0.5), 0.02, ("ground", "meadow")),
    "blades": ("smooth_coat", "grass", "straw", (0.2, 0.5), 0.03, ("blades",)),
    "earth": ("earth", "earth", "stone", (0.04, 0.14), 0.02, ("ground", "dirt")),
    "bark": ("bark", "bark", "bark", (0.1, 0.2), 0.02, ("bark",)),
    "roof": ("roof", "roof", "roof", (0.18, 0.35), 0.06, ("roof",)),
    "marble": ("marble", "marble", "marble", (0.2, 0.4), 0.35, ("counter", "floor", "step", "plinth")),
    "glass": ("glass", "pane", "plaster", (0.5, 1.0), 0.8, ("glass", "windscreen")),
    "lettering": ("lettering", "paint", "plaster", (0.14, 0.3), 0.10, ("sign",)),
    "sign": ("sign", "paint", "plaster", (0.10, 0.3), 0.10, ("sign",)),
    "hazard": ("hazard", "paint", "concrete", (0.12, 0.35), 0.10, ("prop",)),
    "wallpaper": ("wallpaper", "plaster", "paint", (0.16, 0.4), 0.02, ("wall",)),
    "paint": ("paint", "paint", "plaster", (0.2, 0.5), 0.18, ("wall", "prop", "furniture", "frame", "ceiling", "door")),
    "white": ("paint", "plaster", "plaster", (0.2, 0.5), 0.12, ("wall", "frame", "ceiling", "furniture", "facade")),
    "artwork": ("artwork", "paint", "paint", (0.08, 0.3), 0.08, ("picture",)),
    "books": ("books", "cloth", "paint", (0.025, 0.05), 0.05, ("books",)),
    "skin": ("smooth_coat", "skin", "skin", (0.1, 0.2), 0.08, ("skin",)),
    "hair": ("smooth_coat", "hair", "hair", (0.1, 0.2), 0.10, ("hair",)),
    "car": ("smooth_coat", "car", "car", (0.1, 0.2), 0.45, ("car",)),
    "rubber": ("smooth_coat", "rubber", "rubber", (0.1, 0.2), 0.05, ("rubber",)),
    "chrome": ("smooth_coat", "chrome", "chrome", (0.1, 0.2), 0.6, ("chrome",)),
    "glow": ("smooth_coat", "light", "light", (0.1, 0.2), 0.0, ("glow", "lit")),
}  # fmt: skip
_EMISSION = {"glow": 3.0, "lit": 0.8}
"""Radiance of a lit material over its albedo."""
ROLES = tuple(sorted({role for entry in KINDS.values() for role in entry[5]}))


@dataclass(frozen=True)
class MaterialRecipe:
    """One procedural material, the flat colour [3] (linear) that the greybox shows in its place, and its true mean [3].

    `emission` is the radiance that it sends out by itself, over its albedo.
    """

    kind: str
    style: Style
    base_color: np.ndarray
    mean: np.ndarray
    emission: float = 0.0

    def evaluate(
        self, rest_position: np.ndarray, rest_normal: np.ndarray, footprint: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """(albedo [N,3] linear, gloss [N]) at rest positions [N,3] in metres, for pixels of `footprint` [N] metres."""
        axis, u, v = box_mapped(rest_position, rest_normal)
        # Walls keep z upright, so that bricks lie and planks may stand; each axis gets its own stretch of the noise.
        patch = Patch(
            u=u + np.where(axis == 0, np.float32(17.0 + ORIGIN), np.float32(ORIGIN)),
            v=v + np.where(axis == 2, np.float32(11.0 + ORIGIN), np.float32(ORIGIN)),
            height=np.where(axis == 2, np.float32(9.0), v),
            footprint=np.maximum(footprint.astype(np.float32), 1e-4),
        )
        albedo, gloss = _PATTERNS[KINDS[self.kind][0]](patch, self.style)
        return np.clip(albedo, 0.005, 0.95).astype(np.float32), gloss


def box_mapped(rest_position: np.ndarray, rest_normal: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(axis [N] that a surface faces, u and v [N] in metres on the plane across it). On walls v is z and u runs to the
    right for who stands before them, so that letters read."""
    axis = np.abs(rest_normal).argmax(axis=1)
    x, y, z = rest_position.astype(np.float32).T
    u = np.where(axis == 0, y, x)
    behind = ((axis == 0) & (rest_normal[:, 0] < 0)) | ((axis == 1) & (rest_normal[:, 1] > 0))
    return axis, np.where(behind, -u, u), np.where(axis == 2, y, z)


def draw_material(
    role: str, palette: SetPalette, rng: np.random.Generator, grey: bool, scale: float | None = None
) -> MaterialRecipe:
    """A random material for `role`, one of `ROLES`; `scale` is the size of its features in metres where it is given.

    `grey` leaves the greybox neutral, as a user who paints nothing does; else it shows about the mean colour.
    """
    kinds = [kind for kind, entry in KINDS.items() if role in entry[5]]
    kind = str(rng.choice(kinds))
    _, main, second, sizes, gloss, _ = KINDS[kind]
    first, other = palette.color(main, rng), palette.color(second, rng)
    if kind in ("tiles", "fabric", "sign", "lettering", "hazard") and abs(float(first.mean() - other.mean())) < 0.12:
        other = np.clip(other * 0.35 if first.mean() > 0.25 else other * 2.0 + 0.25, 0.01, 0.85)
    if kind in ("brick", "planks", "parquet", "leaves", "cobbles", "stone", "roof"):
        other = np.clip(first * rng.uniform(0.6, 1.4), 0.01, 0.85)
    if kind == "marble":
        other = np.clip(first * 0.35 if first.mean() > 0.3 else first * 3 + 0.1, 0.01, 0.85)
    joint = palette.color("concrete", rng) * (0.5 if rng.random() < 0.35 else 1.0)
    accent = palette.color("earth" if kind == "grass" else "paint", rng)
    drawn = float(np.exp(rng.uniform(np.log(sizes[0]), np.log(sizes[1]))))
    style = Style(
        colors=np.stack([first, other, joint, accent]).astype(np.float32),
        scale=drawn if scale is None else scale,
        seed=int(rng.integers(1 << 30)),
        wear=float(rng.beta(1.5, 2.0)),
        gloss=min(gloss * float(rng.uniform(0.4, 1.4)), 1.0),
        variant=float(rng.random()),
    )
    recipe = MaterialRecipe(kind, style, first, first, _EMISSION.get(role, 0.0))
    mean = mean_color(recipe)
    base = np.full(3, rng.uniform(0.5, 0.8)) if grey else mean * rng.uniform(0.85, 1.15, 3)
    return replace(recipe, base_color=np.clip(base, 0.01, 0.95).astype(np.float32), mean=mean)


def mean_color(recipe: MaterialRecipe) -> np.ndarray:
    """Mean albedo [3] over a wall of two by two metres."""
    side = np.linspace(0, 2, 12)
    x, z = (grid.ravel() for grid in np.meshgrid(side, side))
    points = np.column_stack([x, np.zeros_like(x), z])
    normals = np.broadcast_to(np.array([0.0, 1.0, 0.0]), points.shape)
    return recipe.evaluate(points, normals, np.full(len(points), 0.1))[0].mean(axis=0)


_PATTERNS = PATTERNS | FINISHES
