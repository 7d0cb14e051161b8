"""G-buffers and the shading guide as network input. The order of channels here is part of the weights."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...greybox.gbuffer import GBuffer
from ..protocol import FrameView

CELL_CHANNELS = 14
PIXEL_CHANNELS = 9
EDGE = 7
"""The pixel channel that is 1 beside another surface."""


def cell_guide(view: FrameView) -> Tensor:
    """[14,h,w] float32: base colour (3, gamma 2.2), normal in the camera frame (3), log depth, light (3, log),
    occlusion, sky, elevation of the sky direction, purity."""
    cells = view.cells
    sky = (cells.depth_z <= 0)[..., None]
    light = np.log1p(4 * np.maximum(view.light, 0)) / 2
    elevation = np.where(sky, cells.rest_position[..., 2:], 0)
    planes = [*_shape(cells, view.c2w), light, view.occlusion[..., None], sky, elevation, cells.purity[..., None]]
    return _stack(planes)


def pixel_guide(view: FrameView) -> Tensor:
    """[9,H,W] float32: base colour (3), normal in the camera frame (3), log depth, edge, sky."""
    pixels = view.pixels
    sky = (pixels.depth_z <= 0)[..., None]
    return _stack([*_shape(pixels, view.c2w), edges(pixels)[..., None], sky])


def edges(pixels: GBuffer) -> NDArray[np.float32]:
    """[H,W] 1 where the neighbour to the right or below is another anchor or turned by more than 25 degrees."""
    found = np.zeros(pixels.shape, bool)
    for axis in (0, 1):
        here = [slice(None), slice(None)]
        there = [slice(None), slice(None)]
        here[axis], there[axis] = slice(None, -1), slice(1, None)
        a, b = tuple(here), tuple(there)
        apart = pixels.anchor[a] != pixels.anchor[b]
        turned = (pixels.normal[a] * pixels.normal[b]).sum(-1) < 0.9
        found[a] |= apart | (turned & (pixels.depth_z[a] > 0))
    return found.astype(np.float32)


def _shape(gbuffer: GBuffer, c2w: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    normal = gbuffer.normal @ c2w[:3, :3].astype(np.float32)
    depth = np.log2(1 + gbuffer.depth_z)[..., None] / 4
    return [np.maximum(gbuffer.base_color, 0) ** (1 / 2.2), normal, depth]


def _stack(planes: list[NDArray[np.generic]]) -> Tensor:
    stacked = np.concatenate([plane.astype(np.float32) for plane in planes], -1)
    return torch.from_numpy(np.ascontiguousarray(stacked.transpose(2, 0, 1)))
