"""The real previz networks at random weights: everything but good pictures."""

from __future__ import annotations

import torch

from inference_backend.models.previz.engine import PrevizEngine
from inference_backend.models.previz.model import PrevizModel


def random_engine() -> PrevizEngine:
    """Always the same one. Shaken: networks that start as the identity would pass every test of indifference."""
    torch.manual_seed(0)
    model = PrevizModel()
    for parameter in model.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return PrevizEngine(model, "random")
