"""Textures without a scene: coloured noise with a power-law spectrum, warped fractals, Julia sets, cells, weaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .colors import Float, along, draw_palette


def noise(rng: np.random.Generator, height: int, width: int, slope: float, stretch: float = 1.0) -> Float:
    """[H,W] of zero mean and unit deviation whose amplitude falls as 1 / frequency ** slope."""
    y = np.fft.fftfreq(height)[:, None] * height
    x = np.fft.rfftfreq(width)[None] * width * (height / width) * stretch
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / np.maximum(np.hypot(x, y), 1.0) ** slope
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(height, width))
    return (field / max(float(field.std()), 1e-9)).astype(np.float32)


def spectral(rng: np.random.Generator, height: int, width: int) -> Float:
    """Clouds of natural spectra: three mixed fields, or one along a palette."""
    slope, stretch = float(rng.uniform(1.0, 2.0)), float(np.exp(rng.normal(0, 0.5)))
    if rng.random() < 0.5:
        return along(draw_palette(rng, 5), 0.5 + 0.28 * noise(rng, height, width, slope, stretch))
    fields = np.stack([noise(rng, height, width, slope, stretch) for _ in range(3)], -1)
    # Channels of photographs go together: most of the variation is in their mean.
    mixed = fields @ (np.eye(3) * rng.uniform(0.15, 1) + 1.0).astype(np.float32)
    mean = draw_palette(rng, 1)[0]
    return np.clip(mean + rng.uniform(0.05, 0.25) * mixed / mixed.std(), 0, 1).astype(np.float32)


def warped(rng: np.random.Generator, height: int, width: int) -> Float:
    """Marble and wood: a fractal field looked up through others, with veins where it crosses levels."""
    field = noise(rng, height, width, float(rng.uniform(1.5, 2.2)))
    shift = [noise(rng, height, width, 2.0) * rng.uniform(0.02, 0.12) * height for _ in range(2)]
    row, column = np.indices((height, width))
    turned = field[
        np.rint(row + shift[0]).astype(np.int64) % height, np.rint(column + shift[1]).astype(np.int64) % width
    ]
    bands = float(rng.uniform(0.5, 3))
    draw = rng.random()
    if draw < 0.4:
        share = 0.5 + 0.5 * np.sin(bands * turned * 2)
    elif draw < 0.7:
        share = np.abs(turned) ** 0.7 * 0.5
    else:
        share = (turned * bands) % 1.0
    return along(draw_palette(rng, 4), share)


def julia(rng: np.random.Generator, height: int, width: int) -> Float:
    """A Julia set by smooth escape time."""
    turn, zoom = rng.uniform(0, 2 * np.pi), float(np.exp(rng.uniform(np.log(0.15), np.log(1.2))))
    constant = 0.7885 * np.exp(1j * turn) * rng.uniform(0.9, 1.05)
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width) * width / height, indexing="ij")
    z = (x + 1j * y) * zoom * 1.2 + (rng.uniform(-0.6, 0.6) + 1j * rng.uniform(-0.6, 0.6))
    count = np.zeros(z.shape)
    live = np.ones(z.shape, bool)
    for _ in range(60):
        z[live] = z[live] ** 2 + constant
        away = live & (np.abs(z) > 8)
        count[away] += 1 - np.log2(np.log(np.abs(z[away])) / np.log(8))
        live &= ~away
        count[live] += 1
    return along(draw_palette(rng, 6), (np.sqrt(np.maximum(count, 0)) * rng.uniform(0.15, 0.4)) % 1.0)


def cells(rng: np.random.Generator, height: int, width: int) -> Float:
    """Voronoi cells: stones, leather, stained glass."""
    many = int(np.exp(rng.uniform(np.log(20), np.log(500))))
    # A margin beyond the picture keeps its border like its middle.
    points = rng.uniform(-0.1, 1.1, (many, 2)) * [height, width]
    row, column = np.indices((height, width), dtype=np.float32)
    first = np.full((height, width), np.inf, np.float32)
    second, owner = first.copy(), np.zeros((height, width), np.int64)
    for i, (y, x) in enumerate(points):
        away = np.hypot(row - y, column - x).astype(np.float32)
        nearer = away < first
        second = np.where(nearer, first, np.minimum(second, away))
        owner[nearer] = i
        first = np.where(nearer, away, first)
    palette = draw_palette(rng, 6)
    picture = palette[rng.integers(0, 5, many)][owner] * rng.uniform(0.8, 1.2, many)[owner][..., None]
    joint = np.clip((second - first) / float(rng.uniform(1.0, 6.0)), 0, 1)[..., None]
    grain = 1 + 0.1 * noise(rng, height, width, 1.0)[..., None]
    return np.clip((palette[5] + (picture - palette[5]) * joint) * grain, 0, 1).astype(np.float32)


def weave(rng: np.random.Generator, height: int, width: int) -> Float:
    """Stripes, checks and dots at an angle, from a pixel and a half wide up."""
    palette = draw_palette(rng, 4)
    period = float(np.exp(rng.uniform(np.log(3), np.log(40))))
    turn = rng.uniform(0, np.pi)
    row, column = np.indices((height, width))
    u = (column * np.cos(turn) + row * np.sin(turn)) / period
    v = (row * np.cos(turn) - column * np.sin(turn)) / period
    share = _edge(np.sin(2 * np.pi * u), period)
    kind = rng.integers(4)
    if kind == 1:
        across = _edge(np.sin(2 * np.pi * v), period)
        share = share + across - 2 * share * across
    elif kind == 2:
        share = _edge(np.sin(2 * np.pi * u) + np.sin(2 * np.pi * v) - rng.uniform(-0.5, 1), period)
    elif kind == 3:
        share = 0.5 * share + 0.5 * _edge(np.sin(2 * np.pi * v), period)
    ground = along(palette[:2], np.clip(0.5 + 0.25 * noise(rng, height, width, 2.0), 0, 1))
    ink = along(palette[2:], np.clip(0.5 + 0.25 * noise(rng, height, width, 2.0), 0, 1))
    return (ground + (ink - ground) * share[..., None]).astype(np.float32)


def _edge(wave: NDArray[np.floating], period: float) -> NDArray[np.floating]:
    """0..1 with a transition one pixel wide where a sine of `period` pixels changes sign."""
    return np.clip(0.5 + wave * period / (2 * np.pi), 0, 1)
