"""Baseline (a): the published latent memory. Every generated frame's cells are appended as world points with float32
features; a frame is read by projecting all of them, sorting by depth and writing far to near.

From the description in arXiv 2606.09828 and of its release, with two corrections that make it better than the release:
points and cells agree by half cells, and the writes do not race. The release writes all features with duplicate
indices and trusts that the last one stays, which torch does not promise. Here the *rank* in far-to-near order is
written by a maximum and the features are gathered once: the same winner on every device, and fewer bytes moved.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...memory.splat import NEAR, project
from .cloud import Cloud


class AppendAll:
    """The published memory."""

    def __init__(self, channels: int, device: torch.device | str = "cpu") -> None:
        self.cloud = Cloud(channels, torch.float32, device)

    def append(self, latents: Tensor, points: Tensor, keep: Tensor) -> None:
        """latents [C,h,w]; points [h*w,3] world, metres; keep [h*w] bool: the cells with a surface (the paper: that
        does not move)."""
        rows = torch.nonzero(keep)[:, 0]
        self.cloud.append(points[rows], latents.flatten(1).T[rows])

    def read(self, c2w: Tensor, K: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """(latents [C,h,w], zero in holes; point [h*w] int64, -1 in holes) for a camera [4,4], [3,3] of the latent grid
        of size (h, w)."""
        h, w = size
        u, v, z = project(self.cloud.position, c2w, K)
        column, row = torch.floor(u), torch.floor(v)
        # Only what the camera sees is sorted, as in the release.
        seen = torch.nonzero((z > NEAR) & (column >= 0) & (column < w) & (row >= 0) & (row < h))[:, 0]
        far_to_near = seen[torch.argsort(z[seen], descending=True, stable=True)]
        cell = (row[far_to_near] * w + column[far_to_near]).long()
        rank = torch.full((h * w,), -1, device=cell.device)
        rank.scatter_reduce_(0, cell, torch.arange(len(cell), device=cell.device), "amax")
        held = torch.nonzero(rank >= 0)[:, 0]
        point = torch.full_like(rank, -1)
        point[held] = far_to_near[rank[held]]
        latents = self.cloud.value.new_zeros(h * w, self.cloud.value.shape[1])
        latents[held] = self.cloud.value[point[held]]
        return latents.T.reshape(-1, h, w), point
