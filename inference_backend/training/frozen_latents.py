"""Latents of views under an encoder that does not learn: each is made once, however often it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..models.previz.model import PrevizModel
from .dataset import Batch, CachedSets


@dataclass
class FrozenLatents:
    """Of the views of `sets`, a set at a time as one is drawn."""

    sets: CachedSets
    _known: dict[int, Tensor] = field(default_factory=dict)

    def of(self, model: PrevizModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """As `step.encode`: latents of the targets [B,C,h,w] and of the sources [B*S,C,h',w'], zero for a missing one.
        A target that is a part of its view has that part of its view's latents."""
        h, w = batch.cell_guide.shape[-2:]
        targets, sources = [], []
        for seed, target, *seen, top, left in batch.place.tolist():
            views = self.views(model, seed, batch.target.device)
            targets.append(views[target, :, top : top + h, left : left + w])
            sources += [views[i] if i >= 0 else torch.zeros_like(views[0]) for i in seen]
        return torch.stack(targets), torch.stack(sources)

    def views(self, model: PrevizModel, seed: int, device: torch.device) -> Tensor:
        """[V,C,h,w] of every view of a set."""
        if seed not in self._known:
            pictures = self.sets.pictures(seed).to(device, memory_format=torch.channels_last)
            with torch.no_grad():
                self._known[seed] = model.encoder(pictures)
        return self._known[seed]
