"""What the cameras of a shooting see, and two memories that are fed with it frame by frame: ours as a take feeds it,
and the published one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...generation.remember import Memory
from ...greybox.gbuffer import GBuffer, cell_gbuffer, pixel_gbuffer
from ...greybox.geometry import SKY, Float32, Float64
from ...greybox.raycast import Raycaster
from ...memory.cells import Cells
from ...memory.read import ReadOut
from ...memory.tokens import Tokens
from ..baselines.append_all import AppendAll
from .sets import Shooting

CHANNELS = 8
"""Of the previz engine's latents."""
GENERATED_CONFIDENCE = 0.7
PUBLISHED_GRID = (44, 80)
"""Latent cells of a 704 x 1280 frame of the published system."""


@dataclass(frozen=True)
class Look:
    """One frame."""

    caster: Raycaster
    c2w: Float64
    K: Float64
    """[3,3] of the latent grid."""
    pixels: GBuffer
    cells: GBuffer

    @property
    def grid(self) -> tuple[int, int]:
        return self.cells.shape

    @property
    def surface(self) -> Tensor:
        """[h*w] bool: not the sky."""
        return torch.from_numpy(self.cells.anchor.reshape(-1) != SKY)

    @property
    def points(self) -> Tensor:
        """[h*w,3] world, metres."""
        return torch.from_numpy(self.cells.position.reshape(-1, 3))

    def cells_of(self) -> Cells:
        return Cells.from_gbuffer(self.cells)

    def camera(self) -> tuple[Tensor, Tensor]:
        """(c2w [4,4], K [3,3] of the latent grid)."""
        return torch.from_numpy(self.c2w), torch.from_numpy(self.K)


def look_at_frame(shooting: Shooting, index: int, grid: tuple[int, int], stride: int) -> Look:
    """Frame `index` on a latent grid (h, w), with `stride` squared rays a cell and one through its centre."""
    h, w = grid
    K = shooting.K(h * stride, w * stride)
    caster, c2w = shooting.casters[index], shooting.c2w[index]
    pixels = pixel_gbuffer(caster, c2w, K, h * stride, w * stride)
    return Look(caster, c2w, shooting.K(h, w), pixels, cell_gbuffer(caster, c2w, K, pixels, stride))


def looks(shooting: Shooting, grid: tuple[int, int], stride: int) -> Iterator[Look]:
    for index in range(len(shooting)):
        yield look_at_frame(shooting, index, grid, stride)


def empty_memory(channels: int = CHANNELS) -> Memory:
    return Memory(Tokens.empty(channels))


def feed(memory: Memory, latents: Tensor, look: Look) -> ReadOut:
    """Offers a frame's latents [C,h,w] as a take does: what memory did not know becomes tokens. Returns what memory
    knew before."""
    cells = look.cells_of()
    readout = memory.read(cells)
    memory.learn(latents, cells, ~readout.sharp, GENERATED_CONFIDENCE)
    return readout


def feed_published(cloud: AppendAll, latents: Tensor, look: Look, without: tuple[int, ...] = ()) -> None:
    """Appends all cells with a surface. `without`: anchors that the paper's masks would take out."""
    keep = look.surface & ~torch.from_numpy(np.isin(look.cells.anchor.reshape(-1), without))
    cloud.append(latents, look.points, keep)


def anchors_of(shooting: Shooting, meshes: tuple[int, ...]) -> tuple[int, ...]:
    placed = shooting.casters[0].frame_set.meshes
    return tuple(placed[i].anchor for i in meshes)


def shaded(look: Look) -> np.ndarray:
    """[H,W,3] uint8: base colours with light from the camera; a picture of the set for the autoencoder."""
    facing = np.abs(look.pixels.normal @ look.c2w[:3, 2].astype(np.float32))[..., None]
    color: Float32 = np.maximum(look.pixels.base_color, 0) ** (1 / 2.2)
    return (color * (0.25 + 0.75 * facing) * 255).clip(0, 255).astype(np.uint8)


def signed(frame: int, grid: tuple[int, int], channels: int = CHANNELS) -> Tensor:
    """[C,h,w] latents that say which frame and cell they are of: exact in float16, whatever a memory does with its
    rows."""
    h, w = grid
    latents = torch.zeros(channels, h, w)
    latents[0] = frame
    latents[1] = torch.arange(h)[:, None]
    latents[2] = torch.arange(w)
    return latents


def signatures(features: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """(frame, flat cell) int64 of features [...,C] that `signed` made."""
    return features[..., 0].round().long(), (features[..., 1] * grid[1] + features[..., 2]).round().long()
