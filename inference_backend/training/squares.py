"""What the autoencoder learns from: squares of plain pictures, and of views with their G-buffer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from ..errors import InvalidRequest
from ..models.previz.guide import PIXEL_CHANNELS
from .dataset import CachedSets

HELD_OUT_SHARE = 16
"""The first of this many parts of every file of pictures is never trained on."""

GAINS = 0.7, 1.3


@dataclass(frozen=True)
class Squares:
    """B samples as they are stored."""

    rgb: Tensor
    """[B,S,S,3] uint8."""
    guide: Tensor
    """[B,9,S,S] float16; zero for a plain picture."""

    gain: Tensor
    """[B,3] what red, green and blue are scaled by."""

    def pinned(self) -> Squares:
        return Squares(self.rgb.pin_memory(), self.guide.pin_memory(), self.gain.pin_memory())

    def to(self, device: torch.device | str) -> tuple[Tensor, Tensor]:
        """rgb [B,3,S,S] 0..1 and guide [B,9,S,S], float32."""
        rgb, guide, gain = (x.to(device, non_blocking=True) for x in (self.rgb, self.guide, self.gain))
        return (rgb.permute(0, 3, 1, 2).float() / 255 * gain[:, :, None, None]).clamp(0, 1), guide.float()


class Pictures:
    """The plain pictures in a folder: `pictures-*.safetensors`, each a tensor `rgb` [N,H,W,3] uint8."""

    def __init__(self, folder: Path | None, held_out: bool = False) -> None:
        self.rows: list[tuple[Path, int]] = []
        for path in sorted(folder.glob("pictures-*.safetensors")) if folder else ():
            with safe_open(path, "pt") as file:
                count = file.get_slice("rgb").get_shape()[0]
            kept = -(-count // HELD_OUT_SHARE)
            self.rows += [(path, i) for i in (range(kept) if held_out else range(kept, count))]

    def square(self, row: int, side: int, rng: np.random.Generator) -> Tensor:
        """[side,side,3] uint8 from anywhere in a picture, mirrored at times. Raises InvalidRequest where none fits."""
        path, index = self.rows[row]
        with safe_open(path, "pt") as file:
            stored = file.get_slice("rgb")
            _, height, width, _ = stored.get_shape()
            if min(height, width) < side:
                raise InvalidRequest(
                    f"The pictures in {path.name} are {width}x{height} pixels, smaller than squares of {side}.",
                    f"Set picture_size to {min(height, width)} or less.",
                )
            y, x = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
            square = stored[index, y : y + side, x : x + side]
        return square.flip(1) if rng.random() < 0.5 else square

    def whole(self, row: int) -> Tensor:
        """[H,W,3] uint8."""
        path, index = self.rows[row]
        with safe_open(path, "pt") as file:
            return file.get_slice("rgb")[index]


def draw(
    sets: CachedSets,
    pictures: Pictures,
    count: int,
    side: int,
    share: float,
    rng: np.random.Generator,
    recolour: float = 0.0,
) -> Squares:
    """`count` random squares of `side` pixels, of which `share` are of plain pictures (all or none where there is only
    one kind), and of any the share `recolour` in other colours."""
    plain = round(share * count) if sets.paths else count
    plain = plain if pictures.rows else 0
    rgb = [pictures.square(int(rng.integers(len(pictures.rows))), side, rng) for _ in range(plain)]
    guide = [torch.zeros(PIXEL_CHANNELS, side, side, dtype=torch.float16)] * plain
    for _ in range(count - plain):
        square, shapes = _view(sets.paths[int(rng.integers(len(sets.paths)))], side, rng)
        rgb.append(square)
        guide.append(shapes)
    gain = np.where(rng.random((count, 1)) < recolour, rng.uniform(*GAINS, (count, 3)), 1).astype(np.float32)
    return Squares(torch.stack(rgb), torch.stack(guide), torch.from_numpy(gain))


def _view(path: Path, side: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A square of a random view of a set: [side,side,3] uint8 and its guide [9,side,side]."""
    with safe_open(path, "pt") as file:
        rgb, guide = file.get_slice("rgb"), file.get_slice("pixel_guide")
        views, height, width, _ = rgb.get_shape()
        if min(height, width) < side:
            raise InvalidRequest(
                f"Set {path.stem} has views of {width}x{height} pixels, smaller than squares of {side}.",
                f"Set picture_size to {min(height, width)} or less.",
            )
        view, y, x = (int(rng.integers(n)) for n in (views, height - side + 1, width - side + 1))
        rows, columns = slice(y, y + side), slice(x, x + side)
        return rgb[view, rows, columns], guide[view, :, rows, columns]
