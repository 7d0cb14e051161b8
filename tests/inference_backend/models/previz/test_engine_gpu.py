"""The engine on a CUDA device against itself on the CPU, and what it holds there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.generation.observe import observe
from inference_backend.generation.remember import Memory
from inference_backend.generation.warm_up import warm_up
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.write import write
from inference_backend.models.previz.engine import PrevizEngine
from tests.support.engines import random_engine
from tests.support.greybox import MOVING, look_at, pinhole, room

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]
MOST_BYTES = 2 * 2**30


@pytest.fixture(scope="module")
def engine():
    return PrevizEngine(random_engine()._model, "random", "cuda")


def frame(engine, height, width):
    """(view, knowledge) of a frame whose left half memory knows as noise."""
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    view = observe(caster, look_at((0.2, -2.6, 1.3), (0, 1, 0.8)), pinhole(height, width), height, width, 4)
    cells = Cells.from_gbuffer(view.cells, engine.device)
    latents = torch.randn(len(cells), engine.spec.channels, generator=torch.Generator().manual_seed(0))
    left = torch.arange(len(cells), device=engine.device) % (width // 4) < width // 8
    memory = Memory(write(latents.to(engine.device), cells, left))
    return view, memory.knowledge(memory.recall(cells), "")


def test_its_frames_are_the_cpus_but_for_rounding(engine) -> None:
    warm_up(engine)
    other = random_engine()
    ours = engine.decode(engine.refine(*(seen := frame(engine, 144, 256))), seen[0])
    theirs = other.decode(other.refine(*(seen := frame(other, 144, 256))), seen[0])
    apart = np.abs(ours.astype(int) - theirs.astype(int))
    assert apart.mean() < 1.5 and np.quantile(apart, 0.99) <= 8


@pytest.mark.parametrize("size", [(720, 1280), (1080, 1920)])
def test_it_holds_no_more_than_two_gigabytes(engine, size) -> None:
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    view, knowledge = frame(engine, *size)
    engine.decode(engine.refine(view, knowledge), view)
    assert torch.cuda.max_memory_reserved() <= MOST_BYTES


def test_a_device_that_is_too_small_gets_tiles_and_a_note() -> None:
    engine = PrevizEngine(random_engine()._model, "random", "cuda")
    view, knowledge = frame(engine, 720, 1280)
    whole = engine.decode(engine.refine(view, knowledge), view)
    torch.cuda.empty_cache()
    share = (torch.cuda.memory_reserved() + 150 * 2**20) / torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(share)
    try:
        tiled = engine.decode(engine.refine(view, knowledge), view)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert engine.notes and np.abs(whole.astype(int) - tiled.astype(int)).max() <= 3
