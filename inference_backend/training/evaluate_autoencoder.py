"""Figures and pictures of the autoencoder on what was held out: views of sets, and plain pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import safe_open
from torch import Tensor

from ..models.previz.autoencoder import STRIDE
from ..models.previz.guide import PIXEL_CHANNELS
from ..models.previz.model import PrevizModel
from .dataset import CachedSets
from .equivariance import Move, moved
from .losses import psnr, sharpness
from .squares import Pictures

VIEW = 1
"""Of a held-out set: the one that is shown."""


def autoencoder_figures(
    model: PrevizModel, sets: CachedSets, pictures: Pictures, device: str, most: int
) -> dict[str, float]:
    """Means of PSNR (dB) and sharpness ratio: views with guide (`autoencoder`) and without (`unguided`), plain pictures
    (`picture`), and views whose latents were shifted by half a cell (`shifted`)."""
    found: dict[str, list[float]] = {}

    def add(name: str, made: Tensor, truth: Tensor) -> None:
        found.setdefault(f"{name}_psnr", []).append(float(psnr(made, truth)))
        found.setdefault(f"{name}_sharpness", []).append(float(sharpness(made, truth)))

    for rgb, guide in views(sets, device, most):
        made = decode(model, rgb, guide)
        add("autoencoder", made[0], rgb)
        add("unguided", made[1], rgb)
        add("shifted", *made[2:])
    for rgb in _plain(pictures, device, most):
        add("picture", decode(model, rgb, None)[1], rgb)
    return {name: float(np.mean(values)) for name, values in found.items()}


def autoencoder_sheet(
    model: PrevizModel, sets: CachedSets, pictures: Pictures, device: str, rows: int = 4
) -> Image.Image | None:
    """One row a view or picture: the truth, decoded with its guide, decoded without, and the square of the half-cell
    shift. None where nothing was held out."""
    lines = []
    for rgb, guide in [*views(sets, device, rows), *((rgb, None) for rgb in _plain(pictures, device, rows))]:
        guided, plain, shifted, _ = decode(model, rgb, guide)
        square = F.pad(shifted, (0, 0, 0, rgb.shape[2] - shifted.shape[2]))
        lines.append(torch.cat([x[0].clamp(0, 1) for x in (rgb, guided, plain, square)], 2).cpu())
    if not lines:
        return None
    width = max(line.shape[2] for line in lines)
    sheet = torch.cat([F.pad(line, (0, width - line.shape[2])) for line in lines], 1)
    return Image.fromarray((sheet.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8))


def decode(model: PrevizModel, rgb: Tensor, guide: Tensor | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of a picture rgb [1,3,H,W]: decoded with its guide, without, from latents that were shifted by half a cell right
    and down (a square), and the truth of that."""
    none = rgb.new_zeros(1, PIXEL_CHANNELS, *rgb.shape[2:])
    with torch.no_grad(), torch.autocast(rgb.device.type, torch.bfloat16):
        latents = model.encoder(rgb)
        plain = model.decoder(latents, none).float()
        guided = plain if guide is None else model.decoder(latents, guide).float()
        side = min(latents.shape[2:]) - 1
        move = Move(torch.full((1, 2), 0.5), torch.ones(1), [0], [False])
        with torch.autocast(rgb.device.type, enabled=False):
            truth, between = moved(rgb, move, side, STRIDE), moved(latents.float(), move, side)
        shifted = model.decoder(between, none[..., : STRIDE * side, : STRIDE * side]).float()
    return guided, plain, shifted, truth


def views(sets: CachedSets, device: str, most: int) -> Iterator[tuple[Tensor, Tensor]]:
    """One view of each set: rgb [1,3,H,W] 0..1 and guide [1,9,H,W]."""
    for path in sets.paths[:most]:
        with safe_open(path, "pt") as file:
            rgb, guide = (file.get_slice(name)[VIEW].to(device) for name in ("rgb", "pixel_guide"))
        yield _whole_cells(rgb.permute(2, 0, 1)[None].float() / 255), _whole_cells(guide[None].float())


def _plain(pictures: Pictures, device: str, most: int) -> Iterator[Tensor]:
    every = max(1, len(pictures.rows) // max(1, most))
    for row in range(0, len(pictures.rows), every)[:most]:
        yield _whole_cells(pictures.whole(row).to(device).permute(2, 0, 1)[None].float() / 255)


def _whole_cells(x: Tensor) -> Tensor:
    height, width = (size - size % STRIDE for size in x.shape[2:])
    return x[..., :height, :width]
