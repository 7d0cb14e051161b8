"""The published memory, as it is described: everything stays, the nearest point of a cell is read."""

from __future__ import annotations

import numpy as np
import torch

from inference_backend.evaluation.baselines.append_all import AppendAll
from inference_backend.memory.splat import splat
from tests.support.greybox import look_at, pinhole

SIZE = (18, 32)
C2W = torch.from_numpy(look_at((0.4, -2.6, 1.3), (0.1, 1.0, 0.8)))
K = torch.from_numpy(pinhole(*SIZE))


def filled(frames, per_frame=SIZE[0] * SIZE[1]):
    rng = np.random.default_rng(0)
    memory = AppendAll(5)
    for _ in range(frames):
        points = torch.from_numpy((rng.normal(0, 1.5, (per_frame, 3)) + (0, 1, 0.8)).astype(np.float32))
        latents = torch.from_numpy(rng.standard_normal((5, *SIZE)).astype(np.float32))
        memory.append(latents, points, torch.from_numpy(rng.random(per_frame) < 0.9))
    return memory


def test_sorting_far_to_near_and_the_packed_minimum_find_the_same_points():
    memory = filled(6)
    latents, point = memory.read(C2W, K, SIZE)
    seen = splat(memory.cloud.position, C2W[None], K[None], SIZE)
    assert torch.equal(point, seen.token[0]) and (point >= 0).sum() > 200
    held = point >= 0
    assert torch.equal(latents.flatten(1).T[held], memory.cloud.value[point[held]])
    assert (latents.flatten(1).T[~held] == 0).all()


def test_it_appends_what_is_kept_and_forgets_nothing():
    memory = filled(7)
    assert 0.85 < len(memory.cloud) / (7 * SIZE[0] * SIZE[1]) < 0.95
    assert memory.cloud.nbytes() == len(memory.cloud) * (12 + 5 * 4)
    again = filled(3)
    assert torch.equal(memory.cloud.position[: len(again.cloud)], again.cloud.position)


def test_an_empty_memory_is_all_holes():
    latents, point = AppendAll(5).read(C2W, K, SIZE)
    assert (point == -1).all() and (latents == 0).all() and latents.shape == (5, *SIZE)
