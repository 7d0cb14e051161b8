"""Cached sets as batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from ..errors import NotFound
from ..memory.read import CANDIDATES, GEOMETRY
from ..models.previz.autoencoder import STRIDE
from ..models.previz.vocabulary import WORDS

HISTORY_SHARES = (0.4, 0.4, 0.2)
"""How often the target's history is another view, two others, itself and another."""
MIN_CROP = 8
"""Cells."""
HELD_OUT = 100
"""Sets with a seed below this are never trained on."""


@dataclass(frozen=True)
class Batch:
    """B samples; N = h*w cells."""

    target: Tensor
    """[B,3,H,W] 0..1."""
    sources: Tensor
    """[B,S,3,H',W'], whole where the target is a crop; a missing source is zero."""
    pixel_guide: Tensor
    """[B,9,H,W]."""
    cell_guide: Tensor
    """[B,14,h,w]."""
    token: Tensor
    """[B,K,N] int64 rows of the S*N' source cells, -1 where there is none."""
    geometry: Tensor
    """[B,K,15,h,w]."""
    covered: Tensor
    """[B,1,h,w]."""
    borrowed: Tensor
    """[B,1,h,w] where the candidates are those of the material elsewhere (see `memory.exemplar`)."""
    materials: int
    """How many there are in the sample that has the most."""
    material: Tensor
    """[B,N] int64 of the target, numbered within the sample from 0."""
    source_material: Tensor
    """[B,S*N'] int64 likewise, -1 for a missing source."""
    words: Tensor
    """[B,W]."""
    place: Tensor
    """[B,2+S+2] int64 on the CPU: seed of the set, the target's view, the sources' (-1: missing), and the cell in the
    target's picture where the sample begins (down, right)."""


class CachedSets:
    """Random samples of the sets that are in a folder now."""

    def __init__(self, folder: Path | None, held_out: bool = False) -> None:
        self._folder = folder
        found = sorted(path for path in folder.glob("*.safetensors") if path.stem.isdigit()) if folder else []
        self.paths = [path for path in found if (int(path.stem) < HELD_OUT) == held_out]

    def only(self, seeds: list[str]) -> None:
        """Draws from the sets named `seeds` and no others, so that a continued run draws what it would have drawn.
        Raises NotFound where one is missing."""
        self.paths = [self._folder / f"{seed}.safetensors" for seed in seeds] if self._folder else []
        missing = [path.stem for path in self.paths if not path.is_file()]
        if missing:
            raise NotFound(
                f"The run was begun with {len(missing)} sets that are not in {self._folder}, {missing[0]} among them.",
                "Render them again with `mirage train sets`: a seed always gives the same set.",
            )

    def pictures(self, seed: int) -> Tensor:
        """[V,3,H,W] 0..1: every view of a set."""
        path = next(path for path in self.paths if int(path.stem) == seed)
        with safe_open(path, "pt") as file:
            return file.get_tensor("rgb").permute(0, 3, 1, 2).float() / 255

    def grow(self) -> None:
        """Draws from the sets that came since, too: those known stay first."""
        known = set(self.paths)
        fresh = CachedSets(self._folder).paths
        self.paths = self.paths + [path for path in fresh if path not in known]

    def sample(self, count: int, rng: np.random.Generator, share: float = 1.0) -> dict[str, Tensor]:
        """`count` random samples, stacked, whose targets show `share` of their width and height."""
        picks = []
        for _ in range(count):
            path = self.paths[int(rng.integers(len(self.paths)))]
            history = int(rng.choice(len(HISTORY_SHARES), p=HISTORY_SHARES))
            picks.append(load(path, None, history, rng))
        if share >= 1:
            return stack(picks)
        whole = picks[0]["cell_guide"].shape[-2:]
        size = tuple(max(MIN_CROP, round(share * cells)) for cells in whole)
        corners = [[int(rng.integers(full - part + 1)) for full, part in zip(whole, size, strict=True)] for _ in picks]
        return stack([crop(pick, *corner, *size) for pick, corner in zip(picks, corners, strict=True)])


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
        views = [target, *seen]
        there = torch.stack([material[i] for i in views if i >= 0])
        numbered = iter(torch.unique(there, return_inverse=True)[1].to(torch.int16))
        missing = torch.full((there.shape[1],), -1, dtype=torch.int16)
        ids, *source_ids = [next(numbered) if i >= 0 else missing for i in views]
        return {
            "target": picture,
            "sources": torch.stack([rgb[i] if i >= 0 else none for i in seen]),
            "pixel_guide": file.get_slice("pixel_guide")[target],
            "cell_guide": file.get_slice("cell_guide")[target],
            "token": file.get_slice("token")[target][history],
            "geometry": file.get_slice("geometry")[target][history],
            "covered": file.get_slice("covered")[target][history],
            "borrowed": file.get_slice("borrowed")[target][history],
            "material": ids,
            "source_material": torch.cat(source_ids),
            "words": file.get_slice("words")[target],
            "place": torch.tensor([int(path.stem), target, *seen, 0, 0]),
        }


def crop(sample: dict[str, Tensor], top: int, left: int, rows: int, columns: int) -> dict[str, Tensor]:
    """The sample with only these cells of its target; what memory gathers for them is what it was."""
    h, w = sample["cell_guide"].shape[-2:]

    def cells(field: Tensor) -> Tensor:
        """Of [..., h*w]."""
        return field.unflatten(-1, (h, w))[..., top : top + rows, left : left + columns].flatten(-2)

    def fine(x: Tensor) -> Tensor:
        """Of [..., H, W]."""
        stop = STRIDE * (top + rows), STRIDE * (left + columns)
        return x[..., STRIDE * top : stop[0], STRIDE * left : stop[1]]

    cut = {name: cells(sample[name]) for name in ("token", "geometry", "covered", "borrowed", "material")}
    cut["cell_guide"] = cells(sample["cell_guide"].flatten(-2)).unflatten(-1, (rows, columns))
    cut["pixel_guide"] = fine(sample["pixel_guide"])
    cut["place"] = torch.cat([sample["place"][:-2], torch.tensor([top, left])])
    cut["target"] = fine(sample["target"].movedim(-1, 0)).movedim(0, -1)
    return sample | cut


def collate(samples: list[dict[str, Tensor]], device: torch.device | str = "cpu") -> Batch:
    return ready(stack(samples), device)


def stack(samples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The samples as they are stored, with B in front."""
    return {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}


def ready(stored: dict[str, Tensor], device: torch.device | str) -> Batch:
    """Stacked samples on the device, as the networks want them: what travels is as small as what is stored."""
    there = {name: tensor.to(device, non_blocking=True) for name, tensor in stored.items() if name != "place"}
    b, (h, w) = len(there["target"]), there["cell_guide"].shape[-2:]
    return Batch(
        target=there["target"].permute(0, 3, 1, 2).float() / 255,
        sources=there["sources"].permute(0, 1, 4, 2, 3).float() / 255,
        pixel_guide=there["pixel_guide"].float(),
        cell_guide=there["cell_guide"].float(),
        token=there["token"].long(),
        geometry=there["geometry"].float().view(b, CANDIDATES, GEOMETRY, h, w),
        covered=there["covered"].float().view(b, 1, h, w),
        borrowed=there["borrowed"].float().view(b, 1, h, w),
        materials=int(max(stored["material"].max(), stored["source_material"].max())) + 1,
        material=there["material"].long(),
        source_material=there["source_material"].long().flatten(1),
        words=there["words"].float().view(b, len(WORDS)),
        place=stored["place"],
    )
