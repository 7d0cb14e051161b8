"""Tileable noise with mip levels: the grain of every procedural material, filtered to the size of a pixel."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

SIZE = 512
_LEVELS = 7
# Amplitude falls as 1 / frequency ** slope: grain, weathering, blotches.
_SLOPES = {"grain": 0.5, "rough": 1.25, "blotch": 1.9}


@dataclass(frozen=True)
class NoiseTile:
    """A periodic noise of zero mean and unit deviation: all mip levels in one flat array, with where each begins."""

    texels: np.ndarray
    starts: np.ndarray

    def sample(self, u: np.ndarray, v: np.ndarray, footprint: np.ndarray | float) -> np.ndarray:
        """Noise [N] float32 at `u`, `v` [N] in periods of the tile, averaged over `footprint` periods."""
        level = np.log2(np.maximum(np.asarray(footprint, np.float32) * SIZE, 1.0))
        level = np.minimum(level + 0.3, _LEVELS - 1).astype(np.int32)
        size = np.right_shift(SIZE, level)
        mask = size - 1
        x, y = u * size, v * size
        x0, y0 = np.floor(x), np.floor(y)
        fx, fy = (x - x0).astype(np.float32), (y - y0).astype(np.float32)
        column, row = x0.astype(np.int32), y0.astype(np.int32)
        left, right = column & mask, (column + 1) & mask
        start = self.starts[level]
        top, bottom = start + (row & mask) * size, start + ((row + 1) & mask) * size
        t = self.texels
        upper = t[top + left] * (1 - fx) + t[top + right] * fx
        lower = t[bottom + left] * (1 - fx) + t[bottom + right] * fx
        return upper * (1 - fy) + lower * fy


@lru_cache(maxsize=8)
def noise_tile(name: str) -> NoiseTile:
    """The tile `grain`, `rough` or `blotch`; made once a process, always the same."""
    rng = np.random.default_rng(sum(name.encode()))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIZE) * SIZE, np.fft.fftfreq(SIZE) * SIZE))
    spectrum = np.fft.fft2(rng.standard_normal((SIZE, SIZE))) / np.maximum(frequency, 2.0) ** _SLOPES[name]
    spectrum[0, 0] = 0
    image = np.fft.ifft2(spectrum).real
    image = (image / image.std()).astype(np.float32)
    return mip_levels(image)


def mip_levels(image: np.ndarray) -> NoiseTile:
    """A tile of a periodic picture [SIZE,SIZE]."""
    levels = [image]
    for _ in range(_LEVELS - 1):
        half = levels[-1].shape[0] // 2
        levels.append(levels[-1].reshape(half, 2, half, 2).mean(axis=(1, 3)))
    starts = np.cumsum([0] + [level.size for level in levels[:-1]]).astype(np.int32)
    return NoiseTile(np.concatenate([level.ravel() for level in levels]), starts)


def cell_random(column: np.ndarray, row: np.ndarray, seed: int) -> np.ndarray:
    """A number in [0, 1) float32 for each integer cell: the same for the same cell and seed."""
    h = column.astype(np.int64).astype(np.uint32) * np.uint32(0x9E3779B1)
    h ^= row.astype(np.int64).astype(np.uint32) * np.uint32(0x85EBCA77)
    h ^= np.uint32((seed * 0xC2B2AE3D + 0x27D4EB2F) & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    h = (h ^ (h >> np.uint32(12))) * np.uint32(0x297A2D39)
    return ((h ^ (h >> np.uint32(15))) >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)
