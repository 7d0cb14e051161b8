"""The resampling of `warp` as compiled loops for the CPU, with its derivative: of the sixteen samples of a patch a
pixel takes four, which whole-array operations must weigh against twelve zeros."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor

from ...memory.read import INTO_TOKEN, PRESENT

_CELLS_A_THREAD = 1024
_LEAST_SAY = np.float32(1e-5)
"""A candidate that has less to say is not asked."""
_FARTHEST = np.float32(2)
_HALF, _ZERO, _ONE = np.float32(0.5), np.float32(0), np.float32(1)
_NOBODY = np.float32(-1e30)
_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


class Resample(torch.autograd.Function):
    """(patch [B,K,N,S*S,D], rows [B,N,K,15], trust [B,N,K], fall []) -> samples [B,N,S*S,D]; all float32 on the CPU,
    see `warp.resample`. Has no derivative by the geometry `rows`."""

    @staticmethod
    def forward(ctx: Any, patch: Tensor, rows: Tensor, trust: Tensor, fall: Tensor) -> Tensor:
        patch, rows, trust = patch.contiguous(), rows.contiguous(), trust.contiguous()
        ctx.save_for_backward(patch, rows, trust, fall)
        b, _, n, samples, depth = patch.shape
        out = torch.empty(b, n, samples, depth)
        for i in range(b):
            facts = (patch[i].numpy(), rows[i].numpy(), trust[i].numpy(), np.float32(fall.item()), out[i].numpy())
            _spread(_resample, n, *facts)
        return out

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        patch, rows, trust, fall = ctx.saved_tensors
        slope = slopes[0].float().contiguous()
        of_patch, of_trust = torch.zeros_like(patch), torch.zeros_like(trust)
        of_fall = torch.zeros(patch.shape[:1] + patch.shape[2:3])
        for i in range(len(patch)):
            facts = (patch[i].numpy(), rows[i].numpy(), trust[i].numpy(), np.float32(fall.item()), slope[i].numpy())
            found = (of_patch[i].numpy(), of_trust[i].numpy(), of_fall[i].numpy())
            _spread(_derive, patch.shape[2], *facts, found)
        return of_patch, None, of_trust, of_fall.sum()


def _spread(work: Callable[..., None], cells: int, *facts: object) -> None:
    """Does `work` over so many cells on the threads that torch would take."""
    threads = max(1, min(torch.get_num_threads(), cells // _CELLS_A_THREAD))
    if threads == 1:
        work(*facts, 0, cells)
        return
    cuts = [cells * i // threads for i in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda span: work(*facts, *span), zip(cuts, cuts[1:], strict=False)))


@_compiled
def _resample(patch, rows, trust, fall, out, first, end):  # type: ignore[no-untyped-def]
    candidates, _, samples, depth = patch.shape
    place, say = np.empty((candidates, 2), np.float32), np.empty((candidates, 2), np.float32)
    for n in range(first, end):
        for s in range(samples):
            for d in range(depth):
                out[n, s, d] = 0
            _weigh(rows, trust, fall, n, s, samples, place, say)
            for k in range(candidates):
                if say[k, 0] > _LEAST_SAY:
                    at, right, down, side = _corner(place, k, samples)
                    a, b = say[k, 0] * (_ONE - right) * (_ONE - down), say[k, 0] * right * (_ONE - down)
                    c, e = say[k, 0] * (_ONE - right) * down, say[k, 0] * right * down
                    for d in range(depth):
                        upper = a * patch[k, n, at, d] + b * patch[k, n, at + 1, d]
                        out[n, s, d] += upper + c * patch[k, n, at + side, d] + e * patch[k, n, at + side + 1, d]


@_compiled
def _derive(patch, rows, trust, fall, slope, found, first, end):  # type: ignore[no-untyped-def]
    of_patch, of_trust, of_fall = found
    candidates, _, samples, depth = patch.shape
    place, say = np.empty((candidates, 2), np.float32), np.empty((candidates, 2), np.float32)
    gain = np.empty(candidates, np.float32)
    for n in range(first, end):
        for s in range(samples):
            _weigh(rows, trust, fall, n, s, samples, place, say)
            mean = _ZERO
            for k in range(candidates):
                gain[k] = _ZERO
                if say[k, 0] > _LEAST_SAY:
                    at, right, down, side = _corner(place, k, samples)
                    a, b = (_ONE - right) * (_ONE - down), right * (_ONE - down)
                    c, e = (_ONE - right) * down, right * down
                    for d in range(depth):
                        g = slope[n, s, d]
                        shown = a * patch[k, n, at, d] + b * patch[k, n, at + 1, d]
                        shown += c * patch[k, n, at + side, d] + e * patch[k, n, at + side + 1, d]
                        gain[k] += g * shown
                        g *= say[k, 0]
                        of_patch[k, n, at, d] += a * g
                        of_patch[k, n, at + 1, d] += b * g
                        of_patch[k, n, at + side, d] += c * g
                        of_patch[k, n, at + side + 1, d] += e * g
                    mean += say[k, 0] * gain[k]
            for k in range(candidates):
                of_score = say[k, 0] * (gain[k] - mean)
                of_trust[n, k] += of_score
                of_fall[n] -= of_score * say[k, 1]


@_compiled
def _weigh(rows, trust, fall, n, s, samples, place, say):  # type: ignore[no-untyped-def]
    """For sample s of cell n: where it lies in every candidate, what that has to say (softmax), and how far outside of
    it that is, squared."""
    side = int(math.sqrt(samples))
    x = np.float32(((s % side) - (side - 1) / 2) / side)
    y = np.float32(((s // side) - (side - 1) / 2) / side)
    best = _NOBODY
    for k in range(len(say)):
        say[k, 0], say[k, 1] = _NOBODY, _ZERO
        if rows[n, k, PRESENT] < _HALF:
            continue
        for axis in range(2):
            at = rows[n, k, INTO_TOKEN + axis]
            at += x * rows[n, k, INTO_TOKEN + 2 + axis] + y * rows[n, k, INTO_TOKEN + 4 + axis]
            place[k, axis] = at
            beyond = min(max(abs(at) - _HALF, _ZERO), _FARTHEST)
            say[k, 1] += beyond * beyond
        say[k, 0] = trust[n, k] - fall * say[k, 1]
        best = max(best, say[k, 0])
    total = _ZERO
    for k in range(len(say)):
        say[k, 0] = _ZERO if say[k, 0] == _NOBODY else np.float32(math.exp(say[k, 0] - best))
        total += say[k, 0]
    for k in range(len(say)):
        say[k, 0] /= max(total, np.float32(1e-20))


@_compiled
def _corner(place, k, samples):  # type: ignore[no-untyped-def]
    """(the upper left of the four samples round a place in a patch, shares of the right and the lower ones, samples a
    row)."""
    side = int(math.sqrt(samples))
    last = np.float32(side - 1)
    x = min(max((place[k, 0] + _HALF) * np.float32(side) - _HALF, _ZERO), last)
    y = min(max((place[k, 1] + _HALF) * np.float32(side) - _HALF, _ZERO), last)
    column, row = min(int(x), side - 2), min(int(y), side - 2)
    return row * side + column, x - np.float32(column), y - np.float32(row), side
