"""What one camera sees of the greybox at one frame, as engines want it."""

from __future__ import annotations

import numpy as np
import torch

from ..greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from ..greybox.geometry import Float64
from ..greybox.raycast import Raycaster
from ..greybox.shading import guide
from ..memory.cells import Cells
from ..models.protocol import FrameView
from .remember import Memory
from .void import fill

OCCLUSION_RAYS = 16
SHADOW_SAMPLES = 2
PLAN_STEP = 2
"""The coverage plan looks at every second cell each way."""


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


def glance(caster: Raycaster, c2w: Float64, K: Float64, size: tuple[int, int], memory: Memory) -> Cells:
    """Every second cell of a frame by the ray through its centre: enough to plan with, at a small part of the cost.
    `K` and `size` (h, w) are those of the latent grid."""
    h, w = size
    device = memory.tokens.anchor.device
    seen = fill(pixel_gbuffer(caster, c2w, K, h, w), memory, c2w, K)
    cells = Cells.from_gbuffer(seen, device)
    grid = torch.arange(h * w, device=device).view(h, w)
    return cells.select(grid[::PLAN_STEP, ::PLAN_STEP].reshape(-1))
