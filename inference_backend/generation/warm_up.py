"""The first frame's preparations, made before anyone waits for a frame: compiled loops are compiled (on a new machine
that takes most of a minute, later they are read from a cache) and networks run once."""

from __future__ import annotations

import numpy as np
import torch

from ..greybox.gbuffer import centres_gbuffer
from ..greybox.geometry import FrameSet, Mesh, PlacedLamp, PlacedMesh
from ..greybox.influence import influence
from ..greybox.lightmap import Lightmap
from ..greybox.raycast import Raycaster
from ..memory.cells import Cells
from ..memory.tokens import Tokens
from ..models.protocol import Engine
from .observe import observe
from .remember import Memory

_SIDE, _STRIDE = 64, 4
_CHANNELS = 12
"""Of tokens that no engine made: any number compiles the same loops."""


def warm_up(engine: Engine | None = None) -> None:
    """Makes a small frame of two boxes, one of which moves: rays, memory, and the networks of `engine`."""
    caster = Raycaster(_boxes(), moving=(1,))
    camera = (np.array([[1.0, 0, 0, 0], [0, 0, 1, -4], [0, -1, 0, 0.5], [0, 0, 0, 1]]), _intrinsics())
    stride = engine.spec.stride if engine else _STRIDE
    view = observe(caster, *camera, _SIDE, _SIDE, stride, Lightmap(caster))
    grid = (_SIDE // stride, _SIDE // stride)
    influence(caster, *camera, (_SIDE, _SIDE), centres_gbuffer(caster, *camera, grid, stride))
    channels, device = (engine.spec.channels, engine.device) if engine else (_CHANNELS, torch.device("cpu"))
    memory = Memory(Tokens.empty(channels, device))
    cells = Cells.from_gbuffer(view.cells, device)
    latents = torch.zeros(channels, *grid, device=device)
    # Of half of it something is known, the rest borrows.
    known = torch.arange(len(cells), device=device) % grid[1] < grid[1] // 2
    memory.learn(latents, cells, known, 0.5)
    knowledge = memory.knowledge(memory.recall(cells), "")
    memory.fingerprint(knowledge.readout)
    if engine is not None:
        engine.generate(view, knowledge, 1, 0)
        engine.decode(engine.refine(view, knowledge), view)


def _boxes() -> FrameSet:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    sides = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    triangles = np.array([[a, b, c] for a, b, c, d in sides] + [[a, c, d] for a, b, c, d in sides], np.int32)
    mesh = Mesh(corners, triangles, np.zeros(len(triangles), np.int32))
    color = np.full((1, 3), 0.5, np.float32)
    placed = []
    for i, (size, place) in enumerate(((3.0, (0, 4, 0)), (0.5, (0.5, 0, 0)))):
        transform = np.diag([size, size, size, 1.0])
        transform[:3, 3] = place
        placed.append(PlacedMesh(mesh, transform, i + 1, (i + 1,), color, (corners * size).astype(np.float32)))
    pose = np.eye(4)
    pose[:3, 3] = (1, -2, 3)
    lamps = tuple(
        PlacedLamp(kind, np.ones(3, np.float32), 50.0, 0.2, 1.0, 0.2, pose) for kind in ("SUN", "POINT", "AREA", "SPOT")
    )
    return FrameSet(tuple(placed), lamps, np.full(3, 0.1, np.float32))


def _intrinsics() -> np.ndarray:
    return np.array([[_SIDE, 0, _SIDE / 2], [0, _SIDE, _SIDE / 2], [0, 0, 1.0]])
