"""A denoiser's condition with parts of it withheld, for ablation: what a part is worth is what is lost without it."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..memory.read import PRESENT
from ..models.previz.denoiser import Condition
from .config import TrainingConfig

SHADING = slice(7, 11)
"""Light and occlusion among the channels of `models.previz.guide.cell_guide`."""


def withhold(condition: Condition, config: TrainingConfig) -> Condition:
    """The condition without what `config` withholds; zeros are how the networks know what is not there."""
    if config.candidates != "all":
        features, geometry = _CANDIDATES[config.candidates](condition.features, condition.geometry)
        condition = replace(condition, features=features, geometry=geometry)
    if config.candidates == "none":
        nothing = torch.zeros_like(condition.look)
        condition = replace(condition, look=nothing, palette=torch.zeros_like(condition.palette))
    if not config.palette:
        condition = replace(condition, palette=torch.zeros_like(condition.palette))
    if not config.shading:
        guide = condition.guide.clone()
        guide[:, SHADING] = 0
        condition = replace(condition, guide=guide)
    return condition


def _nearest(features: Tensor, geometry: Tensor) -> tuple[Tensor, Tensor]:
    first = torch.zeros_like(geometry[:, :, :1])
    first[:, 0] = 1
    return features * first, geometry * first


def _mean(features: Tensor, geometry: Tensor) -> tuple[Tensor, Tensor]:
    """One candidate that is all of them, and lies nowhere."""
    present = geometry[:, :, PRESENT : PRESENT + 1]
    mean = (features * present).sum(1) / present.sum(1).clamp_min(1)
    pooled, lies = torch.zeros_like(features), torch.zeros_like(geometry)
    pooled[:, 0] = mean
    lies[:, 0, PRESENT] = present.amax(1)[:, 0]
    return pooled, lies


def _none(features: Tensor, geometry: Tensor) -> tuple[Tensor, Tensor]:
    return torch.zeros_like(features), torch.zeros_like(geometry)


_CANDIDATES = {"nearest": _nearest, "mean": _mean, "none": _none}
