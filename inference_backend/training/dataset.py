"""Cached sets as batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from ..memory.read import CANDIDATES, GEOMETRY
from ..models.previz.vocabulary import WORDS
from .cache import SOURCES

HISTORY_SHARES = (0.4, 0.4, 0.2)
"""How often the target's history is another view, two others, itself and another."""
HELD_OUT = 100
"""Sets with a seed below this are never trained on."""


@dataclass(frozen=True)
class Batch:
    """B samples; N = h*w cells."""

    target: Tensor
    """[B,3,H,W] 0..1."""
    sources: Tensor
    """[B,S,3,H,W]; a missing source is zero."""
    pixel_guide: Tensor
    """[B,9,H,W]."""
    cell_guide: Tensor
    """[B,14,h,w]."""
    token: Tensor
    """[B,K,N] int64 rows of the S*N source cells, -1 where there is none."""
    geometry: Tensor
    """[B,K,9,h,w]."""
    covered: Tensor
    """[B,1,h,w]."""
    material: Tensor
    """[B,N] int64 of the target."""
    source_material: Tensor
    """[B,S*N] int64, -1 for a missing source."""
    words: Tensor
    """[B,W]."""


class CachedSets:
    """Random samples of the sets in a folder; files that appear later are found by `refresh`."""

    def __init__(self, folder: Path, held_out: bool = False) -> None:
        self._folder = folder
        self._held_out = held_out
        self.paths: list[Path] = []
        self.refresh()

    def refresh(self) -> None:
        found = sorted(self._folder.glob("*.safetensors"))
        self.paths = [path for path in found if (int(path.stem) < HELD_OUT) == self._held_out]

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        picks = []
        for _ in range(count):
            path = self.paths[int(rng.integers(len(self.paths)))]
            history = int(rng.choice(len(HISTORY_SHARES), p=HISTORY_SHARES))
            picks.append(load(path, None, history, rng))
        return collate(picks)


def load(path: Path, target: int | None, history: int, rng: np.random.Generator) -> dict[str, Tensor]:
    """One sample; a random target where it is None."""
    with safe_open(path, "pt") as file:
        if target is None:
            target = int(rng.integers(file.get_slice("rgb").get_shape()[0]))
        seen = file.get_slice("sources")[target][history].tolist()
        rgb = file.get_slice("rgb")
        material = file.get_slice("material")
        picture = rgb[target]
        none = torch.zeros_like(picture)
        ids = material[target]
        return {
            "target": picture,
            "sources": torch.stack([rgb[i] if i >= 0 else none for i in seen]),
            "pixel_guide": file.get_slice("pixel_guide")[target],
            "cell_guide": file.get_slice("cell_guide")[target],
            "token": file.get_slice("token")[target][history],
            "geometry": file.get_slice("geometry")[target][history],
            "covered": file.get_slice("covered")[target][history],
            "material": ids,
            "source_material": torch.cat([material[i] if i >= 0 else torch.full_like(ids, -1) for i in seen]),
            "words": file.get_slice("words")[target],
        }


def collate(samples: list[dict[str, Tensor]]) -> Batch:
    stacked = {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}
    b, (h, w) = len(samples), stacked["cell_guide"].shape[-2:]
    return Batch(
        target=stacked["target"].permute(0, 3, 1, 2).float() / 255,
        sources=stacked["sources"].permute(0, 1, 4, 2, 3).float() / 255,
        pixel_guide=stacked["pixel_guide"].float(),
        cell_guide=stacked["cell_guide"].float(),
        token=stacked["token"].long(),
        geometry=stacked["geometry"].float().view(b, CANDIDATES, GEOMETRY, h, w),
        covered=stacked["covered"].float().view(b, 1, h, w),
        material=stacked["material"].long(),
        source_material=stacked["source_material"].long().view(b, SOURCES * h * w),
        words=stacked["words"].float().view(b, len(WORDS)),
    )
