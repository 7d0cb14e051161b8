"""Reading: each target cell gathers the stored tokens nearest to *its own* surface point.

Nothing is splatted: a token of another object, of the wall's other side or of what stands behind can not be read, and
a hole is exactly a surface that nobody saw. The cost follows the cells asked, not the tokens stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from .cells import Cells
from .directions import from_octahedral, roll_angle, tangent_frame
from .index import LEVEL_BIAS, Run, TokenIndex, level_of
from .tokens import Tokens

CANDIDATES = 4
GEOMETRY = 15
"""Numbers that tell how a candidate lies to its cell; see `ReadOut.geometry`."""
CONFIDENCE = 7
"""The one of them that is the token's confidence."""
PRESENT = 8
"""The one of them that is 1 where there is a candidate."""
INTO_TOKEN = 9
"""The first of the six that map the cell into the token's own picture."""
MAX_STEPS = 16.0
"""How far into a token's neighbourhood the map is told."""

LEVELS = ((0, 0), (1, -1), (-1, 1), (-2, -2), (2, 2), (3, 3))
"""Levels of detail in the order in which they are searched, as steps from the cell's own: for cells whose footprint is
nearer to the next coarser level, and to the next finer. Where they do not cover a cell, ever finer ones are searched:
who steps back sees what he saw from near."""
LOWEST = min(min(steps) for steps in LEVELS)
ALWAYS = 2
"""So many are always searched, and the others until the cell is covered and has its candidates."""
MIN_NORMAL_DOT = 0.5
COVERED_DISTANCE = 1.0
"""A cell is covered by a token within so many steps of the coarser of the two."""
COVERED_FOOTPRINTS = 0.5
"""Or within so many footprints: the steps of a slanted cell are short one way."""
SHARP = 1.0
"""A token up to so many levels coarser shows a cell as sharply as it can be shown; what is known only from farther away
is worth a token more."""


@dataclass(frozen=True)
class ReadOut:
    """What memory knows of N cells."""

    token: Tensor
    """[N,K] int64 rows of the store, best first; -1 where there is none."""
    geometry: Tensor
    """[N,K,15] float32: offset right and down in target cells, log2 of (token's / cell's footprint), cosine between the
    two view directions, sine and cosine of the relative roll, cosine between the normals, confidence, 1 if present;
    then the affine map from the cell into the token, in cells of the view that made the token: where the cell's centre
    lies from the token's (right, down), and what a step to the right (2) and a step down (2) in the cell is there."""
    covered: Tensor
    """[N] bool: memory has seen this surface, closely enough to show it."""
    borrowed: Tensor
    """[N] bool: never seen; the candidates are those of its material elsewhere (see `exemplar`)."""
    shared: Tensor
    """[N] bool: covered, by what was seen on a copy of the object (see `copies`)."""

    @property
    def sharp(self) -> Tensor:
        """[N] bool: covered, and not only by tokens much coarser than the cell."""
        near = (self.geometry[..., 2] <= SHARP) & (self.token >= 0)
        return self.covered & near.any(1)

    def features(self, tokens: Tokens) -> Tensor:
        """[N,K,C] float32, zero where there is no candidate."""
        if len(tokens) == 0:
            return self.geometry.new_zeros(*self.token.shape, tokens.feature.shape[-1])
        gathered = tokens.feature[self.token.clamp_min(0)].float()
        return gathered * (self.token >= 0)[..., None]

    def select(self, rows: Tensor) -> ReadOut:
        return ReadOut(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def put(self, rows: Tensor, other: ReadOut) -> ReadOut:
        """With `other` [M cells] in the place of `rows` [M] int64."""
        return ReadOut(
            **{
                field.name: getattr(self, field.name).index_put((rows,), getattr(other, field.name))
                for field in fields(self)
            }
        )


def read(tokens: Tokens, index: TokenIndex, cells: Cells, candidates: int = CANDIDATES) -> ReadOut:
    """The best `candidates` tokens of each cell: the same on CPU (compiled, see `kernel`) and elsewhere (torch).

    The best are those of the least sum of: distance in the coarser of the two's steps, half the difference in level of
    detail, one minus the cosine between the views, half the doubt, and the token's rank (see `retain`).
    """
    reader = read_compiled if cells.position.device.type == "cpu" else read_torch
    return reader(tokens, index, cells, candidates)


def read_compiled(tokens: Tokens, index: TokenIndex, cells: Cells, candidates: int) -> ReadOut:
    """`read` of cells on the CPU."""
    from . import kernel

    found = kernel.search(
        [run.table for run in index.runs],
        cells,
        candidates,
        kernel.Rules(
            ALWAYS,
            np.array(LEVELS),
            LOWEST,
            index.levels[0] if index.levels else LEVEL_BIAS,
            np.float32(MIN_NORMAL_DOT),
            (np.float32(COVERED_DISTANCE), np.float32(COVERED_FOOTPRINTS)),
        ),
    )
    token, geometry, covered = (torch.from_numpy(array) for array in found)
    none = torch.zeros_like(covered)
    if len(tokens) == 0:
        return ReadOut(token, torch.nn.functional.pad(geometry, (0, GEOMETRY - INTO_TOKEN)), covered, none, none)
    geometry = torch.cat([geometry, into_token(tokens, token, cells)], -1)
    return ReadOut(token, geometry, covered, none, none)


def read_torch(tokens: Tokens, index: TokenIndex, cells: Cells, candidates: int) -> ReadOut:
    """The same on any device, by whole-array operations."""
    footprint = cells.footprint()
    token, covered = _gather(index, cells, footprint, candidates)
    none = torch.zeros_like(covered)
    if len(tokens) == 0:
        return ReadOut(token, footprint.new_zeros(*token.shape, GEOMETRY), covered, none, none)
    return ReadOut(token, describe(tokens, token, cells), covered, none, none)


def _gather(index: TokenIndex, cells: Cells, footprint: Tensor, candidates: int) -> tuple[Tensor, Tensor]:
    """(tokens [N,K] int64, covered [N] bool)."""
    exact = torch.log2(footprint)
    level = level_of(footprint)
    column = (exact - level < 0.5).long()
    cost = torch.zeros(0, device=footprint.device)
    query = token = torch.zeros(0, dtype=torch.long, device=footprint.device)
    covered = torch.zeros(len(cells), dtype=torch.bool, device=footprint.device)
    for stage, steps in enumerate(_stages(index, level)):
        count = torch.bincount(query, minlength=len(cells))
        done = covered & (count >= candidates) if stage < len(LEVELS) else covered
        open_ = torch.nonzero(~done if stage >= ALWAYS else torch.ones_like(covered))[:, 0]
        at = level[open_] + torch.tensor(steps, device=level.device)[column[open_]]
        for run in index.runs:
            rows, near, costs, covers = _offers(run, cells, footprint, open_, at)
            covered[rows[covers]] = True
            query, token, cost = torch.cat([query, rows]), torch.cat([token, near]), torch.cat([cost, costs])
    return _best(query, token, cost, len(cells), candidates), covered


def _stages(index: TokenIndex, level: Tensor) -> Sequence[tuple[int, int]]:
    """LEVELS and ever finer ones, as far as the index has any for one of the cells' levels."""
    if not index.levels or len(level) == 0:
        return ()
    finer = range(LOWEST - 1, index.levels[0] - int(level.max()) - 1, -1)
    return *LEVELS, *((step, step) for step in finer)


def _offers(
    run: Run, cells: Cells, footprint: Tensor, rows: Tensor, level: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(cells, tokens, costs, whether they cover) [P] of what the levels [R] of one run offer to the cells `rows`
    [R]."""
    stored = torch.tensor(run.levels, dtype=torch.long, device=level.device)
    some = torch.nonzero(torch.isin(level, stored))[:, 0]
    rows = rows[some]
    query, place = run.near(cells.anchor[rows].long(), cells.position[rows], level[some])
    rows = rows[query]
    cell, ids, at, codes = cells.select(rows), run.ids[place].long(), run.place[place], run.codes[place]
    right, down = _offset(at[:, :3], cell)
    distance = torch.sqrt(right**2 + down**2) / (at[:, 3] / footprint[rows]).clamp_min(1)
    level, confidence, rank = run.worth[place].unbind(-1)
    seen = (from_octahedral(codes[:, 2:4]) * cell.view).sum(-1)
    scale = level - torch.log2(footprint[rows])
    cost = distance + 0.5 * scale.abs() + 0.5 * (1 - confidence) + rank + (1 - seen)
    facing = (from_octahedral(codes[:, :2]) * cell.normal).sum(-1)
    fits = (ids[:, 0] == cell.anchor) & (facing >= MIN_NORMAL_DOT)
    apart = (at[:, :3] - cell.position).norm(dim=-1)
    covers = (distance <= COVERED_DISTANCE) | (apart <= COVERED_FOOTPRINTS * torch.maximum(at[:, 3], footprint[rows]))
    return rows[fits], ids[fits, 1], cost[fits], covers[fits]


def _offset(position: Tensor, cell: Cells) -> tuple[Tensor, Tensor]:
    """How many of the cell's steps right and down a position [P,3] lies, by least squares."""
    delta = position - cell.position
    uu, vv, uv = (cell.du**2).sum(-1), (cell.dv**2).sum(-1), (cell.du * cell.dv).sum(-1)
    du, dv = (delta * cell.du).sum(-1), (delta * cell.dv).sum(-1)
    determinant = (uu * vv - uv * uv).clamp_min(1e-20)
    return (du * vv - dv * uv) / determinant, (dv * uu - du * uv) / determinant


def describe(tokens: Tokens, token: Tensor, cells: Cells) -> Tensor:
    """[N,K,15] how the candidates `token` [N,K] of each cell lie to it, see `ReadOut.geometry`; zeros for those of
    -1."""
    rows = torch.arange(len(cells), device=token.device).repeat_interleave(token.shape[1])
    related = _relate(tokens.select(token.clamp_min(0).flatten()), cells.select(rows), cells.footprint()[rows])
    known = related.view(*token.shape, INTO_TOKEN) * (token >= 0)[..., None]
    return torch.cat([known, into_token(tokens, token, cells)], -1)


def _relate(known: Tokens, cell: Cells, footprint: Tensor) -> Tensor:
    """[P,9] geometry of token and cell pairs, as far as the search knows it."""
    right, down = _offset(known.position, cell)
    normal = from_octahedral(known.normal)
    roll = roll_angle(cell.du, normal) - known.roll.float()
    return torch.stack(
        [
            right,
            down,
            torch.log2(known.footprint.float() / footprint),
            (from_octahedral(known.view) * cell.view).sum(-1),
            torch.sin(roll),
            torch.cos(roll),
            (normal * cell.normal).sum(-1),
            known.confidence.float(),
            torch.ones_like(right),
        ],
        -1,
    )


def into_token(tokens: Tokens, token: Tensor, cells: Cells) -> Tensor:
    """[N,K,6] the map from each cell into its candidates `token` [N,K]; zeros where there is none."""
    there = token >= 0
    rows = token.clamp_min(0).flatten()
    first, second = tangent_frame(from_octahedral(tokens.normal[rows]))
    shape = (*token.shape, 3)
    first, second = first.view(shape), second.view(shape)
    a, b, c, d = tokens.frame[rows].float().view(*token.shape, 4).unbind(-1)
    area = a * d - b * c
    # A cell seen edge-on has none: keep the sign and divide by something.
    area = torch.where(area.abs() < 1e-14, torch.where(area < 0, -1e-14, 1e-14), area)
    away = cells.position[:, None] - tokens.position[rows].view(shape)
    parts = []
    for vector in (away, cells.du[:, None], cells.dv[:, None]):
        along, across = (vector * first).sum(-1), (vector * second).sum(-1)
        parts += [(along * d - across * c) / area, (across * a - along * b) / area]
    return torch.stack(parts, -1).clamp(-MAX_STEPS, MAX_STEPS) * there[..., None]


def _best(query: Tensor, token: Tensor, cost: Tensor, cells: int, candidates: int) -> Tensor:
    """[cells, candidates] int64 tokens of the pairs, cheapest first, -1 where there are no more.

    Cost and token are packed into one integer, so that a minimum finds both: deterministic, ties to the older token.
    """
    none = torch.iinfo(torch.long).max
    # Of floats that are not negative, the bits rise with the value.
    ranked = cost.clamp_min(0).float().view(torch.int32).long() << 32 | token
    chosen = []
    for _ in range(candidates):
        best = torch.full((cells,), none, dtype=torch.long, device=ranked.device)
        best.scatter_reduce_(0, query, ranked, "amin")
        ranked = torch.where(ranked == best[query], none, ranked)
        chosen.append(torch.where(best == none, -1, best & 0xFFFFFFFF))
    return torch.stack(chosen, -1)
