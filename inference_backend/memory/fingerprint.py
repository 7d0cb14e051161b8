"""What a read-out says, as a number: equal where the same tokens are read by the same cells.

Rows of the store change when commits come and go; contents do not. Sums and products of int64 wrap round the same way
on every device.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .read import ReadOut
from .tokens import Tokens

# Odd constants of splitmix64 (Steele et al., OOPSLA 2014), as signed numbers.
_A, _B, _C = -7046029254386353131, -4658895280553007687, -7723592293110705685


def fingerprint(readout: ReadOut, tokens: Tokens) -> str:
    """16 hexadecimal digits of what the cells of `readout` read from `tokens`, in their order."""
    cells, candidates = readout.token.shape
    if len(tokens) == 0 or cells == 0:
        return f"{cells:016x}"
    token = readout.token
    contents = _contents(tokens.select(token.clamp_min(0).flatten())).view(cells, candidates)
    contents = torch.where(token >= 0, contents, 0)
    place = torch.arange(1, cells * candidates + 1, device=token.device).view(cells, candidates)
    total = _mixed(contents + place * _A) * torch.where(readout.borrowed, _B, _C)[:, None]
    return f"{int(total.sum()) & 0xFFFFFFFFFFFFFFFF:016x}"


def _contents(tokens: Tokens) -> Tensor:
    """[N] int64."""
    words = [tokens.feature.contiguous().view(torch.int16), tokens.position.contiguous().view(torch.int32)]
    digest = torch.zeros(len(tokens), dtype=torch.long, device=tokens.anchor.device)
    for word in torch.cat([part.long() for part in words], -1).unbind(-1):
        digest = _mixed(digest * _B + word)
    return digest


def _mixed(value: Tensor) -> Tensor:
    value = (value ^ value >> 30) * _B
    value = (value ^ value >> 27) * _C
    return value ^ value >> 31
