"""What the shipped weights must do, on a procedural set whose seed training never draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.generation.observe import observe
from inference_backend.generation.remember import Memory, nothing
from inference_backend.memory.cells import Cells
from inference_backend.memory.tokens import Tokens
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.registry import load_engine
from inference_backend.training.sets.views import make_set, render_view, sample_cameras

H, W = 144, 256


@pytest.fixture(scope="module")
def engine():
    return load_engine("previz", "cpu")


def seen(seed):
    """(pictures, views) of the first two cameras of a held-out set."""
    pset, rng = make_set(seed), np.random.default_rng(seed)
    cameras = sample_cameras(pset, rng, 2, H, W)
    pictures = [render_view(pset, c2w, K, H, W, rng).rgb for c2w, K in cameras]
    return pictures, [observe(pset.surfaces.caster, c2w, K, H, W, 4) for c2w, K in cameras]


def psnr(made, truth, where=None):
    error = (made.astype(np.float64) - truth) ** 2
    return 10 * np.log10(255**2 / (error if where is None else error[where]).mean())


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_memory_costs_a_seed_view_less_than_half_a_decibel(engine, seed):
    """Encode, write, read at the same camera, refine, decode: against decoding the latents directly. Of what memory can
    hold: a cell that shows two things alike, as the bars of a chair, has no token (0.55 dB of set 2 is lost there)."""
    (picture, _), (view, _) = seen(seed)
    latents = engine.encode(picture)
    memory = Memory(Tokens.empty(CHANNELS))
    cells = Cells.from_gbuffer(view.cells)
    memory.learn(latents, cells, None, 1.0)
    remembered = engine.refine(view, memory.knowledge(memory.recall(cells), ""))
    direct, through = engine.decode(latents, view), engine.decode(remembered, view)
    held = np.kron(view.cells.purity >= 0.75, np.ones((4, 4), bool))
    assert held.mean() > 0.8 and psnr(direct, picture) > 24
    assert psnr(through, picture, held) > psnr(direct, picture, held) - 0.5


def gain(engine, seed):
    """dB that memory of one view wins on the surfaces that another view shares with it."""
    (look, truth), (seed_view, view) = seen(seed)
    memory = Memory(Tokens.empty(CHANNELS))
    memory.learn(engine.encode(look), Cells.from_gbuffer(seed_view.cells), None, 1.0)
    cells = Cells.from_gbuffer(view.cells)
    readout = memory.recall(cells)
    covered = torch.kron(readout.covered.view(H // 4, W // 4), torch.ones(4, 4, dtype=torch.bool)).numpy()
    assert covered.mean() > 0.1
    known = engine.decode(engine.refine(view, memory.knowledge(readout, "")), view)
    empty = nothing(engine, len(cells))
    blind = engine.decode(engine.refine(view, Memory(Tokens.empty(CHANNELS)).knowledge(empty, "")), view)
    return psnr(known, truth, covered) - psnr(blind, truth, covered)


def test_memory_beats_no_memory_where_the_look_has_shown_the_surface(engine):
    """On every set, though in the first most of what is shared is a plaid floor that the look saw too far away to tell
    its stripes; by far on the whole."""
    gains = [gain(engine, seed) for seed in (1, 2, 3, 4)]
    assert min(gains) > 1.5 and np.mean(gains) > 5, gains


def test_words_do_what_they_say_where_nothing_was_seen(engine):
    """Night is darker than day and warm is warmer than cool, by what an eye sees at once, in a set without a look."""
    _, (view, _) = seen(2)
    memory = Memory(Tokens.empty(CHANNELS))
    readout = memory.recall(Cells.from_gbuffer(view.cells))

    def mean(prompt):
        latents = engine.generate(view, memory.knowledge(readout, prompt), 4, 0)
        return engine.decode(latents, view).reshape(-1, 3).mean(0)

    night, day, warm, cool = (mean(prompt) for prompt in ("at night", "by day", "warm", "cool"))
    assert day.mean() - night.mean() > 15
    assert (warm - cool)[0] - (warm - cool)[2] > 20
