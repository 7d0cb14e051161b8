"""What one camera sees of the greybox at one frame, as engines want it."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ..greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from ..greybox.geometry import Float64
from ..greybox.raycast import Raycaster
from ..greybox.shading import guide
from ..models.protocol import Engine, FrameView
from .sights import CameraPath

OCCLUSION_RAYS = 16
SHADOW_SAMPLES = 2
KEPT_BYTES = 2**28
"""How much the views take that are kept to be looked at once more."""


def observe(caster: Raycaster, c2w: Float64, K: Float64, height: int, width: int, stride: int) -> FrameView:
    """The frame's G-buffers and shading guide. The guide's rays are drawn the same for every frame: the same camera
    sees the same light."""
    pixels = pixel_gbuffer(caster, c2w, K, height, width)
    cells = cell_gbuffer(caster, c2w, K, pixels, stride)
    rng = np.random.default_rng(0)
    light, occlusion = guide(caster, cells, caster.frame_set, rng, rays=OCCLUSION_RAYS)
    for _ in range(SHADOW_SAMPLES - 1):
        light = light + guide(caster, cells, caster.frame_set, rng, rays=0)[0]
    return FrameView(pixels, cells, light / SHADOW_SAMPLES, occlusion, c2w)


class Views:
    """The views of a camera path's frames. Those of key frames are looked at twice: they are kept, as far as they fit
    into KEPT_BYTES."""

    def __init__(self, path: CameraPath, engine: Engine) -> None:
        self._path = path
        self._stride = engine.spec.stride
        self._kept: dict[int, FrameView] = {}

    def at(self, index: int, again: bool = False) -> FrameView:
        """again: whether it will be asked for once more."""
        view = self._kept.pop(index, None)
        if view is None:
            path = self._path
            view = observe(path.frames.caster(index), path.c2w[index], path.K[index], *path.size, self._stride)
        if again and (len(self._kept) + 1) * _bytes(view) <= KEPT_BYTES:
            self._kept[index] = view
        return view


def _bytes(view: FrameView) -> int:
    return sum(getattr(buffer, field.name).nbytes for buffer in (view.pixels, view.cells) for field in fields(buffer))
