"""The search of `read` as compiled loops for the CPU: the twin of its torch version, which runs everywhere else.

Neighbouring cells ask for the same eight voxels, so the buckets found last are kept for each level; and a level that
can hold nothing better than what was found is skipped. Whole-array operations can do neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .cells import Cells
from .index import LEVEL_BIAS, Run

_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 6.4)
_CELLS_A_THREAD = 1024
_LEVELS = 2 * LEVEL_BIAS
_HALF, _ONE = np.float32(0.5), np.float32(1)
_SIZES = np.exp2(np.arange(-LEVEL_BIAS, LEVEL_BIAS) + 2.0).astype(np.float32)  # of the voxels of each level
_compiled = numba.njit(cache=True, error_model="numpy")


class Table(NamedTuple):
    """A run and, by open addressing, where its buckets begin and end."""

    keys: NDArray[np.int64]
    """[S] -1 where a slot is free."""
    spans: NDArray[np.int32]
    """[S,2]."""
    shift: np.uint64
    ids: NDArray[np.int64]
    """[N,2] anchor, row of the store."""
    place: NDArray[np.float32]
    """[N,13] as `Run` has it."""


class Query(NamedTuple):
    """The cells."""

    ids: NDArray[np.int64]
    """[N,2] anchor, level."""
    place: NDArray[np.float32]
    """[N,16] position, normal, view, du, dv, footprint."""


class Best(NamedTuple):
    """What was found so far: candidates sorted, cheapest first, of equals the older token."""

    cost: NDArray[np.float32]
    token: NDArray[np.int64]
    covered: NDArray[np.bool_]


def table_of(run: Run) -> Table:
    keys, starts = (part.numpy() for part in run.buckets)
    bits = max(4, int(np.ceil(np.log2(len(keys) + 1))) + 1)
    slots, spans, shift = np.full(2**bits, -1, np.int64), np.zeros((2**bits, 2), np.int32), np.uint64(64 - bits)
    _fill(slots, spans, shift, keys, starts)
    return Table(slots, spans, shift, run.ids.numpy(), run.place.numpy())


def query_of(cells: Cells, footprint: Tensor, level: Tensor) -> Query:
    ids = torch.stack([cells.anchor.long(), level], 1)
    vectors = [cells.position, cells.normal, cells.view, cells.du, cells.dv, footprint[:, None]]
    return Query(ids.numpy(), torch.cat(vectors, 1).numpy())


def nothing_found(cells: int, candidates: int) -> Best:
    cost = np.full((cells, candidates), np.inf, np.float32)
    return Best(cost, np.full((cells, candidates), -1, np.int64), np.zeros(cells, np.bool_))


def search(
    table: Table, query: Query, best: Best, rows: NDArray[np.int64], steps: Sequence[int], min_normal: float
) -> None:
    """Improves `best` for the cells `rows` by the tokens `steps` levels away from each cell's own; on the threads that
    torch would take."""
    threads = max(1, min(torch.get_num_threads(), len(rows) // _CELLS_A_THREAD))
    order, dot = np.array(sorted(steps, key=abs), np.int64), np.float32(min_normal)
    if threads == 1:
        _search(table, query, best, rows, order, dot)
        return
    with ThreadPoolExecutor(threads) as pool:
        parts = np.array_split(rows, threads)
        list(pool.map(lambda part: _search(table, query, best, part, order, dot), parts))


@_compiled
def _fill(slots, spans, shift, keys, starts):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        slot = np.int64((np.uint64(keys[i]) * _HASH) >> shift)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = keys[i]
        spans[slot, 0], spans[slot, 1] = starts[i], starts[i + 1]


@_compiled
def _find(slots, shift, key):  # type: ignore[no-untyped-def]
    """Slot of `key`, or -1."""
    slot = np.int64((np.uint64(key) * _HASH) >> shift)
    while slots[slot] != key:
        if slots[slot] < 0:
            return -1
        slot = (slot + 1) & (len(slots) - 1)
    return slot


# Helpers take arrays, never a tuple of them, and elements are named one by one: taking an array out of a tuple, or a
# slice of one, counts references, which costs more than the work and makes threads wait for one another.


@_compiled
def _buckets(keys, shift, anchor, level, x, y, z, found, i):  # type: ignore[no-untyped-def]
    """Writes to found[i] the slots of the filled ones among the eight voxels from (x, y, z) on, keyed as in
    `index.pack`; returns how many."""
    head = (anchor & 0x3FFF) << 6 | (level + LEVEL_BIAS)
    count = 0
    for corner in range(8):
        key = head << 14 | ((x + (corner >> 2)) & 0x3FFF)
        key = key << 14 | ((y + (corner >> 1 & 1)) & 0x3FFF)
        key = key << 14 | ((z + (corner & 1)) & 0x3FFF)
        slot = _find(keys, shift, key)
        if slot >= 0:
            found[i, count] = slot
            count += 1
    return count


@_compiled
def _insert(costs, tokens, row, cost, token):  # type: ignore[no-untyped-def]
    at = costs.shape[1] - 1
    if cost > costs[row, at] or (cost == costs[row, at] and 0 <= tokens[row, at] < token):
        return
    while at > 0 and (costs[row, at - 1] > cost or (costs[row, at - 1] == cost and tokens[row, at - 1] > token)):
        costs[row, at], tokens[row, at] = costs[row, at - 1], tokens[row, at - 1]
        at -= 1
    costs[row, at], tokens[row, at] = cost, token


@_compiled
def _dot(a, i, k, b, j, m):  # type: ignore[no-untyped-def]
    return a[i, k] * b[j, m] + a[i, k + 1] * b[j, m + 1] + a[i, k + 2] * b[j, m + 2]


@_compiled
def _frame(cells, row):  # type: ignore[no-untyped-def]
    """What least squares on the two steps of a cell needs: their products and the determinant."""
    uu, vv = _dot(cells, row, 9, cells, row, 9), _dot(cells, row, 12, cells, row, 12)
    uv = _dot(cells, row, 9, cells, row, 12)
    return uu, vv, uv, max(uu * vv - uv * uv, np.float32(1e-20))


@_compiled
def _distance(place, n, cells, row, frame, reach):  # type: ignore[no-untyped-def]
    """In the coarser of the two's steps, by least squares on the cell's; -1 beyond `reach` (metres, squared)."""
    x, y, z = place[n, 0] - cells[row, 0], place[n, 1] - cells[row, 1], place[n, 2] - cells[row, 2]
    if x * x + y * y + z * z > reach:
        return np.float32(-1)
    along = x * cells[row, 9] + y * cells[row, 10] + z * cells[row, 11]
    across = x * cells[row, 12] + y * cells[row, 13] + z * cells[row, 14]
    uu, vv, uv, determinant = frame
    right, down = (along * vv - across * uv) / determinant, (across * uu - along * uv) / determinant
    return np.float32(math.sqrt(right * right + down * down)) / max(place[n, 3] / cells[row, 15], _ONE)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _search(table, query, best, rows, steps, min_normal):  # type: ignore[no-untyped-def]
    keys, spans, shift, ids, place = table
    cell_ids, cells = query
    costs, tokens, covered = best
    last = costs.shape[1] - 1
    found = np.zeros((_LEVELS, 8), np.int64)
    asked = np.zeros((_LEVELS, 4), np.int64)  # voxel and anchor that `found` is for, a level
    count = np.full(_LEVELS, -1, np.int64)
    for row in rows:
        anchor, own = cell_ids[row, 0], np.float32(math.log2(cells[row, 15]))
        frame = _frame(cells, row)
        for step in steps:
            level = cell_ids[row, 1] + step
            i = level + LEVEL_BIAS
            if i < 0 or i >= _LEVELS:
                continue
            # The least that the scale can cost at this level.
            gap = _HALF * max(np.float32(level) - own, own - np.float32(level + 1), np.float32(0))
            if covered[row] and gap > costs[row, last]:
                continue
            size = _SIZES[i]
            x = np.int64(math.floor(cells[row, 0] / size - _HALF))
            y = np.int64(math.floor(cells[row, 1] / size - _HALF))
            z = np.int64(math.floor(cells[row, 2] / size - _HALF))
            if count[i] < 0 or asked[i, 0] != x or asked[i, 1] != y or asked[i, 2] != z or asked[i, 3] != anchor:
                asked[i, 0], asked[i, 1], asked[i, 2], asked[i, 3] = x, y, z, anchor
                count[i] = _buckets(keys, shift, anchor, level, x, y, z, found, i)
            reach = (_HALF * size) * (_HALF * size)
            for k in range(count[i]):
                for n in range(spans[found[i, k], 0], spans[found[i, k], 1]):
                    distance = _distance(place, n, cells, row, frame, reach)
                    if distance < 0 or ids[n, 0] != anchor:
                        continue
                    cost = distance + _HALF * abs(place[n, 4] - own) + _HALF * (_ONE - place[n, 5]) + place[n, 6]
                    covers = distance <= _ONE and not covered[row]
                    # The angle between the views can only add to the cost.
                    if (cost > costs[row, last] and not covers) or _dot(place, n, 7, cells, row, 3) < min_normal:
                        continue
                    covered[row] |= covers
                    cost += _ONE - _dot(place, n, 10, cells, row, 6)
                    _insert(costs, tokens, row, cost, ids[n, 1])
