"""Training on real procedural sets at toy size: cached samples, one step, checkpoints, figures."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inference_backend.errors import Conflict, InvalidRequest, NotFound
from inference_backend.memory.write import MIN_PURITY
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.previz.model import PrevizModel, palette_of
from inference_backend.models.previz.vocabulary import WORDS
from inference_backend.storage.tensors import load_arrays
from inference_backend.training import denoiser_loop, loop
from inference_backend.training.cache import cache_set
from inference_backend.training.cli import main
from inference_backend.training.config import TrainingConfig
from inference_backend.training.dataset import CachedSets, collate, crop, load, ready
from inference_backend.training.denoiser_loop import DenoiserTask, train
from inference_backend.training.evaluate import evaluate, sample_sheet
from inference_backend.training.frozen_latents import FrozenLatents
from inference_backend.training.losses import flow_loss, picture_loss, psnr, sharpness, texture_loss
from inference_backend.training.step import condition_of, encode, palettes, run, without_dropout

H, W = 48, 80


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
def sets(tmp_path_factory):
    """Two sets to train on, one held out, three views each."""
    folder = tmp_path_factory.mktemp("sets")
    for seed in (3, 100, 101):
        cache_set(seed, folder, 3, H, W)
    return folder


@pytest.fixture
def config(sets, tmp_path):
    return TrainingConfig(str(sets), str(tmp_path / "run"), steps=1000, batch=2, warm_up=1, checkpoint_minutes=60)


def begun(config):
    """A run at its first step."""
    task = DenoiserTask(config)
    return task, task.begin()


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
        condition, covered, _ = condition_of(sources, batch, config, torch.Generator().manual_seed(0))
    pure = batch.cell_guide[:, -1:] >= MIN_PURITY
    own = condition.features[:, 0].where(pure, torch.zeros(())) - latents.where(pure, torch.zeros(()))
    assert (own.abs().amax(1) < 1e-3).float().mean() > 0.97
    assert covered[pure].mean() > 0.99


def test_a_crop_shows_the_same_cells(sets):
    whole = load(sets / "0000100.safetensors", 1, 2, np.random.default_rng(0))
    part, full = collate([crop(whole, 2, 5, 8, 12)]), collate([whole])
    assert torch.equal(part.target, full.target[..., 8:40, 20:68])
    assert torch.equal(part.pixel_guide, full.pixel_guide[..., 8:40, 20:68])
    for name in ("cell_guide", "geometry", "covered"):
        assert torch.equal(getattr(part, name), getattr(full, name)[..., 2:10, 5:17]), name
    h, w = full.cell_guide.shape[-2:]
    for name in ("token", "material"):
        cells = getattr(full, name).unflatten(-1, (h, w))[..., 2:10, 5:17]
        assert torch.equal(getattr(part, name).unflatten(-1, (8, 12)), cells), name
    samples = ready(CachedSets(sets).sample(2, np.random.default_rng(0), 0.7), "cpu")
    assert samples.target.shape[-2:] == (32, 56) and samples.sources.shape[-2:] == (H, W)


def test_a_crop_gathers_what_the_whole_picture_gathers(sets):
    whole = load(sets / "0000100.safetensors", 1, 2, np.random.default_rng(0))
    config = without_dropout(TrainingConfig("", ""))
    torch.manual_seed(0)
    model, found = PrevizModel(), []
    for sample in (whole, crop(whole, 2, 5, 8, 12)):
        batch = collate([sample])
        with torch.no_grad():
            condition, _, _ = condition_of(encode(model, batch)[1], batch, config, torch.Generator().manual_seed(0))
        found.append(condition)
    torch.testing.assert_close(found[1].features, found[0].features[..., 2:10, 5:17])
    torch.testing.assert_close(found[1].palette, found[0].palette[..., 2:10, 5:17])


@pytest.mark.parametrize(("frozen", "learning"), [("encoder", {"denoiser", "decoder"}), ("autoencoder", {"denoiser"})])
def test_what_is_frozen_stays(sets, config, frozen, learning):
    task, state = begun(replace(config, frozen=frozen, texture=0.1, adversarial=0.1, equivariance=0.1))
    before = {name: tensor.clone() for name, tensor in state.model.state_dict().items()}
    losses = task.advance(state, task.read(0))
    now = state.model.state_dict()
    assert {name.split(".")[0] for name in now if not torch.equal(now[name], before[name])} == learning
    assert ("equivariance" in losses) == ("decoder" in learning)


def test_latents_of_a_frozen_encoder_are_made_once_and_are_the_encoders(sets, config):
    task, state = begun(replace(config, frozen="encoder", crop=0.7))
    picks = [load(sets / "0000100.safetensors", 1, history, np.random.default_rng(0)) for history in (0, 2)]
    whole, part = collate(picks), collate([crop(pick, 2, 5, 8, 12) for pick in picks])
    known = FrozenLatents(task.sets)
    with torch.no_grad():
        for found, expected in zip(known.of(state.model, whole), encode(state.model, whole), strict=True):
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
        latents, sources = known.of(state.model, whole)
        for parameter in state.model.encoder.parameters():
            parameter.zero_()
        again, same = known.of(state.model, part)
    assert torch.equal(again, latents[..., 2:10, 5:17]) and torch.equal(same, sources)


def test_what_may_be_frozen_is_said(config):
    with pytest.raises(InvalidRequest, match="`frozen` is 'decoder'"):
        replace(config, frozen="decoder")


def test_every_cell_gets_the_palette_of_its_material(sets):
    """All at once as one by one, for a sample with a missing source, too."""
    batch = collate([load(sets / "0000100.safetensors", 1, history, np.random.default_rng(0)) for history in (0, 2)])
    rows = torch.randn(2, batch.source_material.shape[1], CHANNELS, generator=torch.Generator().manual_seed(0))
    valid = (batch.source_material >= 0).float()
    found = palettes(rows, valid, batch)
    assert valid.min() == 0 and batch.materials > 2
    for i in range(2):
        kept = valid[i] > 0.5
        expected = palette_of(rows[i][kept], batch.source_material[i][kept], batch.material[i])
        torch.testing.assert_close(found[i].T, expected, atol=1e-5, rtol=1e-5)


def test_materials_are_the_same_where_they_were_the_same(sets):
    """Numbers within a sample tell apart what the stored ones tell apart, in the target and across its sources."""
    sample = load(sets / "0000100.safetensors", 1, 2, np.random.default_rng(0))
    stored, _ = load_arrays(sets / "0000100.safetensors")
    views = [1, *(int(i) for i in stored["sources"][1][2])]
    were = torch.from_numpy(np.concatenate([stored["material"][i] for i in views]))
    now = torch.cat([sample["material"], sample["source_material"]])
    assert len(torch.unique(torch.stack([were, now.to(were.dtype)], 1), dim=0)) == len(torch.unique(were))
    assert len(torch.unique(now)) == len(torch.unique(were)) and now.min() == 0


def test_words_are_of_the_vocabulary(sets):
    batch = ready(CachedSets(sets).sample(2, np.random.default_rng(0)), "cpu")
    assert batch.words.shape == (2, len(WORDS)) and set(batch.words.unique().tolist()) <= {0.0, 1.0}


def test_pictures_get_better_with_training(sets, config):
    """The latents' own losses grow at first, with the latents; what counts is the pictures."""
    task, state = begun(config)
    batch = task.read(0)
    history = [task.advance(state, batch) for _ in range(16)]
    for name in ("autoencoder", "refine"):
        values = [float(losses[name].detach()) for losses in history]
        assert np.mean(values[-3:]) < 0.85 * np.mean(values[:2]), name


def test_a_run_cut_twice_ends_in_the_bits_of_an_uncut_one(sets, config, tmp_path):
    """Every loss is on, and the discriminator sets in between the cuts; a cut run keeps nothing but its folder."""
    config = replace(config, steps=5, texture=0.1, adversarial=0.05, adversarial_from=2, adversarial_ramp=2)
    config = replace(config, crop=0.7, flow_every=2)
    uncut, cut = replace(config, run=str(tmp_path / "uncut")), replace(config, run=str(tmp_path / "cut"))
    train(uncut, say=ignore)
    for minutes in (1e-9, 1e-9, 0):
        train(replace(cut, minutes=minutes), say=ignore)
    for name in ("models", "optimizer", "discriminator_optimizer"):
        ours, theirs = (load_file(Path(c.run) / "checkpoint" / f"{name}.safetensors") for c in (cut, uncut))
        assert ours.keys() == theirs.keys() and len(ours) > 10
        assert all(torch.equal(ours[tensor], theirs[tensor]) for tensor in ours), name


def test_a_run_is_continued_with_its_own_settings_and_sets_only(sets, config, tmp_path):
    train(replace(config, minutes=1e-9), say=ignore)
    with pytest.raises(Conflict, match="begun with batch 2, texture 0.0"):
        train(replace(config, batch=3, texture=0.5), say=ignore)
    fewer = tmp_path / "fewer"
    fewer.mkdir()
    shutil.copy(sets / "0000101.safetensors", fewer)
    with pytest.raises(NotFound, match="1 sets .* 0000100 among them"):
        train(replace(config, sets=str(fewer)), say=ignore)
    with pytest.raises(NotFound, match="no cached sets"):
        train(replace(config, sets=str(tmp_path)), say=ignore)


def test_sets_that_come_later_do_not_change_a_run(sets, config, tmp_path):
    growing = tmp_path / "sets"
    growing.mkdir()
    shutil.copy(sets / "0000101.safetensors", growing)
    config = replace(config, sets=str(growing), steps=2)
    train(replace(config, minutes=1e-9), say=ignore)
    shutil.copy(sets / "0000100.safetensors", growing)
    train(config, say=ignore)
    facts = json.loads(Path(config.run, "checkpoint", "run.json").read_text())
    assert facts["step"] == 2 and facts["seeds"] == ["0000101"]


def test_a_run_starts_from_given_weights(sets, config, tmp_path):
    path = tmp_path / "first.safetensors"
    torch.manual_seed(7)
    PrevizModel().save(path)
    _, state = begun(replace(config, init=str(path)))
    for part in (state.model, state.average):
        for (name, tensor), given in zip(part.state_dict().items(), load_file(path).values(), strict=False):
            assert torch.equal(tensor, load_file(path)[name].float()), (name, given.shape)


def test_the_discriminator_moves_the_model_and_is_not_moved_by_it(sets, config):
    judged = replace(config, adversarial=0.1, adversarial_ramp=1)
    runs = [begun(each) for each in (config, judged)]
    for task, state in runs:
        losses = [task.advance(state, task.read(step)) for step in range(2)]
    assert {"adversarial", "discriminator"} <= set(losses[-1])
    plain, moved = (state.model.decoder.leave.weight for _, state in runs)
    assert not torch.equal(plain, moved)
    assert runs[0][1].discriminator is None
    assert all(parameter.requires_grad for parameter in runs[1][1].discriminator.parameters())


def test_a_run_writes_weights_log_and_sheet_and_the_weights_can_be_evaluated(sets, config, capsys):
    train(replace(config, steps=3), say=ignore)
    folder = Path(config.run)
    assert (folder / "previz.safetensors").is_file() and list(folder.glob("sheet_*.png"))
    figures = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
    assert {"autoencoder_psnr", "autoencoder_sharpness"} <= set(figures)
    assert main(["evaluate", "--sets", str(sets), "--weights", str(folder / "previz.safetensors")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["autoencoder_psnr"] == pytest.approx(figures["autoencoder_psnr"], abs=0.3)


def test_learning_rate_follows_the_steps_alone(config):
    config = replace(config, warm_up=10, steps=1000)
    assert loop.learning_rate(config, 0) == pytest.approx(config.learning_rate / 10)
    assert loop.learning_rate(config, 500) == pytest.approx(config.learning_rate / 2)
    assert loop.learning_rate(config, 1000) == pytest.approx(0, abs=1e-12)


def test_the_discriminator_sets_in_by_steps(config):
    config = replace(config, adversarial=0.2, adversarial_from=100, adversarial_ramp=100)
    assert [denoiser_loop.adversarial_weight(config, step) for step in (0, 100, 150, 200, 999)] == [0, 0, 0.1, 0.2, 0.2]


def test_texture_costs_fog_and_forgives_a_shift():
    truth = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    ones = torch.ones(1, 1, 64, 64)
    fog = torch.full_like(truth, 0.5)
    shifted = truth.roll(1, -1)
    assert (shifted - truth).abs().mean() > (fog - truth).abs().mean()
    assert texture_loss(shifted, truth, ones) < 0.1 * texture_loss(fog, truth, ones)
    assert texture_loss(truth, truth, ones) == 0


def test_blur_costs_more_than_its_colour_error():
    truth = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    blurred = torch.nn.functional.avg_pool2d(truth, 5, 1, 2)
    ones = torch.ones(1, 1, 32, 32)
    assert picture_loss(blurred, truth, ones) > 2 * (blurred - truth).abs().mean()
    assert picture_loss(truth, truth, ones) == 0
    assert sharpness(blurred, truth)[0] < 0.5 and sharpness(truth, truth)[0] == pytest.approx(1)


def test_texture_of_refined_pictures_teaches_the_denoiser_alone(sets, config):
    """The two losses on texture apart: the autoencoder's moves the decoder, the refiner's does not."""
    batch = collate([load(sets / "0000100.safetensors", 1, 2, np.random.default_rng(0))])
    torch.manual_seed(0)
    model = PrevizModel()
    whole = replace(without_dropout(config), texture=1.0)
    losses = run(model, batch, whole, torch.Generator().manual_seed(0)).losses
    for name, moved in (("refine_texture", "denoiser"), ("texture", "decoder")):
        slopes = dict(zip((n for n, _ in model.named_parameters()), _slopes(losses[name], model), strict=True))
        parts = {part for part in ("denoiser", "decoder") if any(n.startswith(part) and slopes[n] for n in slopes)}
        assert parts == {moved}


def _slopes(loss, model):
    found = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True, allow_unused=True)
    return [slope is not None and bool(slope.abs().max() > 0) for slope in found]


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
    _, state = begun(config)
    held_out = CachedSets(sets, held_out=True)
    assert evaluate(state.average, held_out, config)["autoencoder_psnr"] > 0
    assert sample_sheet(state.average, held_out, config).size == (6 * W, H)


def test_missing_flags_are_named():
    for verb in ("denoiser", "previz", "autoencoder"):
        with pytest.raises(InvalidRequest, match="--run is needed"):
            main([verb, "--sets", "somewhere"])
