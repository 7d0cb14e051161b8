"""Baseline (b): a cloud of coloured points, one a pixel of every frame; a frame is read by rendering it at pixel
resolution and encoding the picture again with the engine's own autoencoder (as Spatia and others do)."""

from __future__ import annotations

import torch
from torch import Tensor

from ...memory.splat import splat
from .cloud import Cloud

BLOCK = 2**20
"""Points that are projected at a time: their temporaries stay in fast memory."""


class RgbCloud:
    """Points of 15 bytes: xyz float32, rgb uint8."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.cloud = Cloud(3, torch.uint8, device)

    def append(self, rgb: Tensor, points: Tensor, keep: Tensor) -> None:
        """rgb [H,W,3] uint8; points [H*W,3] world, metres; keep [H*W] bool: the pixels with a surface."""
        rows = torch.nonzero(keep)[:, 0]
        self.cloud.append(points[rows], rgb.reshape(-1, 3)[rows])

    def render(self, c2w: Tensor, K: Tensor, size: tuple[int, int]) -> Tensor:
        """[H,W,3] uint8, black in holes, for a camera [4,4], [3,3] in pixels of `size` (H, W)."""
        device = self.cloud.position.device
        depth = torch.full((size[0] * size[1],), torch.inf, device=device)
        point = torch.full((size[0] * size[1],), -1, device=device)
        for start in range(0, len(self.cloud), BLOCK):
            seen = splat(self.cloud.position[start : start + BLOCK], c2w[None], K[None], size)
            nearer = (seen.token[0] >= 0) & (seen.depth_z[0] < depth)
            depth = torch.where(nearer, seen.depth_z[0], depth)
            point = torch.where(nearer, seen.token[0] + start, point)
        held = torch.nonzero(point >= 0)[:, 0]
        rgb = torch.zeros(size[0] * size[1], 3, dtype=torch.uint8, device=device)
        rgb[held] = self.cloud.value[point[held]]
        return rgb.view(*size, 3)
