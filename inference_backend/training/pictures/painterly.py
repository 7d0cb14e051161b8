"""Filters that make a painting, a print or a drawing of a picture [H,W,3] in sRGB 0..1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .colors import Float, draw_palette
from .textures import noise


def kuwahara(picture: Float, rng: np.random.Generator) -> Float:
    """Of the four squares that meet in a pixel, the mean of the calmest: flat dabs with sharp borders."""
    reach = int(rng.integers(1, 5))
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    mean, square = _box(padded, reach + 1), _box(padded**2, reach + 1)
    spread = (square - mean**2).sum(-1)
    height, width = picture.shape[:2]
    corners = [(dy, dx) for dy in (0, reach) for dx in (0, reach)]
    spreads = np.stack([spread[dy : dy + height, dx : dx + width] for dy, dx in corners])
    means = np.stack([mean[dy : dy + height, dx : dx + width] for dy, dx in corners])
    return np.take_along_axis(means, spreads.argmin(0)[None, ..., None], 0)[0].astype(np.float32)


def _box(field: NDArray[np.floating], size: int) -> NDArray[np.floating]:
    """Mean over squares of `size` pixels whose first corner is the pixel; smaller by size - 1."""
    total = np.pad(field.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0), (0, 0)))
    return (total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]) / size**2


def posterised(picture: Float, rng: np.random.Generator) -> Float:
    """A print in few inks."""
    luminance = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    inks = int(rng.integers(3, 8))
    if rng.random() < 0.5:
        return (np.floor(picture * inks) / (inks - 1)).clip(0, 1).astype(np.float32)
    palette = draw_palette(rng, inks)
    palette = palette[np.argsort(palette.sum(1))]
    edges = np.quantile(luminance, np.linspace(0, 1, inks + 1)[1:-1])
    return palette[np.searchsorted(edges, luminance)]


def ink(picture: Float, rng: np.random.Generator) -> Float:
    """Contours, and hatching where it is dark, on tinted paper or over the picture."""
    luminance = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    dy, dx = np.gradient(luminance)
    line = np.clip((np.hypot(dx, dy) - rng.uniform(0.02, 0.08)) * 12, 0, 1)
    row, column = np.indices(luminance.shape)
    period = float(rng.uniform(3, 7))
    if rng.random() < 0.6:
        for share, turn in ((0.45, 0.7), (0.25, -0.8)):
            wave = np.sin(2 * np.pi * (row * np.cos(turn) + column * np.sin(turn)) / period)
            line = np.maximum(line, np.clip(wave * 1.5 - 0.2, 0, 1) * np.clip((share - luminance) * 8, 0, 1))
    paper = picture if rng.random() < 0.4 else np.clip(1 - 0.4 * draw_palette(rng, 1) * rng.random(), 0, 1)
    paper = paper * (1 + 0.03 * noise(rng, *luminance.shape, 0.8))[..., None]
    color = draw_palette(rng, 1)[0] * 0.3
    return np.clip(paper + (color - paper) * line[..., None], 0, 1).astype(np.float32)


def strokes(picture: Float, rng: np.random.Generator) -> Float:
    """Brush strokes along the picture's edges, broad ones first, fine ones where there is detail."""
    height, width = picture.shape[:2]
    fine = 2
    image = Image.fromarray((picture * 255).astype(np.uint8)).resize((width // 8, height // 8), Image.Resampling.BOX)
    canvas = image.resize((width * fine, height * fine), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    luminance = picture.mean(-1)
    dy, dx = np.gradient(luminance)
    detail = np.hypot(dx, dy)
    for thick, many in ((9, 500), (5, 1500), (3, 3000)):
        y, x = rng.integers(0, height, many), rng.integers(0, width, many)
        wanted = detail[y, x] >= np.quantile(detail, {9: 0.0, 5: 0.3, 3: 0.65}[thick])
        angle = np.arctan2(dy[y, x], dx[y, x]) + np.pi / 2 + rng.normal(0, 0.3, many)
        long = thick * rng.uniform(1.0, 3.0, many)
        tone = np.clip(picture[y, x] * rng.uniform(0.9, 1.1, (many, 1)), 0, 1) * 255
        for i in np.flatnonzero(wanted):
            reach = np.array([np.cos(angle[i]), np.sin(angle[i])]) * long[i]
            start, end = (np.array([x[i], y[i]]) - reach) * fine, (np.array([x[i], y[i]]) + reach) * fine
            red, green, blue = (int(c) for c in tone[i])
            pen.line([*start, *end], fill=(red, green, blue), width=thick * fine // 2 + 1)
    small = canvas.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def graded(picture: Float, rng: np.random.Generator) -> Float:
    """Another print of the same: gamma, contrast, tint, now and then black and white, grain."""
    out = np.clip(picture, 0, 1) ** float(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.15:
        out = np.repeat(out.mean(-1, keepdims=True), 3, -1)
    out = 0.5 + (out - 0.5) * float(rng.uniform(0.7, 1.35))
    out = out * (1 + rng.normal(0, 0.08, 3))
    if rng.random() < 0.4:
        out = out + rng.uniform(0, 0.05) * rng.standard_normal((*out.shape[:2], 1))
    return np.clip(out, 0, 1).astype(np.float32)


FILTERS = (kuwahara, posterised, ink, strokes, graded)
