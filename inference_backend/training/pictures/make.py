"""Draws pictures by number and writes them in files of a hundred: the same number is the same picture for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...storage.tensors import save_arrays
from ..sets.views import make_set, render_view, sample_cameras
from .colors import Float, as_bytes
from .painterly import FILTERS, graded
from .photographs import panoramas, photograph
from .shapes import dead_leaves, graphic
from .surfaces import surface
from .textures import cells, julia, spectral, warped, weave

CHUNK = 100
"""Pictures in a file."""
FIRST_SET = 500_000
"""Sets behind pictures start here: beyond those of the denoiser, and far from the held-out ones."""


def picture(number: int, height: int, width: int) -> NDArray[np.uint8]:
    """Picture `number`, [H,W,3] uint8 sRGB."""
    rng = np.random.default_rng([number, 77])
    return as_bytes(_draw(rng, number, height, width), rng)


def write_pictures(
    folder: Path, count: int, height: int, width: int, say: Callable[[str], None] = print, chunk: int = CHUNK
) -> list[Path]:
    """Writes `<folder>/pictures-0000.safetensors` and on: tensor `rgb` [N,H,W,3] uint8. Skips files that are there.

    Returns the paths of all, `chunk` pictures a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for file, first in enumerate(range(0, count, chunk)):
        path = folder / f"pictures-{file:04d}.safetensors"
        paths.append(path)
        if path.exists():
            continue
        numbers = range(first, min(first + chunk, count))
        rgb = np.stack([picture(number, height, width) for number in numbers])
        save_arrays(path, {"rgb": rgb}, {"first": str(first)})
        say(f"{numbers[-1] + 1} of {count} pictures")
    return paths


def _draw(rng: np.random.Generator, number: int, height: int, width: int) -> Float:
    kind = str(
        rng.choice(
            ["leaves", "graphic", "spectral", "warped", "julia", "cells", "weave", "surface", "photograph", "render"],
            p=[0.16, 0.08, 0.06, 0.05, 0.04, 0.05, 0.04, 0.16, 0.18, 0.18],
        )
    )
    if kind == "photograph" and not panoramas():
        kind = "leaves"
    if kind == "render":
        plain = _render(rng, number, height, width)
    else:
        plain = KINDS[kind](rng, height, width)
    if kind in ("photograph", "render"):
        draw = rng.random()
        if draw < 0.55:
            return FILTERS[int(rng.integers(len(FILTERS)))](plain, rng)
        return plain if draw < 0.8 else graded(plain, rng)
    return plain if rng.random() < 0.6 else graded(plain, rng)


def _render(rng: np.random.Generator, number: int, height: int, width: int) -> Float:
    pset = make_set(FIRST_SET + number)
    c2w, k = sample_cameras(pset, rng, 1, height, width)[0]
    return (render_view(pset, c2w, k, height, width, rng).rgb / np.float32(255)).astype(np.float32)


KINDS: dict[str, Callable[[np.random.Generator, int, int], Float]] = {
    "leaves": dead_leaves,
    "graphic": graphic,
    "spectral": spectral,
    "warped": warped,
    "julia": julia,
    "cells": cells,
    "weave": weave,
    "surface": surface,
    "photograph": photograph,
}
