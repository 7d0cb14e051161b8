"""The smallest honest take and seed view: one box, a camera a frame, 64 x 64 pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from blender_mirage.wire.arrays import Arrays, content_hash, pack
from blender_mirage.wire.messages import Greybox, Instance, Material, SeedViewRequest, TakeRequest

SIDE = 64
_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
_FACES = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]], np.int32)
BOX = pack({"vertices": _CORNERS, "triangles": _FACES, "face_material": np.zeros(4, np.int32)})
BOX_HASH = content_hash(BOX)
GREYBOX = Greybox((Instance("anchor-1", "Box", BOX_HASH, (Material("grey", (0.5, 0.5, 0.5)),)),))


def take_request(count: int = 3, **changes: Any) -> tuple[TakeRequest, Arrays]:
    """A take of `count` frames with its arrays; `changes` replace fields of the request."""
    request = TakeRequest(
        shot="shot 1",
        engine="previz",
        height=SIDE,
        width=SIDE,
        frames=tuple(range(1, count + 1)),
        fps=24.0,
        seed=7,
        greybox=GREYBOX,
    )
    return replace(request, **changes), _arrays(count)


def seed_view_request() -> tuple[SeedViewRequest, Arrays]:
    image = np.full((SIDE, SIDE, 3), 90, np.uint8)
    return SeedViewRequest("look", "previz", GREYBOX, 1), {"image": image, **_arrays(1)}


def _arrays(frames: int) -> Arrays:
    c2w = np.repeat(np.eye(4)[None], frames, 0)
    c2w[:, 0, 3] = np.linspace(0, 1, frames)
    intrinsics = np.array([[80.0, 0, SIDE / 2], [0, 80.0, SIDE / 2], [0, 0, 1]])
    return {
        "c2w": c2w,
        "K": np.repeat(intrinsics[None], frames, 0),
        "transforms": np.eye(4)[None],
        "moving": np.zeros(0, np.int32),
        "moving_transforms": np.zeros((0, frames, 4, 4)),
        "visible": np.ones((1, frames), np.uint8),
        "lamp_transforms": np.zeros((0, frames, 4, 4)),
    }
