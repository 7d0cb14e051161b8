"""The cells of a latent grid as tensors: the part of a G-buffer that memory and models need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from ..greybox.gbuffer import GBuffer


@dataclass(frozen=True)
class Cells:
    """N cells of one or more frames, flattened in row order. Rest space of each cell's anchor; metres."""

    anchor: Tensor
    """[N] int32; 0 = sky, whose rest position is a unit direction."""
    material: Tensor
    """[N] int32."""
    position: Tensor
    """[N,3] rest position."""
    normal: Tensor
    """[N,3] rest normal of the side seen."""
    view: Tensor
    """[N,3] unit direction to the camera, rest space."""
    du: Tensor
    """[N,3] change of the rest position for one cell to the right."""
    dv: Tensor
    """[N,3] for one cell down."""
    purity: Tensor
    """[N] share of the cell that belongs to its anchor."""

    def __len__(self) -> int:
        return len(self.anchor)

    @classmethod
    def from_gbuffer(cls, gbuffer: GBuffer, device: torch.device | str = "cpu") -> Cells:
        def flat(field: np.ndarray, width: int = 0) -> Tensor:
            shaped = field.reshape(-1, width) if width else field.reshape(-1)
            return torch.from_numpy(np.ascontiguousarray(shaped)).to(device)

        return cls(
            anchor=flat(gbuffer.anchor),
            material=flat(gbuffer.material),
            position=flat(gbuffer.rest_position, 3),
            normal=flat(gbuffer.rest_normal, 3),
            view=flat(gbuffer.view, 3),
            du=flat(gbuffer.du, 3),
            dv=flat(gbuffer.dv, 3),
            purity=flat(gbuffer.purity),
        )

    def footprint(self) -> Tensor:
        """[N] metres (sky: radians): the longer side of the cell on its surface. The longer one, so that a neighbour
        in the same view is never farther away than the footprint, however grazing the view."""
        return torch.maximum(self.du.norm(dim=-1), self.dv.norm(dim=-1)).clamp_min(1e-6)

    def select(self, rows: Tensor | slice) -> Cells:
        return Cells(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @classmethod
    def join(cls, parts: Iterable[Cells]) -> Cells:
        listed = list(parts)
        return cls(**{field.name: torch.cat([getattr(part, field.name) for part in listed]) for field in fields(cls)})
