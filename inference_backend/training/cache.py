"""Procedural sets as files of ready tensors: rendering and gathering cost more than a training step, so they are done
once, on as many cores as there are.

A file holds V views of one set and, for every view as the target, three ways of having seen the set before: another
view, two others, and the view itself beside another. What memory would gather is stored as *which* source cell and
*how it lies*; the features themselves come from the encoder under training.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..greybox.gbuffer import cell_gbuffer
from ..memory.cells import Cells
from ..memory.exemplar import Exemplars, borrow
from ..memory.index import TokenIndex
from ..memory.read import CANDIDATES, GEOMETRY, read
from ..memory.tokens import Tokens
from ..memory.write import MIN_PURITY, write
from ..models.previz.autoencoder import STRIDE
from ..models.previz.guide import cell_guide, pixel_guide
from ..models.protocol import FrameView
from ..storage.tensors import save_arrays
from .sets.cycles import cycles_views
from .sets.views import make_set, render_view, sample_cameras
from .words import Facts, words_of

HISTORIES = 3
SOURCES = 2


RENDERERS = ("quick", "cycles")


def cache_set(seed: int, folder: Path, views: int, height: int, width: int, renderer: str = "quick") -> Path:
    """Renders set `seed` and writes `<folder>/<seed>.safetensors`; skips one that is there.

    `renderer` is one of `RENDERERS`; Cycles gives pictures with true light of the same views. Raises InvalidRequest
    where it is not installed.
    """
    path = folder / f"{seed:07d}.safetensors"
    if path.exists():
        return path
    rng = np.random.default_rng(seed)
    pset = make_set(seed)
    caster = pset.surfaces.caster
    facts = Facts(pset.hour, pset.weather, pset.lamplit)
    cameras = sample_cameras(pset, rng, views, height, width)
    rendered = [render_view(pset, c2w, K, height, width, rng) for c2w, K in cameras]
    if renderer == "cycles":
        rendered = cycles_views(pset, cameras, rendered, rng)
    frames: list[FrameView] = []
    for view, (c2w, K) in zip(rendered, cameras, strict=True):
        cells = cell_gbuffer(caster, c2w, K, view.gbuffer, STRIDE)
        light = _per_cell(view.light)
        frames.append(FrameView(view.gbuffer, cells, light, _per_cell(view.occlusion[..., None])[..., 0], c2w))
    arrays = {
        "c2w": np.stack([c2w for c2w, _ in cameras]),
        "K": np.stack([K for _, K in cameras]),
        "rgb": np.stack([view.rgb for view in rendered]),
        "words": np.stack([words_of(view.rgb, view.gbuffer, pset.materials, facts) for view in rendered]),
        **arrays_of(frames, rng),
    }
    about = {"seed": str(seed), "name": pset.name, "hour": pset.hour, "weather": pset.weather, "renderer": renderer}
    save_arrays(path, arrays, about)
    return path


def arrays_of(frames: list[FrameView], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What a file holds of its views but their pictures and words."""
    return {
        "pixel_guide": _half(torch.stack([pixel_guide(frame) for frame in frames])),
        "cell_guide": _half(torch.stack([cell_guide(frame) for frame in frames])),
        "material": np.stack([frame.cells.material.reshape(-1) for frame in frames]).astype(np.int32),
        **_histories([Cells.from_gbuffer(frame.cells) for frame in frames], rng),
    }


def _histories(cells: list[Cells], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """For every target and history: the sources, and what memory gathers from them (rows of the joined sources)."""
    views, count = len(cells), len(cells[0])
    sources = np.full((views, HISTORIES, SOURCES), -1, np.int16)
    token = np.full((views, HISTORIES, CANDIDATES, count), -1, np.int16)
    geometry = np.zeros((views, HISTORIES, CANDIDATES, GEOMETRY, count), np.float16)
    covered, borrowed = (np.zeros((views, HISTORIES, count), np.uint8) for _ in range(2))
    for target in range(views):
        others = [int(i) for i in rng.permutation([i for i in range(views) if i != target])]
        for history, seen in enumerate(((others[0],), tuple(others[:2]), (target, others[-1]))):
            sources[target, history, : len(seen)] = seen
            tokens, rows = _written([cells[i] for i in seen])
            index = TokenIndex.build(tokens)
            found = borrow(tokens, index, Exemplars.build(tokens), cells[target], read(tokens, index, cells[target]))
            picked = torch.where(found.token >= 0, rows[found.token.clamp_min(0)], -1)
            token[target, history] = picked.T.numpy()
            geometry[target, history] = found.geometry.permute(1, 2, 0).clamp(-8, 8).half().numpy()
            covered[target, history] = found.covered.numpy()
            borrowed[target, history] = found.borrowed.numpy()
    return {"sources": sources, "token": token, "geometry": geometry, "covered": covered, "borrowed": borrowed}


def _written(seen: list[Cells]) -> tuple[Tokens, torch.Tensor]:
    """The tokens of some views, and for each the row of its cell in the joined views."""
    parts, rows = [], []
    for i, cells in enumerate(seen):
        parts.append(write(torch.zeros(len(cells), 1), cells))
        rows.append(torch.nonzero(cells.purity >= MIN_PURITY)[:, 0] + i * len(cells))
    return Tokens.join(parts), torch.cat(rows)


def _per_cell(field: np.ndarray) -> np.ndarray:
    """Mean of [H,W,D] over each cell."""
    h, w = field.shape[0] // STRIDE, field.shape[1] // STRIDE
    return field.reshape(h, STRIDE, w, STRIDE, -1).mean((1, 3)).astype(np.float32)


def _half(tensor: torch.Tensor) -> np.ndarray:
    return tensor.half().numpy()
