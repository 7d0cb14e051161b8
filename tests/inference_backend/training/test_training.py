"""Training on real procedural sets at toy size: cached samples, one step, checkpoints, figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference_backend.memory.write import MIN_PURITY
from inference_backend.models.previz.model import PrevizModel
from inference_backend.models.previz.vocabulary import WORDS
from inference_backend.storage.tensors import load_arrays
from inference_backend.training import loop
from inference_backend.training.cache import cache_set
from inference_backend.training.checkpoint import load_checkpoint, save_checkpoint
from inference_backend.training.cli import main
from inference_backend.training.config import TrainingConfig
from inference_backend.training.dataset import CachedSets, collate, load
from inference_backend.training.evaluate import evaluate, sample_sheet
from inference_backend.training.losses import flow_loss, picture_loss, psnr, sharpness
from inference_backend.training.step import condition_of, encode, without_dropout

H, W = 48, 80


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Two sets to train on, one held out, three views each."""
    folder = tmp_path_factory.mktemp("sets")
    for seed in (3, 100, 101):
        cache_set(seed, folder, 3, H, W)
    return folder


@pytest.fixture
def config(sets, tmp_path):
    return TrainingConfig(str(sets), str(tmp_path / "run"), minutes=1, batch=2, warm_up=1, checkpoint_minutes=60)


def test_held_out_sets_are_never_trained_on(sets):
    trained, held_out = CachedSets(sets), CachedSets(sets, held_out=True)
    assert {p.stem for p in trained.paths} == {"0000100", "0000101"}
    assert {p.stem for p in held_out.paths} == {"0000003"}


def test_the_same_seed_makes_the_same_set(sets, tmp_path):
    path = cache_set(100, tmp_path, 3, H, W)
    (first, _), (again, _) = load_arrays(sets / path.name), load_arrays(path)
    assert first.keys() == again.keys() and all(np.array_equal(first[name], again[name]) for name in first)


def test_a_sample_gathers_from_the_cells_it_names(sets):
    """History 2 holds the target itself: with nothing dropped, the nearest candidate is the cell's own latent."""
    batch = collate([load(sets / "0000100.safetensors", 1, 2, np.random.default_rng(0))])
    config = without_dropout(TrainingConfig("", ""))
    torch.manual_seed(0)
    with torch.no_grad():
        latents, sources = encode(PrevizModel(), batch)
        condition, covered = condition_of(sources, batch, config, torch.Generator().manual_seed(0))
    pure = batch.cell_guide[:, -1:] >= MIN_PURITY
    own = condition.features[:, 0].where(pure, torch.zeros(())) - latents.where(pure, torch.zeros(()))
    assert (own.abs().amax(1) < 1e-3).float().mean() > 0.97
    assert covered[pure].mean() > 0.99


def test_words_are_of_the_vocabulary(sets):
    batch = CachedSets(sets).sample(2, np.random.default_rng(0))
    assert batch.words.shape == (2, len(WORDS)) and set(batch.words.unique().tolist()) <= {0.0, 1.0}


def test_pictures_get_better_with_training(sets, config):
    """The latents' own losses grow at first, with the latents; what counts is the pictures."""
    state = loop._fresh(config)
    history = [loop._step(state, CachedSets(sets), replace(config, minutes=1e9)) for _ in range(40)]
    for name in ("autoencoder", "refine"):
        values = [losses[name] for losses in history]
        assert np.mean(values[-5:]) < 0.85 * np.mean(values[:3]), name


def test_a_resumed_run_takes_the_step_that_an_unbroken_one_takes(sets, config, tmp_path):
    def advance(state):
        return loop._step(state, CachedSets(sets), replace(config, minutes=1e9))

    torch.use_deterministic_algorithms(True)
    try:
        unbroken = loop._fresh(config)
        advance(unbroken)
        save_checkpoint(unbroken, tmp_path)
        resumed = loop._fresh(replace(config, seed=config.seed))
        assert load_checkpoint(resumed, tmp_path) and resumed.step == 1
        assert advance(unbroken) == advance(resumed)
    finally:
        torch.use_deterministic_algorithms(False)
    for a, b in zip(unbroken.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)
    for a, b in zip(unbroken.average.parameters(), resumed.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_run_writes_weights_log_and_sheet_and_the_weights_can_be_evaluated(sets, config, capsys):
    loop.train(replace(config, minutes=0.02), say=lambda text: None)
    folder = Path(config.run)
    assert (folder / "previz.safetensors").is_file() and list(folder.glob("sheet_*.png"))
    figures = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
    assert {"autoencoder_psnr", "autoencoder_sharpness"} <= set(figures)
    assert main(["evaluate", "--sets", str(sets), "--weights", str(folder / "previz.safetensors")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["autoencoder_psnr"] == pytest.approx(figures["autoencoder_psnr"], abs=0.3)


def test_learning_rate_warms_up_and_falls_to_zero(config):
    config = replace(config, warm_up=10, minutes=10)
    assert loop.learning_rate(config, 0, 0) == pytest.approx(config.learning_rate / 10)
    assert loop.learning_rate(config, 50, 0) == pytest.approx(config.learning_rate)
    assert loop.learning_rate(config, 50, 600) == pytest.approx(0, abs=1e-12)


def test_blur_costs_more_than_its_colour_error():
    truth = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    blurred = torch.nn.functional.avg_pool2d(truth, 5, 1, 2)
    ones = torch.ones(1, 1, 32, 32)
    assert picture_loss(blurred, truth, ones) > 2 * (blurred - truth).abs().mean()
    assert picture_loss(truth, truth, ones) == 0
    assert sharpness(blurred, truth)[0] < 0.5 and sharpness(truth, truth)[0] == pytest.approx(1)


def test_figures_count_only_what_the_weight_names():
    truth = torch.zeros(1, 3, 8, 8)
    made = truth.clone()
    made[..., :4] = 0.1
    left, right = torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)
    left[..., :4], right[..., 4:] = 1, 1
    assert psnr(made, truth, left)[0] == pytest.approx(20, abs=1e-3) and psnr(made, truth, right)[0] > 90


def test_flow_loss_is_the_velocity_error():
    clean, noise, sigma = torch.randn(2, 8, 4, 4), torch.randn(2, 8, 4, 4), torch.tensor(0.5)
    predicted = clean + 0.1
    noisy = (1 - sigma) * clean + sigma * noise
    velocity_error = ((noisy - predicted) / sigma - (noisy - clean) / sigma) ** 2
    assert flow_loss(predicted, clean, sigma) == pytest.approx(float(velocity_error.mean()), rel=1e-4)


def test_evaluation_and_sheet_use_the_held_out_sets(sets, config):
    state = loop._fresh(config)
    held_out = CachedSets(sets, held_out=True)
    assert evaluate(state.average, held_out, config)["autoencoder_psnr"] > 0
    assert sample_sheet(state.average, held_out, config).size == (6 * W, H)


def test_missing_flags_are_named(capsys):
    with pytest.raises(SystemExit):
        main(["previz", "--sets", "somewhere"])
    assert "--run is needed" in capsys.readouterr().err
