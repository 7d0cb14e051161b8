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

from .cells import Cells
from .index import ANCHOR_BITS, AXIS_BITS, LEVEL_BIAS, LEVEL_BITS, VOXEL_FOOTPRINTS, Run

_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 6.4)
_CELLS_A_THREAD = 1024
_LEVELS = 2 * LEVEL_BIAS
_HALF, _ONE = np.float32(0.5), np.float32(1)
# Where the numbers of a cell lie in the row that stands for it.
_POSITION, _NORMAL, _VIEW, _DU, _DV = range(0, 15, 3)
_UU, _VV, _UV, _INVERSE, _DENSITY, _LEVEL, _NUMBERS = range(15, 22)
_SIZES = (VOXEL_FOOTPRINTS * np.exp2(np.arange(-LEVEL_BIAS, LEVEL_BIAS))).astype(np.float32)  # of each level's voxels
_ANCHOR_MASK, _AXIS_MASK = 2**ANCHOR_BITS - 1, 2**AXIS_BITS - 1
_compiled = numba.njit(cache=True, error_model="numpy")


class Table(NamedTuple):
    """A run and, by open addressing, where its buckets begin and end."""

    keys: NDArray[np.int64]
    """[S] -1 where a slot is free."""
    spans: NDArray[np.int32]
    """[S,2]."""
    shift: np.uint64
    ids: NDArray[np.int32]
    place: NDArray[np.float32]
    worth: NDArray[np.float32]
    codes: NDArray[np.int8]


class Query(NamedTuple):
    """The cells, as `Cells` has them."""

    anchor: NDArray[np.int32]
    position: NDArray[np.float32]
    normal: NDArray[np.float32]
    viewpoint: NDArray[np.float32]
    """Unit direction to the camera (`view` is a word of numba's)."""
    du: NDArray[np.float32]
    dv: NDArray[np.float32]


class Found(NamedTuple):
    """What a read finds; see `read.ReadOut`."""

    token: NDArray[np.int64]
    geometry: NDArray[np.float32]
    covered: NDArray[np.bool_]


class Rules(NamedTuple):
    """The constants of `read`, and the finest level that the index has."""

    always: int
    levels: NDArray[np.int64]
    """Steps from a cell's own level, in two columns: for cells nearer to the next coarser level, and to the finer."""
    lowest: int
    """The least of them."""
    finest: int
    least_normal: np.float32
    covering: tuple[np.float32, np.float32]
    """Steps, and footprints."""


def table_of(run: Run) -> Table:
    keys, starts = run.keys.numpy(), run.starts.numpy()
    bits = max(4, int(np.ceil(np.log2(len(keys) + 1))) + 1)
    slots, spans, shift = np.full(2**bits, -1, np.int64), np.zeros((2**bits, 2), np.int32), np.uint64(64 - bits)
    _fill(slots, spans, shift, keys, starts)
    return Table(slots, spans, shift, *(part.numpy() for part in (run.ids, run.place, run.worth, run.codes)))


def search(tables: Sequence[Table], cells: Cells, candidates: int, rules: Rules) -> Found:
    """The best tokens of every cell, over the one or two runs of an index; on the threads that torch would take."""
    fields = (cells.anchor, cells.position, cells.normal, cells.view, cells.du, cells.dv)
    query = Query(*(np.ascontiguousarray(field.numpy()) for field in fields))
    count = len(query.anchor)
    found = Found(
        np.full((count, candidates), -1, np.int64),
        np.zeros((count, candidates, 9), np.float32),
        np.zeros(count, np.bool_),
    )
    first, second = tables[0], tables[-1]
    threads = max(1, min(torch.get_num_threads(), count // _CELLS_A_THREAD))
    if threads == 1:
        _search(first, second, len(tables), query, found, (0, count), rules)
        return found
    cuts = [count * i // threads for i in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        spans = zip(cuts, cuts[1:], strict=False)
        list(pool.map(lambda span: _search(first, second, len(tables), query, found, span, rules), spans))
    return found


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
def _buckets(keys, shift, anchor, level, voxel, found, i):  # type: ignore[no-untyped-def]
    """Writes to found[i] the slots of the filled ones among the eight voxels from `voxel` on, keyed as in
    `index.pack`; returns how many."""
    head = (anchor & _ANCHOR_MASK) << LEVEL_BITS | (level + LEVEL_BIAS)
    count = 0
    x, y, z = voxel
    for corner in range(8):
        key = head << AXIS_BITS | ((x + (corner >> 2)) & _AXIS_MASK)
        key = key << AXIS_BITS | ((y + (corner >> 1 & 1)) & _AXIS_MASK)
        key = key << AXIS_BITS | ((z + (corner & 1)) & _AXIS_MASK)
        slot = _find(keys, shift, key)
        if slot >= 0:
            found[i, count] = slot
            count += 1
    return count


@_compiled
def _fill_cell(query, row, cell):  # type: ignore[no-untyped-def]
    """The numbers of one cell, in one row: see the names below."""
    anchors, position, normal, viewpoint, du, dv = query
    for k in range(3):
        cell[_POSITION + k], cell[_NORMAL + k], cell[_VIEW + k] = position[row, k], normal[row, k], viewpoint[row, k]
        cell[_DU + k], cell[_DV + k] = du[row, k], dv[row, k]
    cell[_UU] = _dot(cell, _DU, cell, _DU)
    cell[_VV] = _dot(cell, _DV, cell, _DV)
    cell[_UV] = _dot(cell, _DU, cell, _DV)
    cell[_INVERSE] = _ONE / max(cell[_UU] * cell[_VV] - cell[_UV] * cell[_UV], np.float32(1e-20))
    footprint = max(np.float32(math.sqrt(max(cell[_UU], cell[_VV]))), np.float32(1e-6))
    cell[_DENSITY], cell[_LEVEL] = _ONE / footprint, np.float32(math.log2(footprint))
    return np.int64(anchors[row])


@_compiled
def _dot(a, i, b, j):  # type: ignore[no-untyped-def]
    return a[i] * b[j] + a[i + 1] * b[j + 1] + a[i + 2] * b[j + 2]


@_compiled
def _direction(codes, n, i):  # type: ignore[no-untyped-def]
    """The unit vector at codes[n, i:], as `directions.from_octahedral`."""
    x, y = np.float32(codes[n, i]) / np.float32(127), np.float32(codes[n, i + 1]) / np.float32(127)
    z = _ONE - abs(x) - abs(y)
    if z < 0:
        x, y = (_ONE - abs(y)) * (-_ONE if x < 0 else _ONE), (_ONE - abs(x)) * (-_ONE if y < 0 else _ONE)
    length = np.float32(math.sqrt(x * x + y * y + z * z))
    return x / length, y / length, z / length


@_compiled
def _along(cell, i, direction):  # type: ignore[no-untyped-def]
    return cell[i] * direction[0] + cell[i + 1] * direction[1] + cell[i + 2] * direction[2]


@_compiled
def _offset(x, y, z, cell):  # type: ignore[no-untyped-def]
    """How many of the cell's steps right and down lie in a vector, by least squares."""
    along = x * cell[_DU] + y * cell[_DU + 1] + z * cell[_DU + 2]
    across = x * cell[_DV] + y * cell[_DV + 1] + z * cell[_DV + 2]
    right = (along * cell[_VV] - across * cell[_UV]) * cell[_INVERSE]
    return right, (across * cell[_UU] - along * cell[_UV]) * cell[_INVERSE]


@_compiled
def _insert(costs, picks, cost, pick, token):  # type: ignore[no-untyped-def]
    """Keeps the candidates of a cell sorted: cheapest first, of equals the older token."""
    at = len(costs) - 1
    if cost > costs[at] or (cost == costs[at] and 0 <= picks[1, at] < token):
        return
    while at > 0 and (costs[at - 1] > cost or (costs[at - 1] == cost and picks[1, at - 1] > token)):
        costs[at], picks[0, at], picks[1, at] = costs[at - 1], picks[0, at - 1], picks[1, at - 1]
        at -= 1
    costs[at], picks[0, at], picks[1, at] = cost, pick, token


@_compiled
def _scan(ids, place, worth, codes, bucket, cell, costs, picks):  # type: ignore[no-untyped-def]
    """Offers the tokens of one bucket to a cell: how many fit, and whether one covers it.

    bucket: first and end, anchor, which run, squared metres to look, least cosine of the normals, covering distance.
    """
    first, end, anchor, run, far, least_normal, covering = bucket
    fits, covers = 0, False
    for n in range(first, end):
        x, y, z = place[n, 0] - cell[0], place[n, 1] - cell[1], place[n, 2] - cell[2]
        apart = x * x + y * y + z * z
        if apart > far or ids[n, 0] != anchor or _along(cell, _NORMAL, _direction(codes, n, 0)) < least_normal:
            continue
        right, down = _offset(x, y, z, cell)
        larger = max(place[n, 3] * cell[_DENSITY], _ONE)
        distance = np.float32(math.sqrt(right * right + down * down)) / larger
        fits += 1
        # Metres of so many footprints of the coarser of the two.
        within = covering[1] * larger / cell[_DENSITY]
        covers |= distance <= covering[0] or apart <= within * within
        cost = distance + _HALF * abs(worth[n, 0] - cell[_LEVEL]) + _HALF * (_ONE - worth[n, 1]) + worth[n, 2]
        # The angle between the views can only add to the cost.
        if cost <= costs[-1]:
            cost += _ONE - _along(cell, _VIEW, _direction(codes, n, 2))
            _insert(costs, picks, cost, 2 * n + run, np.int64(ids[n, 1]))
    return fits, covers


@_compiled
def _describe(place, worth, codes, n, cell, geometry, row, k):  # type: ignore[no-untyped-def]
    """How the token at place `n` lies to the cell; see `read.ReadOut.geometry`."""
    x, y, z = place[n, 0] - cell[0], place[n, 1] - cell[1], place[n, 2] - cell[2]
    normal = _direction(codes, n, 0)
    geometry[row, k, 0], geometry[row, k, 1] = _offset(x, y, z, cell)
    geometry[row, k, 2] = worth[n, 0] - cell[_LEVEL]
    geometry[row, k, 3] = _along(cell, _VIEW, _direction(codes, n, 2))
    geometry[row, k, 4], geometry[row, k, 5] = _roll(normal, np.float32(codes[n, 4]), np.float32(codes[n, 5]), cell)
    geometry[row, k, 6] = _along(cell, _NORMAL, normal)
    geometry[row, k, 7] = worth[n, 1]
    geometry[row, k, 8] = 1


@_compiled
def _roll(normal, cosine, sine, cell):  # type: ignore[no-untyped-def]
    """Sine and cosine of the cell's roll less the token's, in `directions.tangent_frame` of the token's normal."""
    x, y, z = normal
    sign = -_ONE if z < 0 else _ONE
    a = -_ONE / (sign + z)
    b = x * y * a
    ux, uy, uz = cell[_DU], cell[_DU + 1], cell[_DU + 2]
    first = (_ONE + sign * x * x * a) * ux + sign * b * uy - sign * x * uz
    second = b * ux + (sign + y * y * a) * uy - y * uz
    length = np.float32(math.sqrt((first * first + second * second) * (cosine * cosine + sine * sine)))
    if length == 0:
        return np.float32(0), _ONE
    return (second * cosine - first * sine) / length, (first * cosine + second * sine) / length


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _search(first, second, runs, query, found, span, rules):  # type: ignore[no-untyped-def]
    keys, spans, shift, ids, place, worth, codes = first
    keys_b, spans_b, shift_b, ids_b, place_b, worth_b, codes_b = second
    tokens, geometry, covered = found
    always, levels, lowest, finest, least_normal, covering = rules
    cell = np.zeros(_NUMBERS, np.float32)
    slots = np.zeros((2 * _LEVELS, 8), np.int64)
    asked = np.zeros((2 * _LEVELS, 4), np.int64)  # voxel and anchor that `slots` is for, a level and run
    count = np.full(2 * _LEVELS, -1, np.int64)
    costs, picks = np.empty(tokens.shape[1], np.float32), np.empty((2, tokens.shape[1]), np.int64)
    for row in range(span[0], span[1]):
        anchor = _fill_cell(query, row, cell)
        level = np.int64(math.floor(cell[_LEVEL]))
        column = 0 if cell[_LEVEL] - np.float32(level) >= _HALF else 1
        costs[:], picks[:] = np.inf, -1
        fits, stage, known = 0, 0, False
        while True:
            if stage < len(levels):
                if stage >= always and known and fits >= len(costs):
                    break
                at = level + levels[stage, column]
            else:
                at = level + lowest - (stage - len(levels)) - 1
                if known or at < finest:
                    break
            stage += 1
            if at < -LEVEL_BIAS or at >= LEVEL_BIAS:
                continue
            size = _SIZES[at + LEVEL_BIAS]
            x = np.int64(math.floor(cell[0] / size - _HALF))
            y = np.int64(math.floor(cell[1] / size - _HALF))
            z = np.int64(math.floor(cell[2] / size - _HALF))
            far = (_HALF * size) * (_HALF * size)
            for run in range(runs):
                i = at + LEVEL_BIAS + run * _LEVELS
                if count[i] < 0 or asked[i, 0] != x or asked[i, 1] != y or asked[i, 2] != z or asked[i, 3] != anchor:
                    asked[i, 0], asked[i, 1], asked[i, 2], asked[i, 3] = x, y, z, anchor
                    if run == 0:
                        count[i] = _buckets(keys, shift, anchor, at, (x, y, z), slots, i)
                    else:
                        count[i] = _buckets(keys_b, shift_b, anchor, at, (x, y, z), slots, i)
                for k in range(count[i]):
                    slot = slots[i, k]
                    if run == 0:
                        bucket = (spans[slot, 0], spans[slot, 1], anchor, run, far, least_normal, covering)
                        more, covers = _scan(ids, place, worth, codes, bucket, cell, costs, picks)
                    else:
                        bucket = (spans_b[slot, 0], spans_b[slot, 1], anchor, run, far, least_normal, covering)
                        more, covers = _scan(ids_b, place_b, worth_b, codes_b, bucket, cell, costs, picks)
                    fits, known = fits + more, known or covers
        covered[row] = known
        for k in range(len(costs)):
            if picks[1, k] >= 0:
                tokens[row, k] = picks[1, k]
                if picks[0, k] & 1:
                    _describe(place_b, worth_b, codes_b, picks[0, k] >> 1, cell, geometry, row, k)
                else:
                    _describe(place, worth, codes, picks[0, k] >> 1, cell, geometry, row, k)
