"""The real previz networks at random weights: everything but good pictures."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from inference_backend.models.previz.autoencoder import Decoder, Encoder
from inference_backend.models.previz.denoiser import Denoiser
from inference_backend.models.previz.engine import PrevizEngine
from inference_backend.models.previz.model import PrevizModel


def random_engine() -> PrevizEngine:
    """Always the same one. Shaken: networks that start as the identity would pass every test of indifference."""
    torch.manual_seed(0)
    return PrevizEngine(_shaken(PrevizModel()), "random")


class CountingEngine(PrevizEngine):
    """The same architecture with few channels, for tests of what is asked of an engine and how often."""

    def __init__(self, weights: str = "small") -> None:
        torch.manual_seed(0)
        model = PrevizModel()
        model.encoder, model.decoder = Encoder(16, 1), Decoder(16, 1)
        model.denoiser = Denoiser(16, (16, 24))
        super().__init__(_shaken(model), weights)
        self.calls: Counter[str] = Counter()

    def encode(self, *arguments: Any) -> Any:
        self.calls["encode"] += 1
        return super().encode(*arguments)

    def refine(self, *arguments: Any) -> Any:
        self.calls["refine"] += 1
        return super().refine(*arguments)

    def generate(self, *arguments: Any) -> Any:
        self.calls["generate"] += 1
        return super().generate(*arguments)

    def decode(self, *arguments: Any) -> Any:
        self.calls["decode"] += 1
        return super().decode(*arguments)


def _shaken(model: PrevizModel) -> PrevizModel:
    for parameter in model.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return model
