"""What stays in memory where several pictures show one surface, and where the budget ends.

Takes write only what memory did not know, so their tokens hardly overlap; pictures (seed views) are written whole. The
newest picture of a place is what the filmmaker wants to see there: older tokens stay, ranked behind it, so that they
serve where it has none. Behind enough newer pictures of the same place *from the same side* a token is dropped. The
size of memory therefore follows the surface, not the number of pictures and takes.

Nothing is decided on the disk: a segment is whole for ever, and reverting the picture brings back what it outranked.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .directions import from_octahedral
from .index import token_keys
from .tokens import Tokens

MAX_RANK = 2
"""Ranks beyond count as this."""
PICTURES_A_SIDE = 3
"""As many pictures of one place from one side are kept."""
_SIDE_BITS = 5


def newer_pictures(tokens: Tokens, order: Tensor, pictures: Sequence[int]) -> tuple[Tensor, Tensor]:
    """How many newer pictures show what each token shows, and how many of them from its side: two [N] int64.

    order: [N] int64, the place in the world's history of the commit that each token comes from.
    pictures: the places of the seed views.
    """
    none = torch.zeros(len(tokens), dtype=torch.long, device=order.device)
    older = [picture for picture in pictures if bool((order < picture).any())]
    if not older:
        return none, none
    rows = torch.nonzero(torch.isin(order, torch.tensor(older, device=order.device)))[:, 0]
    shown = tokens.select(rows)
    # A surface that recedes changes its level somewhere, and there two pictures need not agree on where.
    spread = torch.cat([token_keys(shown, step) for step in (-1, 0, 1)])
    of = order[rows].repeat(3)
    places, sides = token_keys(tokens), _sides(tokens)
    anywhere = _count_newer(spread, of, places, order)
    return anywhere, _count_newer(_aside(spread, sides[rows].repeat(3)), of, _aside(places, sides), order)


def retained(tokens: Tokens, order: Tensor, pictures: Sequence[int], limit: int) -> tuple[Tensor, Tensor]:
    """(rows [M] of the tokens that stay, ascending; their ranks [M] int64), at most `limit` of them: those with least
    confidence and highest rank go first, of equals the youngest."""
    anywhere, aside = newer_pictures(tokens, order, pictures)
    rank = anywhere.clamp_max(MAX_RANK)
    rows = torch.nonzero(aside < PICTURES_A_SIDE)[:, 0]
    rows = rows[most_worth(tokens.confidence[rows], rank[rows], limit)]
    return rows, rank[rows]


def most_worth(confidence: Tensor, rank: Tensor, limit: int) -> Tensor:
    """[M] int64 rows, ascending, of the at most `limit` tokens with most confidence and least rank, of equals the
    oldest. confidence, rank: [N]."""
    if len(rank) <= limit:
        return torch.arange(len(rank), device=rank.device)
    return torch.sort(confidence.float() - rank, descending=True, stable=True).indices[:limit].sort().values


def _sides(tokens: Tensor) -> Tensor:
    """[N] int64 from 0 to 25: which way, of the 26 from a cube's middle to its faces, edges and corners, the token was
    seen from."""
    view = from_octahedral(tokens.view)
    near = torch.round(view / view.abs().amax(-1, keepdim=True)).long() + 1
    return (near * torch.tensor([9, 3, 1], device=near.device)).sum(-1)


def _aside(places: Tensor, sides: Tensor) -> Tensor:
    """[N] int64 keys of place and side together; two that meet by chance are one in 2^58."""
    return ((places << _SIDE_BITS) ^ sides) * -7046029254386353131


def _count_newer(shown: Tensor, of: Tensor, asked: Tensor, order: Tensor) -> Tensor:
    """[N] int64: in how many commits above `order` the keys `asked` are `shown` [P]; `of` [P] tells in which."""
    keys = torch.unique(shown)
    commits = torch.unique(of)
    width = len(commits) + 1
    pairs = torch.unique(torch.searchsorted(keys, shown) * width + torch.searchsorted(commits, of))
    key = torch.searchsorted(keys, asked).clamp_max(len(keys) - 1)
    from_own = torch.searchsorted(commits, order, right=True)
    newer = torch.searchsorted(pairs, (key + 1) * width) - torch.searchsorted(pairs, key * width + from_own)
    return torch.where(keys[key] == asked, newer, 0)
