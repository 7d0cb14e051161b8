"""Dead leaves and graphic work: occluding shapes of all sizes, as natural pictures have edges at every scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .colors import Float, draw_palette
from .textures import noise

_FINE = 2
"""Shapes are drawn so many times finer and averaged, for smooth edges."""


def dead_leaves(rng: np.random.Generator, height: int, width: int) -> Float:
    """Discs, boxes and polygons whose radii follow r^-3, each of its own colour, shade and grain."""
    count = int(np.exp(rng.uniform(np.log(60), np.log(900))))
    low, high = float(rng.uniform(1.5, 4)), 0.4 * height
    # The inverse of the cumulative power law between the two radii.
    radii = (low**-2 - rng.random(count) * (low**-2 - high**-2)) ** -0.5
    radii = np.concatenate([rng.uniform(0.3, 0.9, 12) * height, radii])
    leaf = Image.new("I", (width * _FINE, height * _FINE), 0)
    pen = ImageDraw.Draw(leaf)
    for i, radius in enumerate(radii, 1):
        centre = rng.uniform(-0.1, 1.1, 2) * [width, height] * _FINE
        pen.polygon([(float(x), float(y)) for x, y in centre + _outline(rng, radius * _FINE)], fill=i)
    owner = np.array(leaf)
    palette = draw_palette(rng, int(rng.integers(3, 40)))
    flat = palette[rng.integers(0, len(palette), len(radii) + 1)]
    tilt = rng.normal(0, 0.15, (len(radii) + 1, 2)) * (rng.random((len(radii) + 1, 1)) < 0.6)
    row, column = np.indices(owner.shape)
    shade = 1 + (tilt[owner] * np.stack([row / owner.shape[0] - 0.5, column / owner.shape[1] - 0.5], -1)).sum(-1)
    grain = rng.uniform(0, 0.25, len(radii) + 1) * (rng.random(len(radii) + 1) < 0.5)
    shade = shade + grain[owner] * noise(rng, *owner.shape, float(rng.uniform(0.5, 1.5)))
    return _halved(np.clip(flat[owner] * shade[..., None], 0, 1))


def _outline(rng: np.random.Generator, radius: float) -> NDArray[np.float64]:
    """[P,2] corners of a disc, box or polygon about the origin."""
    corners = int(rng.choice([3, 4, 4, 5, 7, 28, 28]))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 2 * np.pi)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius
    if corners < 28:
        ring *= rng.uniform(0.6, 1.2, (corners, 1))
    turn = rng.uniform(0, np.pi)
    c, s = np.cos(turn), np.sin(turn)
    return ring * [1, rng.uniform(0.25, 1)] @ np.array([[c, -s], [s, c]])


def graphic(rng: np.random.Generator, height: int, width: int) -> Float:
    """Lines, letters and flat areas: posters, storyboards, diagrams."""
    palette = draw_palette(rng, 6)
    size = (width * _FINE, height * _FINE)
    image = Image.new("RGB", size, _bytes(palette[0]))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(4, 40))):
        color = _bytes(palette[int(rng.integers(1, 6))])
        a, b = rng.uniform(-0.1, 1.1, (2, 2)) * size
        kind = rng.integers(5)
        thick = int(rng.integers(1, 9))
        if kind == 0:
            pen.line([*a, *b], fill=color, width=thick)
        elif kind == 1:
            pen.rectangle([*np.minimum(a, b), *np.maximum(a, b)], fill=None if rng.random() < 0.5 else color,
                          outline=_bytes(palette[5]), width=thick)  # fmt: skip
        elif kind == 2:
            pen.ellipse([*np.minimum(a, b), *np.maximum(a, b)], outline=color, width=thick)
        elif kind == 3:
            points = np.cumsum(rng.normal(0, 0.08, (12, 2)), 0) * size + a
            pen.line([tuple(p) for p in points], fill=color, width=thick, joint="curve")
        else:
            word = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUVWXYZ 0123456789abcdeghkmnoprst"), rng.integers(2, 14)))
            font = ImageFont.load_default(float(rng.uniform(14, 90)))
            pen.text(tuple(a), word, fill=color, font=font)
    return _halved(np.asarray(image, np.float32) / 255)


def _bytes(color: Float) -> tuple[int, int, int]:
    red, green, blue = (int(round(float(c) * 255)) for c in color)
    return red, green, blue


def _halved(picture: NDArray[np.floating]) -> Float:
    """Mean over squares of `_FINE` pixels."""
    h, w = picture.shape[0] // _FINE, picture.shape[1] // _FINE
    return picture.reshape(h, _FINE, w, _FINE, 3).mean((1, 3)).astype(np.float32)
