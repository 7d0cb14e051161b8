"""A brick wall that is seen frontally, then from 20 degrees aside: can its bricks be counted?

Each brick of the picture is looked up by its own geometry. One of its four joints is found where the picture shows at
least MIN_CONTRAST of the step between mortar and bricks that the true picture shows on average; a brick is counted
where all four are. The true picture is judged in the same way, so that its own misses are known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...greybox.geometry import FrameSet, PlacedMesh
from ...greybox.raycast import Raycaster
from ...models.protocol import Engine
from ...training.sets import primitives as shape
from ...training.sets.cameras import Surfaces, intrinsics
from ...training.sets.finishes import ORIGIN
from ...training.sets.materials import MaterialRecipe
from ...training.sets.patterns import Style
from ...training.sets.views import make_set
from ..metrics import luma
from ..reprojection import bilinear
from .references import carried, shown
from .stage import Stage
from .studio import Camera, Studio
from .visible import visible_from

ASIDE = 20.0
"""Degrees between the two cameras, about the point of the wall that both look at."""
MIN_CONTRAST = 0.4
_WALL = (9.0, 5.0)
"""Metres wide and high."""
_BRICK = 0.25
"""Metres a brick is wide; `patterns.brick` makes it 0.36 of that high, in running bond."""
_LENS = 35.0
_ALONG = np.linspace(-0.3, 0.3, 5)
"""Where a joint is sampled along its brick's side, as shares of the side."""


@dataclass(frozen=True)
class Wall:
    """What became of one wall at one width of brick."""

    name: str
    width: float
    """Pixels a brick is wide in the look."""
    bricks: int
    counted: dict[str, float]
    """Share of the bricks whose four joints are found: `ours`, `carried pixels`, `autoencoder` (of the true picture,
    with its guide), `truth`."""
    joints: float
    """Share of the joints that ours shows."""
    pictures: tuple[NDArray[np.uint8], ...]
    """Look, ours, carried pixels, truth, [H,W,3] each."""


def measure(seed: int, pixels: float, engine: Engine, size: tuple[int, int], aside: float = ASIDE) -> Wall:
    """A wall of bricks `pixels` wide, lit and coloured by `seed`."""
    stage = wall_of(seed, pixels, size)
    camera = wall_camera(pixels, size, aside)
    picture, truth = stage.truth(stage.camera), stage.truth(camera)
    with Studio(engine) as studio:
        studio.look(stage.name, stage.pset.frame_set, stage.camera, picture)
        made = studio.take(stage.name, [stage.pset.frame_set], [camera], size).image(0)
    there = shown(truth, camera, stage.caster, engine)
    visibility = visible_from(there.pixels, stage.caster, stage.camera, size)
    copy = carried(shown(picture, stage.camera, stage.caster, engine), visibility).round().astype(np.uint8)
    again = engine.decode(engine.encode(truth), there.view)
    rows = bricks_in_view([camera, stage.camera], size)
    expected = float(np.mean(contrast(truth, camera, rows)))
    pictures = {"ours": made, "carried pixels": copy, "autoencoder": again, "truth": truth}
    found = {name: contrast(image, camera, rows) / expected >= MIN_CONTRAST for name, image in pictures.items()}
    counted = {name: float(joints.all(1).mean()) for name, joints in found.items()}
    return Wall(stage.name, pixels, len(rows), counted, float(found["ours"].mean()), (picture, made, copy, truth))


def wall_of(seed: int, pixels: float, size: tuple[int, int]) -> Stage:
    """One wall in front of the camera, under the sky of the set of `seed`."""
    rng = np.random.default_rng((seed, 11))
    red = np.array([0.32, 0.13, 0.09]) * rng.uniform(0.7, 1.4)
    colors = np.stack([red, red * rng.uniform(0.7, 1.3), np.full(3, rng.uniform(0.45, 0.6)), red]).astype(np.float32)
    style = Style(colors, _BRICK, int(rng.integers(1 << 30)), 0.2, 0.02, 0.5)
    wide, high = _WALL
    mesh = shape.block((-wide / 2, 0, 0), (wide / 2, 0.3, high))
    grey = np.full((1, 3), 0.5, np.float32)
    placed = PlacedMesh(mesh, np.eye(4), 1, (1,), grey, mesh.vertices)
    pset = make_set(seed)
    frame_set = FrameSet((placed,), (), np.full(3, 0.8, np.float32))
    pset = replace(
        pset,
        name=f"bricks-{seed}-{pixels:g}",
        frame_set=frame_set,
        materials={1: MaterialRecipe("brick", style, grey[0], red.astype(np.float32))},
        grade=replace(pset.grade, fog=0.0, exposure=1.2, contrast=1.0, balance=np.ones(3, np.float32)),
        surfaces=Surfaces.of(Raycaster(frame_set)),
    )
    return Stage(pset, seed, size, wall_camera(pixels, size, 0.0))


def wall_camera(pixels: float, size: tuple[int, int], aside: float) -> Camera:
    """Looks at the wall's middle from `aside` degrees, at the distance where a brick is `pixels` wide."""
    K = intrinsics(_LENS, *size)
    distance = K[0, 0] * _BRICK / pixels
    angle = np.radians(aside)
    middle = np.array([0.013, 0.0, _WALL[1] / 2 + 0.017])
    forward = np.array([-np.sin(angle), np.cos(angle), 0.0])
    c2w = np.eye(4)
    c2w[:3, :3] = np.stack([np.array([np.cos(angle), np.sin(angle), 0.0]), np.array([0, 0, -1.0]), forward], -1)
    c2w[:3, 3] = middle - distance * forward
    return c2w, K


def bricks_in_view(cameras: list[Camera], size: tuple[int, int]) -> NDArray[np.float64]:
    """[B,2] (x, z) of the middles of the bricks that lie wholly in the pictures of all cameras and on the wall."""
    # The pattern's plane coordinates are the wall's own plus ORIGIN.
    high = 0.36 * _BRICK
    rows = np.arange(np.floor(ORIGIN / high), np.ceil((ORIGIN + _WALL[1]) / high))
    found = []
    for row in rows:
        starts = np.arange(np.floor((ORIGIN - 5) / _BRICK), np.ceil((ORIGIN + 5) / _BRICK)) * _BRICK - _BRICK * 0.5 * (
            row % 2
        )
        found.append(np.stack([starts + _BRICK / 2 - ORIGIN, np.full(len(starts), (row + 0.5) * high - ORIGIN)], -1))
    middles = np.concatenate(found)
    inside = (np.abs(middles[:, 0]) < _WALL[0] / 2 - _BRICK) & (
        np.abs(middles[:, 1] - _WALL[1] / 2) < _WALL[1] / 2 - high
    )
    for camera in cameras:
        place = project(middles, camera)
        inside &= ((place > 16) & (place < np.array(size[::-1]) - 16)).all(-1)
    return middles[inside]


def project(points: NDArray[np.float64], camera: Camera) -> NDArray[np.float64]:
    """[...,2] pixels of points (x, z) [...,2] on the wall's face."""
    c2w, K = camera
    world = np.stack([points[..., 0], np.zeros(points.shape[:-1]), points[..., 1]], -1)
    local = (world - c2w[:3, 3]) @ c2w[:3, :3]
    return (local / local[..., 2:] @ K.T)[..., :2]


def contrast(picture: NDArray[np.uint8], camera: Camera, middles: NDArray[np.float64]) -> NDArray[np.float64]:
    """[B,4] by how much the joint left, right, below and above each brick is brighter than the bricks beside it."""
    grey = np.repeat(luma(picture)[..., None], 3, -1)
    high = 0.36 * _BRICK
    across = np.array([[-_BRICK, 0], [_BRICK, 0], [0, -high], [0, high]]) / 2
    along = np.array([[0, high], [0, high], [_BRICK, 0], [_BRICK, 0]])
    # [4 joints, 5 along, 2]: on the joint, and half a brick's height to either side of it.
    line = across[:, None] + along[:, None] * _ALONG[:, None]
    outward = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])[:, None] * high / 2

    def level(places: NDArray[np.float64]) -> NDArray[np.float64]:
        flat = project(middles[:, None, None] + places, camera).reshape(-1, 2)
        return bilinear(grey, flat)[:, 0].reshape(len(middles), 4, len(_ALONG)).mean(-1)

    return level(line) - 0.5 * (level(line + outward) + level(line - outward))
