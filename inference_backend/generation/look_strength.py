"""How far unseen surfaces follow the look that memory holds: a blend of latents with it and without it.

The blend is that of classifier-free guidance (Ho & Salimans, arXiv 2207.12598) with a scale from 0 to 1, where the
condition is what memory says of surfaces other than the cell's own. What was seen stays as it was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..memory.moments import Moments
from ..models.protocol import Engine, FrameView, Knowledge


def following(engine: Engine, strength: float) -> Engine:
    """`engine`, whose unseen surfaces follow the look as far as `strength` (0..1) says: 1 is the engine itself."""
    return engine if strength >= 1 else _Partly(engine, strength)


def withheld(knowledge: Knowledge) -> Knowledge:
    """Without the look as a whole, the palettes of materials, and what unseen cells borrow from elsewhere."""
    readout, tokens = knowledge.readout, knowledge.tokens
    borrowed = readout.borrowed
    own = replace(
        readout,
        token=torch.where(borrowed[:, None], -1, readout.token),
        geometry=readout.geometry * ~borrowed[:, None, None],
        borrowed=torch.zeros_like(borrowed),
    )
    nothing = Moments(tokens.feature.shape[-1], tokens.feature.device)
    return replace(knowledge, readout=own, moments=nothing)


class _Partly:
    """See `following`. Asks the engine twice where a frame has unseen cells."""

    def __init__(self, engine: Engine, strength: float) -> None:
        self.spec, self.weights_hash, self.device = engine.spec, engine.weights_hash, engine.device
        self.latent_space = engine.latent_space
        self._engine = engine
        self._strength = strength

    def encode(self, rgb: NDArray[np.uint8]) -> Tensor:
        return self._engine.encode(rgb)

    def refine(self, view: FrameView, knowledge: Knowledge) -> Tensor:
        return self._blend(knowledge, lambda told: self._engine.refine(view, told))

    def generate(self, view: FrameView, knowledge: Knowledge, steps: int, seed: int) -> Tensor:
        return self._blend(knowledge, lambda told: self._engine.generate(view, told, steps, seed))

    def decode(self, latents: Tensor, view: FrameView) -> NDArray[np.uint8]:
        return self._engine.decode(latents, view)

    def _blend(self, knowledge: Knowledge, make: Callable[[Knowledge], Tensor]) -> Tensor:
        followed = make(knowledge)
        seen = knowledge.readout.covered
        if bool(seen.all()):
            return followed
        blended = torch.lerp(make(withheld(knowledge)), followed, self._strength)
        return torch.where(seen.view(followed.shape[-2:]), followed, blended)
