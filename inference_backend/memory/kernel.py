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

from .index import LEVEL_BIAS, Run

_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 6.4)
_CELLS_A_THREAD = 1024
_LEVELS = 2 * LEVEL_BIAS
_HALF, _ONE = np.float32(0.5), np.float32(1)
_NAMES = {"viewpoint": "view"}


class Table(NamedTuple):
    """A run and, by open addressing, where its buckets begin and end."""

    keys: NDArray[np.int64]
    """[S] -1 where a slot is free."""
    spans: NDArray[np.int32]
    """[S,2]."""
    shift: np.uint64
    anchor: NDArray[np.int32]
    order: NDArray[np.int64]
    place: NDArray[np.float32]
    direction: NDArray[np.float32]


class Query(NamedTuple):
    """The cells as `Cells` has them, with their footprint and level."""

    anchor: NDArray[np.int32]
    position: NDArray[np.float32]
    normal: NDArray[np.float32]
    viewpoint: NDArray[np.float32]
    """Unit direction to the camera (`view` is a word of numba's)."""
    du: NDArray[np.float32]
    dv: NDArray[np.float32]
    footprint: NDArray[np.float32]
    level: NDArray[np.int64]


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
    arrays = (run.anchor, run.order, run.place, run.direction)
    return Table(slots, spans, shift, *(array.numpy() for array in arrays))


def query_of(fields: dict[str, Tensor]) -> Query:
    return Query(*(np.ascontiguousarray(fields[_NAMES.get(name, name)].numpy()) for name in Query._fields))


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


@numba.njit(cache=True)
def _fill(slots, spans, shift, keys, starts):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        slot = np.int64((np.uint64(keys[i]) * _HASH) >> shift)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = keys[i]
        spans[slot, 0], spans[slot, 1] = starts[i], starts[i + 1]


@numba.njit(cache=True)
def _find(slots, shift, key):  # type: ignore[no-untyped-def]
    """Slot of `key`, or -1."""
    slot = np.int64((np.uint64(key) * _HASH) >> shift)
    while slots[slot] != key:
        if slots[slot] < 0:
            return -1
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@numba.njit(cache=True)
def _buckets(table, anchor, level, x, y, z, found):  # type: ignore[no-untyped-def]
    """Slots of the filled ones among the eight voxels from (x, y, z) on, keyed as in `index.pack`; how many."""
    head = (np.int64(anchor) & 0x3FFF) << 6 | (level + LEVEL_BIAS)
    count = 0
    for corner in range(8):
        key = head << 14 | ((x + (corner >> 2)) & 0x3FFF)
        key = key << 14 | ((y + (corner >> 1 & 1)) & 0x3FFF)
        key = key << 14 | ((z + (corner & 1)) & 0x3FFF)
        slot = _find(table.keys, table.shift, key)
        if slot >= 0:
            found[count] = slot
            count += 1
    return count


@numba.njit(cache=True)
def _insert(cost, token, costs, tokens):  # type: ignore[no-untyped-def]
    at = len(costs) - 1
    if cost > costs[at] or (cost == costs[at] and tokens[at] >= 0 and token > tokens[at]):
        return
    while at > 0 and (costs[at - 1] > cost or (costs[at - 1] == cost and tokens[at - 1] > token)):
        costs[at], tokens[at] = costs[at - 1], tokens[at - 1]
        at -= 1
    costs[at], tokens[at] = cost, token


@numba.njit(cache=True)
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@numba.njit(cache=True)
def _weigh(table, query, best, row, first, end, reach, frame, own, min_normal):  # type: ignore[no-untyped-def]
    """Offers the tokens of one bucket to one cell. `frame`: uu, vv, uv, determinant of its two steps."""
    position, du, dv = query.position[row], query.du[row], query.dv[row]
    costs, tokens = best.cost[row], best.token[row]
    for n in range(first, end):
        place = table.place[n]
        x, y, z = place[0] - position[0], place[1] - position[1], place[2] - position[2]
        if x * x + y * y + z * z > reach or table.anchor[n] != query.anchor[row]:
            continue
        along = x * du[0] + y * du[1] + z * du[2]
        across = x * dv[0] + y * dv[1] + z * dv[2]
        right = (along * frame[1] - across * frame[2]) / frame[3]
        down = (across * frame[0] - along * frame[2]) / frame[3]
        distance = np.float32(math.sqrt(right * right + down * down)) / max(place[3] / query.footprint[row], _ONE)
        cost = distance + _HALF * abs(place[4] - own) + _HALF * (_ONE - place[5]) + place[6]
        covers = distance <= _ONE and not best.covered[row]
        # The angle between the views can only add to the cost.
        if cost > costs[-1] and not covers:
            continue
        direction = table.direction[n]
        if _dot(direction[:3], query.normal[row]) < min_normal:
            continue
        best.covered[row] |= covers
        _insert(cost + (_ONE - _dot(direction[3:], query.viewpoint[row])), table.order[n], costs, tokens)


@numba.njit(cache=True, nogil=True)
def _search(table, query, best, rows, steps, min_normal):  # type: ignore[no-untyped-def]
    found = np.zeros((_LEVELS, 8), np.int64)
    asked = np.zeros((_LEVELS, 4), np.int64)  # voxel and anchor that `found` is for, a level
    count = np.full(_LEVELS, -1, np.int64)
    frame = np.zeros(4, np.float32)
    for row in rows:
        position, du, dv = query.position[row], query.du[row], query.dv[row]
        frame[0], frame[1], frame[2] = _dot(du, du), _dot(dv, dv), _dot(du, dv)
        frame[3] = max(frame[0] * frame[1] - frame[2] * frame[2], np.float32(1e-20))
        own = np.float32(math.log2(query.footprint[row]))
        for step in steps:
            level = query.level[row] + step
            if level < -LEVEL_BIAS or level >= LEVEL_BIAS:
                continue
            # The least that the scale can cost at this level.
            gap = _HALF * np.float32(max(level - own, own - (level + 1), 0.0))
            if best.covered[row] and gap > best.cost[row, -1]:
                continue
            size = np.float32(4.0 * 2.0**level)
            x = np.int64(math.floor(position[0] / size - _HALF))
            y = np.int64(math.floor(position[1] / size - _HALF))
            z = np.int64(math.floor(position[2] / size - _HALF))
            i, anchor = level + LEVEL_BIAS, query.anchor[row]
            last = asked[i]
            if count[i] < 0 or last[0] != x or last[1] != y or last[2] != z or last[3] != anchor:
                last[0], last[1], last[2], last[3] = x, y, z, anchor
                count[i] = _buckets(table, anchor, level, x, y, z, found[i])
            reach = (_HALF * size) * (_HALF * size)
            for slot in found[i, : count[i]]:
                first, end = table.spans[slot]
                _weigh(table, query, best, row, first, end, reach, frame, own, min_normal)
