"""The autoencoder's own training, on real views and real pictures at toy size."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inference_backend.errors import Conflict, InvalidRequest, NotFound
from inference_backend.models.previz.model import PrevizModel
from inference_backend.storage.tensors import load_arrays
from inference_backend.training.autoencoder_loop import AutoencoderTask, train_autoencoder
from inference_backend.training.cache import cache_set
from inference_backend.training.cli import main
from inference_backend.training.config import AutoencoderConfig
from inference_backend.training.dataset import CachedSets
from inference_backend.training.pictures.make import write_pictures
from inference_backend.training.squares import HELD_OUT_SHARE, Pictures, draw

H, W, SIDE = 48, 64, 32
PARTS = ("encoder", "decoder", "denoiser")


def ignore(text):
    """What a run says is not under test."""


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tensors this small are slower on several threads, by far where the cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folders of one set to train on and one held out, and of six pictures."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "sets").mkdir()
    for seed in (3, 100):
        cache_set(seed, folder / "sets", 3, H, W)
    write_pictures(folder / "pictures", 6, H, W, ignore)
    return folder


@pytest.fixture
def config(data, tmp_path):
    return AutoencoderConfig(
        sets=str(data / "sets"),
        pictures=str(data / "pictures"),
        run=str(tmp_path / "run"),
        steps=4,
        batch=4,
        picture_size=SIDE,
        warm_up=1,
        checkpoint_minutes=60,
    )


def test_a_run_cut_twice_ends_in_the_bits_of_an_uncut_one(config, tmp_path):
    """The uncut run reads ahead in two threads, the cut one in none."""
    uncut = replace(config, run=str(tmp_path / "uncut"), workers=2)
    cut = replace(config, run=str(tmp_path / "cut"), workers=0)
    train_autoencoder(uncut, say=ignore)
    for minutes in (1e-9, 1e-9, 0):
        train_autoencoder(replace(cut, minutes=minutes), say=ignore)
    for name in ("models", "optimizer"):
        ours, theirs = (load_file(Path(c.run) / "checkpoint" / f"{name}.safetensors") for c in (cut, uncut))
        assert ours.keys() == theirs.keys() and len(ours) > 10
        assert all(torch.equal(ours[tensor], theirs[tensor]) for tensor in ours), name


def test_only_the_autoencoder_learns_and_the_weights_are_a_whole_engine(config, tmp_path):
    first = tmp_path / "first.safetensors"
    torch.manual_seed(7)
    PrevizModel().save(first)
    train_autoencoder(replace(config, init=str(first)), say=ignore)
    given, made = (PrevizModel.load(path).state_dict() for path in (first, Path(config.run) / "previz.safetensors"))
    assert {name.split(".")[0] for name in given if not torch.equal(given[name], made[name])} == {"encoder", "decoder"}


def test_latents_may_keep_their_meaning(config):
    task = AutoencoderTask(replace(config, frozen="encoder"))
    state = task.begin()
    before = {name: tensor.clone() for name, tensor in state.model.state_dict().items()}
    task.advance(state, task.read(0))
    changed = {
        name.split(".")[0] for name, now in state.model.state_dict().items() if not torch.equal(now, before[name])
    }
    assert changed == {"decoder"}


def test_pictures_get_better_with_training(config):
    task = AutoencoderTask(replace(config, steps=1000))
    state, batch = task.begin(), task.read(0)
    history = [task.advance(state, batch) for _ in range(25)]
    for name in ("autoencoder", "equivariance"):
        values = [float(losses[name].detach()) for losses in history]
        assert np.mean(values[-5:]) < 0.88 * np.mean(values[:3]), name


def test_half_of_the_samples_are_pictures_and_have_no_guide(data):
    sets, pictures = CachedSets(data / "sets"), Pictures(data / "pictures")
    squares = draw(sets, pictures, 6, SIDE, 0.5, np.random.default_rng(0))
    assert squares.rgb.shape == (6, SIDE, SIDE, 3) and squares.rgb.dtype == torch.uint8
    shapes = squares.guide.abs().amax((1, 2, 3))
    assert (shapes[:3] == 0).all() and (shapes[3:] > 0).all()


def test_some_squares_have_other_colours(data):
    sets, pictures = CachedSets(data / "sets"), Pictures(data / "pictures")
    plain, other = (draw(sets, pictures, 60, 8, 0.5, np.random.default_rng(0), share) for share in (0.0, 0.4))
    assert torch.equal(plain.rgb, other.rgb) and (plain.gain == 1).all()
    tinted = (other.gain != 1).any(1)
    assert 0.2 < tinted.float().mean() < 0.6 and (0.7 <= other.gain).all() and (other.gain <= 1.3).all()
    was, now = plain.to("cpu")[0], other.to("cpu")[0]
    assert torch.equal(was[~tinted], now[~tinted])
    torch.testing.assert_close(now, (was * other.gain[:, :, None, None]).clamp(0, 1))


def test_a_view_keeps_its_guide(data):
    """A square and its guide are of the same place: the base colour of the whole view, searched for the square's."""
    squares = draw(CachedSets(data / "sets"), Pictures(None), 2, SIDE, 0.5, np.random.default_rng(1))
    stored, _ = load_arrays(data / "sets" / "0000100.safetensors")
    for rgb, guide in zip(squares.rgb.numpy(), squares.guide.numpy(), strict=True):
        places = [
            (view, y, x)
            for view in range(len(stored["rgb"]))
            for y in range(H - SIDE + 1)
            for x in range(W - SIDE + 1)
            if np.array_equal(stored["rgb"][view, y : y + SIDE, x : x + SIDE], rgb)
        ]
        assert len(places) == 1
        view, y, x = places[0]
        assert np.array_equal(stored["pixel_guide"][view, :, y : y + SIDE, x : x + SIDE], guide)


def test_held_out_pictures_are_never_trained_on(data):
    trained, held_out = (Pictures(data / "pictures", held_out=flag).rows for flag in (False, True))
    assert not set(trained) & set(held_out)
    assert len(trained) + len(held_out) == 6 and len(held_out) == -(-6 // HELD_OUT_SHARE)


def test_a_run_from_the_command_line_writes_log_and_sheet_of_what_was_held_out(config, data):
    folders = ["--sets", config.sets, "--pictures", config.pictures, "--run", config.run]
    shape = ["--set", "steps=2", "--batch", "2", "--picture-size", "32"]
    assert main(["autoencoder", "--config", "autoencoder", *folders, *shape]) == 0
    figures = json.loads(Path(config.run, "log.jsonl").read_text().splitlines()[-1])
    names = {f"{name}_psnr" for name in ("autoencoder", "unguided", "shifted", "picture")}
    assert names <= set(figures) and figures["step"] == 2
    assert list(Path(config.run).glob("sheet_*.png"))


def test_what_cannot_be_trained_on_is_said(config, data, tmp_path):
    with pytest.raises(NotFound, match="no cached sets .* no pictures"):
        train_autoencoder(replace(config, sets=str(tmp_path), pictures=""), say=ignore)
    with pytest.raises(InvalidRequest, match="64x48 pixels, smaller than squares of 96"):
        train_autoencoder(replace(config, picture_size=96), say=ignore)
    train_autoencoder(replace(config, minutes=1e-9), say=ignore)
    with pytest.raises(Conflict, match="begun with equivariance 0.25"):
        train_autoencoder(replace(config, equivariance=0.5), say=ignore)


def test_pictures_alone_are_enough(config):
    train_autoencoder(replace(config, sets="", steps=1), say=ignore)
    assert (Path(config.run) / "previz.safetensors").is_file()
