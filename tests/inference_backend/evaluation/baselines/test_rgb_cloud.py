"""A cloud of pixels shows a frame again at the camera that wrote it, and nearer points hide others."""

from __future__ import annotations

import numpy as np
import torch

from inference_backend.evaluation.baselines import rgb_cloud
from inference_backend.evaluation.baselines.rgb_cloud import RgbCloud
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import look_at, pinhole, room

SIZE = (36, 64)
K = pinhole(*SIZE)


def frame(eye, rng):
    pose = look_at(eye, (0.1, 1.0, 0.8))
    seen = pixel_gbuffer(Raycaster(room(np.random.default_rng(1))), pose, K, *SIZE)
    rgb = torch.from_numpy(rng.integers(1, 255, (*SIZE, 3), dtype=np.uint8))
    keep = torch.from_numpy(seen.depth_z > 0).reshape(-1)
    return torch.from_numpy(pose), rgb, torch.from_numpy(seen.position).reshape(-1, 3), keep


def test_a_frame_comes_back_pixel_for_pixel_and_what_is_not_kept_is_black():
    pose, rgb, points, keep = frame((0.4, -2.6, 1.3), np.random.default_rng(0))
    memory = RgbCloud()
    memory.append(rgb, points, keep)
    shown = memory.render(pose, torch.from_numpy(K), SIZE)
    kept = keep.view(SIZE)
    assert 0.5 < kept.float().mean() <= 1
    assert torch.equal(shown[kept], rgb[kept]) and (shown[~kept] == 0).all()
    assert memory.cloud.nbytes() == int(keep.sum()) * 15


def test_blocks_do_not_change_the_picture(monkeypatch):
    rng = np.random.default_rng(0)
    memory = RgbCloud()
    for eye in ((0.4, -2.6, 1.3), (1.2, -2.4, 1.5), (-0.8, -2.2, 1.1)):
        pose, *rest = frame(eye, rng)
        memory.append(*rest)
    whole = memory.render(pose, torch.from_numpy(K), SIZE)
    monkeypatch.setattr(rgb_cloud, "BLOCK", 1000)
    assert torch.equal(memory.render(pose, torch.from_numpy(K), SIZE), whole)
