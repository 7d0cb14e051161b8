"""Galleries: bare rooms of fine patterns without light of their own, for the read-out to learn from.

In a lit set half of the difference between two views is light and silhouettes, and most patterns are coarse. Here
nothing differs but where things lie: walls, floor and a few boxes in patterns down to the limit of the pixels, seen
from near cameras. Files are as those of `cache`, so a run draws from them as from sets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..greybox.gbuffer import GBuffer, cell_gbuffer, pixel_gbuffer
from ..greybox.raycast import Raycaster
from ..models.previz.autoencoder import STRIDE
from ..models.previz.vocabulary import WORDS
from ..models.protocol import FrameView
from ..storage.tensors import save_arrays
from .cache import arrays_of
from .sets import primitives as shape
from .sets.builder import SetBuilder, rotation_z, translation
from .sets.cameras import intrinsics
from .sets.materials import MaterialRecipe
from .sets.moves import look

FIRST_SEED = 2_000_000
"""Seeds of galleries count from here, apart from those of sets."""
_ROLES = ("wall", "wall", "facade", "floor", "pavement", "sign", "picture", "upholstery")
_FINEST = 0.12
"""Least share of a pattern's usual size."""
_OVERSAMPLED = 2


def cache_gallery(seed: int, folder: Path, views: int, height: int, width: int) -> Path:
    """Renders gallery `seed` and writes `<folder>/<seed>.safetensors`; skips one that is there."""
    path = folder / f"{seed:07d}.safetensors"
    if path.exists():
        return path
    rng = np.random.default_rng(seed)
    builder, size = _build(rng)
    frame_set = builder.frame_set(np.ones(3))
    caster = Raycaster(frame_set)
    rgb, frames = [], []
    for c2w, lens in _cameras(rng, size, views):
        K = intrinsics(lens, height, width)
        rgb.append(_painted(caster, c2w, K, (height, width), builder.materials))
        frames.append(_seen(caster, c2w, K, (height, width)))
    arrays = {
        "rgb": np.stack(rgb),
        "words": np.zeros((views, len(WORDS)), np.uint8),
        **arrays_of(frames, rng),
    }
    save_arrays(path, arrays, {"seed": str(seed), "name": f"gallery-{seed}"})
    return path


def _build(rng: np.random.Generator) -> tuple[SetBuilder, np.ndarray]:
    """(a room with its corner at the origin and some boxes, its size [3] in metres)."""
    builder = SetBuilder(rng)
    size = rng.uniform((3, 3, 2.2), (6, 6, 3.5))

    def material() -> int:
        role = str(rng.choice(_ROLES))
        found = builder.material(role)
        usual = builder.materials[found].style.scale
        return builder.material(role, scale=usual * float(np.exp(rng.uniform(np.log(_FINEST), 0))))

    for axis in range(3):
        for side in (0, 1):
            low, high = np.full(3, -0.1), size + 0.1
            low[axis], high[axis] = (-0.2, 0.0) if side == 0 else (size[axis], size[axis] + 0.2)
            builder.add(shape.block(low, high), [material()], np.eye(4))
    for _ in range(int(rng.integers(0, 4))):
        place = translation((*rng.uniform(0.3, size[:2] - 0.3), 0)) @ rotation_z(float(rng.uniform(0, np.pi)))
        builder.add(shape.box(*rng.uniform(0.2, 1.0, 3)), [material()], place)
    return builder, size


def _cameras(rng: np.random.Generator, size: np.ndarray, views: int) -> list[tuple[np.ndarray, float]]:
    """Poses c2w and lenses in millimetres: one, and others within 0.8 m and 25 degrees of it."""
    first, yaw = rng.uniform(0.25 * size, 0.75 * size), float(rng.uniform(-np.pi, np.pi))
    pitch, lens = float(rng.uniform(-0.35, 0.35)), float(rng.uniform(18, 50))
    found = [(look(first, yaw, pitch), lens)]
    while len(found) < views:
        place = np.clip(first + rng.uniform(-0.8, 0.8, 3), 0.3, size - 0.3)
        turn, nod, roll = rng.uniform(-1, 1, 3) * (0.44, 0.25, 0.15)
        found.append((look(place, yaw + turn, pitch + nod, roll), lens * float(np.exp(rng.uniform(-0.25, 0.25)))))
    return found


def _painted(
    caster: Raycaster, c2w: np.ndarray, K: np.ndarray, size: tuple[int, int], materials: dict[int, MaterialRecipe]
) -> np.ndarray:
    """[H,W,3] uint8: the bare colours of the surfaces, several rays a pixel."""
    finer = np.diag([_OVERSAMPLED, _OVERSAMPLED, 1.0]) @ K
    seen = pixel_gbuffer(caster, c2w, finer, size[0] * _OVERSAMPLED, size[1] * _OVERSAMPLED)
    color = np.full((*seen.shape, 3), 0.5, np.float32)
    footprint = seen.footprint()
    for number in np.unique(seen.material[seen.depth_z > 0]).tolist():
        rows = (seen.material == number) & (seen.depth_z > 0)
        color[rows], _ = materials[number].evaluate(seen.rest_position[rows], seen.rest_normal[rows], footprint[rows])
    mean = color.reshape(size[0], _OVERSAMPLED, size[1], _OVERSAMPLED, 3).mean((1, 3))
    return (np.clip(mean * 1.3, 0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8)


def _seen(caster: Raycaster, c2w: np.ndarray, K: np.ndarray, size: tuple[int, int]) -> FrameView:
    pixels = pixel_gbuffer(caster, c2w, K, *size)
    cells: GBuffer = cell_gbuffer(caster, c2w, K, pixels, STRIDE)
    return FrameView(pixels, cells, np.ones((*cells.shape, 3), np.float32), np.ones(cells.shape, np.float32), c2w)
