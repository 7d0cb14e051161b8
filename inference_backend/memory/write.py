"""Writing: latents of a frame become tokens on the surfaces that its cells see."""

from __future__ import annotations

import torch
from torch import Tensor

from .cells import Cells
from .directions import from_octahedral, in_plane, tangent_frame, to_octahedral
from .tokens import Tokens

MIN_PURITY = 0.5
"""A cell whose anchor holds less than this of it mixes two surfaces; its latent belongs to neither."""


def write(latents: Tensor, cells: Cells, keep: Tensor | None = None, source_confidence: float = 1.0) -> Tokens:
    """One token a cell.

    latents: [N,C], normalised model space, one a cell.
    keep: [N] bool, the cells worth a token (those that memory did not know); all where None.
    source_confidence: 0..1, what the latents deserve (a picture 1, a generated frame less).
    """
    rows = cells.purity >= MIN_PURITY
    if keep is not None:
        rows = rows & keep
    rows = torch.nonzero(rows)[:, 0]
    seen = cells.select(rows)
    normal = to_octahedral(seen.normal)
    plane = tangent_frame(from_octahedral(normal))
    facing = (seen.view * seen.normal).sum(-1).clamp(0.05, 1)
    return Tokens(
        anchor=seen.anchor,
        material=seen.material,
        position=seen.position,
        normal=normal,
        view=to_octahedral(seen.view),
        frame=torch.cat([in_plane(seen.du, *plane), in_plane(seen.dv, *plane)], -1).half(),
        confidence=(source_confidence * facing.sqrt() * seen.purity).half(),
        feature=latents[rows].half(),
    )
