"""Runs of the whole engine: with pictures beside, over sets that are still being rendered, and on a GPU."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from inference_backend.training.cache import cache_set
from inference_backend.training.config import TrainingConfig
from inference_backend.training.dataset import CachedSets
from inference_backend.training.denoiser_loop import DenoiserTask, train
from inference_backend.training.pictures.make import write_pictures

H, W = 48, 64


def ignore(text):
    """What a run says is not under test."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "sets").mkdir()
    for seed in (3, 100):
        cache_set(seed, folder / "sets", 3, H, W)
    write_pictures(folder / "pictures", 4, H, W, ignore)
    return folder


@pytest.fixture
def config(data, tmp_path):
    before = torch.get_num_threads()
    yield TrainingConfig(str(data / "sets"), str(tmp_path / "run"), steps=3, batch=2, warm_up=1)
    torch.set_num_threads(before)


def test_pictures_teach_the_autoencoder_beside_the_sets(config, data):
    mixed = replace(config, pictures=str(data / "pictures"), picture_share=0.5, picture_size=32, equivariance=0.1)
    task = DenoiserTask(mixed)
    batch = task.read(0)
    assert batch.pictures.rgb.shape == (1, 32, 32, 3)
    losses = task.advance(task.begin(), batch)
    assert {"picture_autoencoder", "picture_equivariance", "equivariance", "refine"} <= set(losses)
    assert DenoiserTask(config).read(0).pictures is None


def test_a_run_over_a_frozen_autoencoder_is_continued_to_the_bit(config, tmp_path):
    """Latents that are made anew after a cut are those that were made before it."""
    config = replace(config, frozen="autoencoder", texture=0.1, flow_every=2)
    uncut, cut = replace(config, run=str(tmp_path / "uncut")), replace(config, run=str(tmp_path / "cut"))
    train(uncut, say=ignore)
    for minutes in (1e-9, 0):
        train(replace(cut, minutes=minutes), say=ignore)
    for name in ("models", "optimizer"):
        ours, theirs = (load_file(Path(c.run) / "checkpoint" / f"{name}.safetensors") for c in (cut, uncut))
        assert all(torch.equal(ours[tensor], theirs[tensor]) for tensor in theirs), name


def test_sets_that_come_are_drawn_from_after_those_known(data, tmp_path):
    (tmp_path / "sets").mkdir()
    known = CachedSets(tmp_path / "sets")
    for seed in (101, 100, 4):
        (tmp_path / "sets" / f"{seed:07d}.safetensors").touch()
        known.grow()
    assert [path.stem for path in known.paths] == ["0000101", "0000100"]


@pytest.mark.slow
def test_a_run_renders_its_own_sets(config, tmp_path):
    """Half a minute: twelve held-out sets come first, rendered by processes of their own."""
    config = replace(config, sets=str(tmp_path / "own"), render_sets=2, render_processes=2, render_views=3)
    train(replace(config, render_height=H, render_width=W, steps=1), say=ignore)
    assert len(CachedSets(tmp_path / "own").paths) == 2
    assert len(CachedSets(tmp_path / "own", held_out=True).paths) == 12
    facts = json.loads(Path(config.run, "checkpoint", "run.json").read_text())
    assert facts["seeds"] == ["0000100", "0000101"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_run_on_a_gpu_is_that_of_the_processor_to_a_few_parts_in_a_hundred(config, data):
    """The first step draws its noise on another device: the losses of the same samples agree, not their bits."""
    found = []
    for device in ("cpu", "cuda"):
        task = DenoiserTask(replace(config, device=device, batch=4, latent_noise=0, memory_drop=0, patch_drop=0))
        losses = task.advance(task.begin(), task.read(0))
        found.append({name: float(value.detach()) for name, value in losses.items()})
    for name in ("autoencoder", "refine", "statistics"):
        assert found[1][name] == pytest.approx(found[0][name], rel=0.05), name
    train(replace(config, device="cuda", workers=2, pictures=str(data / "pictures"), picture_size=32), say=ignore)
    assert (Path(config.run) / "previz.safetensors").is_file()
