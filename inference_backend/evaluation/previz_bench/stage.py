"""What is filmed: held-out sets with their looks and cameras, and the true picture of every camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ...greybox.geometry import FrameSet
from ...greybox.raycast import Raycaster
from ...training.sets.cameras import Surfaces, interest
from ...training.sets.moves import look
from ...training.sets.views import ProceduralSet, make_set, render_view, sample_cameras
from .studio import Camera

NEAR, TURN = 0.7, 25.0
"""Metres and degrees within which the cameras of the trial's condition lie (design, section 8)."""

Renderer = Callable[[ProceduralSet, Camera, tuple[int, int], int], NDArray[np.uint8]]
"""(set, camera, (H, W), seed of what is random in it) -> [H,W,3] uint8 sRGB."""


def quick_renderer(pset: ProceduralSet, camera: Camera, size: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """As the training's own sets are rendered."""
    return render_view(pset, *camera, *size, np.random.default_rng(seed)).rgb


@dataclass
class Stage:
    """A set with the camera of its look; pictures are [H,W,3] of `size`."""

    pset: ProceduralSet
    seed: int
    size: tuple[int, int]
    camera: Camera
    render: Renderer = quick_renderer
    caster: Raycaster = field(init=False)

    def __post_init__(self) -> None:
        self.caster = Raycaster(self.pset.frame_set)

    @property
    def name(self) -> str:
        return self.pset.name

    def truth(self, camera: Camera, frame_set: FrameSet | None = None) -> NDArray[np.uint8]:
        """The true picture; `frame_set`: with something of the set moved."""
        pset = self.pset
        if frame_set is not None:
            pset = replace(pset, frame_set=frame_set, surfaces=Surfaces.of(Raycaster(frame_set)))
        return self.render(pset, camera, self.size, self.seed)

    def near_cameras(self, count: int) -> list[Camera]:
        """Cameras within NEAR metres and TURN degrees of the look's, clear of surfaces, of the same lens."""
        rng = np.random.default_rng((self.seed, 7))
        c2w, K = self.camera
        found: list[Camera] = []
        for attempt in range(60 * count):
            # Where there is little room, nearer ones must do.
            moved = moved_camera(c2w, rng, 1.0 if attempt < 30 * count else 0.4)
            if interest(self.pset.surfaces, moved, K, *self.size) >= 2:
                found.append((moved, K))
            if len(found) == count:
                break
        return found


def moved_camera(c2w: NDArray[np.float64], rng: np.random.Generator, reach: float = 1.0) -> NDArray[np.float64]:
    """c2w [4,4] moved and turned at random within the trial's condition times `reach`."""
    offset = rng.uniform(-1, 1, 3) * np.array([NEAR, NEAR, 0.35]) * reach
    forward = c2w[:3, 2]
    yaw = np.arctan2(forward[1], forward[0]) + np.radians(rng.uniform(-TURN, TURN)) * reach
    pitch = np.arcsin(np.clip(forward[2], -1, 1)) + np.radians(rng.uniform(-8, 8)) * reach
    return look(c2w[:3, 3] + offset, float(yaw), float(pitch))


def stage_of(seed: int, size: tuple[int, int], render: Renderer = quick_renderer) -> Stage:
    """The held-out set of `seed`, with the first camera that its seed draws as the look's."""
    pset = make_set(seed)
    camera = sample_cameras(pset, np.random.default_rng(seed), 1, *size)[0]
    return Stage(pset, seed, size, camera, render)
