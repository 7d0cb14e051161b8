"""The resampling of `warp` as a compiled loop, for inference on the CPU: of the sixteen samples of a patch a pixel
takes four, which whole-array operations must weigh against twelve zeros."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import torch
from torch import Tensor

from ...memory.read import INTO_TOKEN, PRESENT

_CELLS_A_THREAD = 1024
_LEAST_SAY = np.float32(1e-5)
"""A candidate that has less to say is not asked."""
_FARTHEST = np.float32(2)
_HALF = np.float32(0.5)


def resample(patch: Tensor, geometry: Tensor, trust: Tensor, fall: float) -> Tensor:
    """[B,N,S*S*D] float32: the samples of every cell.

    patch [B,K,N,S*S,D] float32 contiguous; geometry [B,K,15,N]; trust [B,K,N]; fall as `warp.PatchWarp` has it.
    """
    b, k, n, samples, depth = patch.shape
    side = math.isqrt(samples)
    out = torch.empty(b, n, samples, depth)
    rows = geometry.float().permute(0, 3, 1, 2).contiguous()
    say = trust.float().transpose(1, 2).contiguous()
    threads = max(1, min(torch.get_num_threads(), n // _CELLS_A_THREAD))
    cuts = [n * i // threads for i in range(threads + 1)]
    for i in range(b):
        work = (patch[i].numpy(), rows[i].numpy(), say[i].numpy(), np.float32(fall), side, out[i].numpy())
        if threads == 1:
            _resample(*work, 0, n)
            continue
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda span: _resample(*work, *span), zip(cuts, cuts[1:], strict=False)))  # noqa: B023
    return out.flatten(2)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _resample(patch, rows, trust, fall, side, out, first, end):  # type: ignore[no-untyped-def]
    candidates, depth = patch.shape[0], patch.shape[3]
    place = np.empty((candidates, 2), np.float32)
    score = np.empty(candidates, np.float32)
    for n in range(first, end):
        for s in range(side * side):
            x = np.float32(((s % side) - (side - 1) / 2) / side)
            y = np.float32(((s // side) - (side - 1) / 2) / side)
            for d in range(depth):
                out[n, s, d] = 0
            best = np.float32(-1e30)
            for k in range(candidates):
                score[k] = np.float32(-1e30)
                if rows[n, k, PRESENT] < _HALF:
                    continue
                outside = np.float32(0)
                for axis in range(2):
                    at = rows[n, k, INTO_TOKEN + axis]
                    at += x * rows[n, k, INTO_TOKEN + 2 + axis] + y * rows[n, k, INTO_TOKEN + 4 + axis]
                    place[k, axis] = at
                    beyond = min(max(abs(at) - _HALF, np.float32(0)), _FARTHEST)
                    outside += beyond * beyond
                score[k] = trust[n, k] - fall * outside
                best = max(best, score[k])
            total = np.float32(0)
            for k in range(candidates):
                score[k] = np.float32(math.exp(score[k] - best)) if score[k] > np.float32(-1e29) else np.float32(0)
                total += score[k]
            for k in range(candidates):
                if score[k] > _LEAST_SAY * total:
                    _add(patch, k, n, place, score[k] / total, side, out, s)


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add(patch, k, n, place, share, side, out, s):  # type: ignore[no-untyped-def]
    """Adds `share` of what the patch shows at its place, between its four nearest samples."""
    last = np.float32(side - 1)
    x = min(max((place[k, 0] + _HALF) * np.float32(side) - _HALF, np.float32(0)), last)
    y = min(max((place[k, 1] + _HALF) * np.float32(side) - _HALF, np.float32(0)), last)
    column, row = min(int(x), side - 2), min(int(y), side - 2)
    right, down = x - np.float32(column), y - np.float32(row)
    a = share * (1 - right) * (1 - down)
    b = share * right * (1 - down)
    c = share * (1 - right) * down
    e = share * right * down
    at = row * side + column
    for d in range(patch.shape[3]):
        out[n, s, d] += (
            a * patch[k, n, at, d]
            + b * patch[k, n, at + 1, d]
            + c * patch[k, n, at + side, d]
            + e * patch[k, n, at + side + 1, d]
        )
