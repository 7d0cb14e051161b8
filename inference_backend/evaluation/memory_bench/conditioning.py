"""Seconds from a camera to the latents that condition a frame; ours beside a cloud of pixels that is rendered and
encoded again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...generation.remember import Memory
from ...models.protocol import Engine
from ..baselines.rgb_cloud import RgbCloud
from .clock import by_turns
from .footage import Look, empty_memory, feed, look_at_frame, shaded
from .read_time import LAP
from .sets import Shooting, walk

PROBES = 3
ROUNDS = 3


@dataclass(frozen=True)
class ConditioningTimes:
    """Median seconds a frame at one number of tokens written (cells offered; a cell is stride squared pixels)."""

    written: int
    read: float
    """Ours: from the frame's G-buffer, which generation casts for its guide whatever the memory."""
    whole: float
    """Ours with the ray casting of pixels and cells."""
    rgb: float
    """(b) rendering and encoding."""


def measure(seed: int, milestones: tuple[int, ...], grid: tuple[int, int], engine: Engine) -> list[ConditioningTimes]:
    """Times at each of `milestones`, rising. The path walks through a set and back as often as it takes."""
    stride = engine.spec.stride
    laps = int(np.ceil(milestones[-1] / (0.6 * grid[0] * grid[1] * LAP))) + 1
    path, probes = walk(seed, LAP, laps), walk(seed, LAP, 2)
    memory, cloud = empty_memory(engine.spec.channels), RgbCloud()
    times, written, index = [], 0, 0
    latents = engine.encode(shaded(look_at_frame(path, 0, grid, stride)))
    for milestone in milestones:
        while written < milestone:
            look = look_at_frame(path, index, grid, stride)
            feed(memory, latents, look)
            _append(cloud, look)
            written += int(look.surface.sum())
            index += 1
        times.append(_time(memory, cloud, probes, (grid, engine), written))
    return times


def _append(cloud: RgbCloud, look: Look) -> None:
    rgb, points = torch.from_numpy(shaded(look)), torch.from_numpy(look.pixels.position.reshape(-1, 3))
    cloud.append(rgb, points, torch.from_numpy(look.pixels.depth_z.reshape(-1) > 0))


def _time(
    memory: Memory, cloud: RgbCloud, path: Shooting, where: tuple[tuple[int, int], Engine], written: int
) -> ConditioningTimes:
    (h, w), engine = where
    stride = engine.spec.stride

    def read(look: Look) -> Tensor:
        return memory.read(look.cells_of()).features(memory.tokens).permute(1, 2, 0).reshape(-1, h, w)

    def works(index: int) -> dict[str, Callable[[], object]]:
        look = look_at_frame(path, index, (h, w), stride)
        c2w, K = torch.from_numpy(look.c2w), torch.from_numpy(path.K(h * stride, w * stride))
        return {
            "read": lambda: read(look),
            "whole": lambda: read(look_at_frame(path, index, (h, w), stride)),
            "rgb": lambda: engine.encode(cloud.render(c2w, K, (h * stride, w * stride)).numpy()),
        }

    # On the second lap of a path: near what the first one saw, never at the same place.
    chosen = LAP + np.linspace(0, min(LAP - 1, written // (h * w)), PROBES).astype(int)
    seconds = [by_turns(works(int(index)), ROUNDS) for index in chosen]
    mean = {name: float(np.mean([one[name] for one in seconds])) for name in seconds[0]}
    return ConditioningTimes(written, mean["read"], mean["whole"], mean["rgb"])
