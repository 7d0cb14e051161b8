"""Reading: each target cell gathers the stored tokens nearest to *its own* surface point.

Nothing is splatted: a token of another object, of the wall's other side or of what stands behind can not be read, and
a hole is exactly a surface that nobody saw. The cost follows the cells asked, not the tokens stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .cells import Cells
from .directions import from_octahedral, roll_angle
from .index import TokenIndex, level_of
from .tokens import Tokens

CANDIDATES = 4
GEOMETRY = 9
"""Numbers that tell how a candidate lies to its cell; see `ReadOut.geometry`."""

LEVELS_FINER, LEVELS_COARSER = 2, 3
"""How many levels finer and coarser than the cell are searched: from a quarter to eight times its footprint."""
MIN_NORMAL_DOT = 0.5
COVERED_DISTANCE = 1.0


@dataclass(frozen=True)
class ReadOut:
    """What memory knows of N cells."""

    token: Tensor
    """[N,K] int64 rows of the store, best first; -1 where there is none."""
    geometry: Tensor
    """[N,K,9] float32: offset right and down in target cells, log2 of (token's / cell's footprint), cosine between the
    two view directions, sine and cosine of the relative roll, cosine between the normals, confidence, 1 if present."""
    covered: Tensor
    """[N] bool: memory has seen this surface, closely enough to show it."""
    borrowed: Tensor
    """[N] bool: never seen; the candidates are those of its material elsewhere (see `exemplar`)."""

    def features(self, tokens: Tokens) -> Tensor:
        """[N,K,C] float32, zero where there is no candidate."""
        if len(tokens) == 0:
            return self.geometry.new_zeros(*self.token.shape, tokens.feature.shape[-1])
        gathered = tokens.feature[self.token.clamp_min(0)].float()
        return gathered * (self.token >= 0)[..., None]


def read(tokens: Tokens, index: TokenIndex, cells: Cells, candidates: int = CANDIDATES) -> ReadOut:
    """The best `candidates` tokens of each cell. The same on CPU and CUDA."""
    footprint = cells.footprint()
    query, token = _search(index, cells, footprint)
    known = tokens.select(token)
    geometry, distance = _relate(known, cells.select(query), footprint[query])
    fits = (known.anchor == cells.anchor[query]) & (geometry[:, 6] >= MIN_NORMAL_DOT)
    cost = distance + 0.5 * geometry[:, 2].abs() + (1 - geometry[:, 3]) + 0.5 * (1 - geometry[:, 7])
    query, token, geometry = query[fits], token[fits], geometry[fits]
    chosen = _best(query, token, cost[fits], len(cells), candidates)

    present = chosen >= 0
    rows = chosen.clamp_min(0)
    covered = torch.zeros(len(cells), dtype=torch.bool, device=footprint.device)
    covered[query[distance[fits] <= COVERED_DISTANCE]] = True
    if len(token) == 0:
        nothing = footprint.new_zeros(len(cells), candidates, GEOMETRY)
        return ReadOut(chosen, nothing, covered, torch.zeros_like(covered))
    return ReadOut(
        torch.where(present, token[rows], -1), geometry[rows] * present[..., None], covered, torch.zeros_like(covered)
    )


def _search(index: TokenIndex, cells: Cells, footprint: Tensor) -> tuple[Tensor, Tensor]:
    """(cell, token) pairs worth a look, over the levels round each cell's own."""
    level = level_of(footprint)
    stored = torch.tensor(index.levels, dtype=torch.long, device=level.device)
    found = []
    for step in range(-LEVELS_FINER, LEVELS_COARSER + 1):
        rows = torch.nonzero(torch.isin(level + step, stored))[:, 0]
        query, token = index.near(cells.anchor[rows].long(), cells.position[rows], level[rows] + step)
        found.append((rows[query], token))
    return torch.cat([query for query, _ in found]), torch.cat([token for _, token in found])


def _relate(known: Tokens, cell: Cells, footprint: Tensor) -> tuple[Tensor, Tensor]:
    """(geometry [P,9], distance [P]) of token and cell pairs; the distance is in the coarser of the two's steps."""
    delta = known.position - cell.position
    # Least squares of delta on the cell's two steps.
    uu, vv, uv = (cell.du**2).sum(-1), (cell.dv**2).sum(-1), (cell.du * cell.dv).sum(-1)
    du, dv = (delta * cell.du).sum(-1), (delta * cell.dv).sum(-1)
    determinant = (uu * vv - uv * uv).clamp_min(1e-20)
    right, down = (du * vv - dv * uv) / determinant, (dv * uu - du * uv) / determinant
    scale = torch.log2(known.footprint.float() / footprint)
    normal = from_octahedral(known.normal)
    roll = roll_angle(cell.du, normal) - known.roll.float()
    geometry = torch.stack(
        [
            right,
            down,
            scale,
            (from_octahedral(known.view) * cell.view).sum(-1),
            torch.sin(roll),
            torch.cos(roll),
            (normal * cell.normal).sum(-1),
            known.confidence.float(),
            torch.ones_like(right),
        ],
        -1,
    )
    return geometry, torch.hypot(right, down) / torch.exp2(scale).clamp_min(1)


def _best(query: Tensor, token: Tensor, cost: Tensor, cells: int, candidates: int) -> Tensor:
    """[cells, candidates] int64 rows of the pairs, cheapest first, -1 where there are no more.

    Cost and token row are packed into one integer, so that a minimum finds both: deterministic, ties to the older
    token.
    """
    none = torch.iinfo(torch.long).max
    bits = cost.clamp_min(0).float().view(torch.int32).long()
    ranked = bits << 32 | token
    by_rank = torch.argsort(ranked, stable=True)
    # Position in this order is unique, so it stands for the pair in the minima below.
    place = torch.empty_like(by_rank)
    place[by_rank] = torch.arange(len(by_rank), device=by_rank.device)
    chosen = []
    for _ in range(candidates):
        best = torch.full((cells,), none, dtype=torch.long, device=place.device)
        best.scatter_reduce_(0, query, place, "amin")
        found = best != none
        row = torch.full_like(best, -1)
        row[found] = by_rank[best[found]]
        chosen.append(row)
        place = place.scatter(0, row[found], none)
    return torch.stack(chosen, -1)
