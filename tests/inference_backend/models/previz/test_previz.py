"""The previz networks and engine: shapes, strict weights, determinism, what each input can and can not change."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inference_backend.errors import EngineUnavailable
from inference_backend.generation.observe import observe
from inference_backend.generation.remember import Memory, nothing
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.read import CONFIDENCE, GEOMETRY, PRESENT
from inference_backend.memory.tokens import Tokens
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.previz.denoiser import KNOWN, PALETTE, told
from inference_backend.models.previz.guide import CELL_CHANNELS, PIXEL_CHANNELS, cell_guide, pixel_guide
from inference_backend.models.previz.model import PrevizModel, look_of, palette_of
from inference_backend.models.registry import WEIGHTS_DIR, available_engines, load_engine, resolve_device
from tests.support.engines import random_engine
from tests.support.greybox import MOVING, look_at, pinhole, room

H, W = 36, 64


@pytest.fixture(scope="module")
def engine():
    return random_engine()


@pytest.fixture(scope="module")
def view():
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    return observe(caster, look_at((0.2, -2.6, 1.3), (0, 1, 0.8)), pinhole(H, W), H, W, 4)


def knowing(engine, view, prompt=""):
    cells = Cells.from_gbuffer(view.cells)
    memory = Memory(Tokens.empty(CHANNELS))
    memory.learn(torch.randn(CHANNELS, H // 4, W // 4, generator=torch.Generator().manual_seed(3)), cells, None, 1.0)
    return memory.knowledge(memory.read(cells), prompt)


def knowing_nothing(engine, view):
    return Memory(Tokens.empty(CHANNELS)).knowledge(nothing(engine, view.cells.depth_z.size), "")


def test_guides_have_their_stated_channels_and_are_finite(view):
    cells, pixels = cell_guide(view), pixel_guide(view)
    assert cells.shape == (CELL_CHANNELS, H // 4, W // 4) and pixels.shape == (PIXEL_CHANNELS, H, W)
    assert torch.isfinite(cells).all() and torch.isfinite(pixels).all()


def test_encode_decode_keep_the_size(engine, view):
    picture = np.random.default_rng(0).integers(0, 255, (H, W, 3), np.uint8)
    latents = engine.encode(picture)
    assert latents.shape == (CHANNELS, H // 4, W // 4)
    assert engine.decode(latents, view).shape == (H, W, 3)


def test_refine_is_deterministic_and_generate_follows_its_seed(engine, view):
    known, blank = knowing(engine, view), knowing_nothing(engine, view)
    assert torch.equal(engine.refine(view, known), engine.refine(view, known))
    first, again, other = (engine.generate(view, blank, 2, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.allclose(first, other)


def test_generate_leaves_what_memory_knows(engine, view):
    known = knowing(engine, view)
    covered = known.readout.covered.view(H // 4, W // 4)
    made, refined = engine.generate(view, known, 3, 5), engine.refine(view, known)
    torch.testing.assert_close(made[:, covered], refined[:, covered])


def test_a_prompt_changes_the_picture(engine, view):
    plain, dark = (knowing(engine, view, prompt) for prompt in ("", "dark brick"))
    assert not torch.allclose(engine.refine(view, plain), engine.refine(view, dark))


def test_any_whole_number_of_cells_works(engine):
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    for height, width in ((20, 36), (44, 28)):
        view = observe(caster, look_at((0, -2.6, 1.3), (0, 1, 0.8)), pinhole(height, width), height, width, 4)
        latents = engine.refine(view, knowing_nothing(engine, view))
        assert engine.decode(latents, view).shape == (height, width, 3)


def test_weights_round_trip_and_a_wrong_file_is_refused(engine, tmp_path):
    path = tmp_path / "previz.safetensors"
    engine._model.save(path)
    again = PrevizModel.load(path)
    for (name, a), b in zip(engine._model.state_dict().items(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(a.half().float(), b, msg=name)
    broken = PrevizModel()
    del broken.decoder
    broken.save(path)
    with pytest.raises(RuntimeError, match="Missing key"):
        PrevizModel.load(path)


def test_weights_of_another_version_are_refused_with_the_next_step(engine, tmp_path):
    tensors = {name: tensor.contiguous() for name, tensor in engine._model.state_dict().items()}
    save_file({name: tensor for name, tensor in tensors.items() if "warp" not in name}, tmp_path / "previz.safetensors")
    with pytest.raises(EngineUnavailable, match="another version of previz") as refused:
        load_engine("previz", "cpu", tmp_path)
    assert "mirage train" in refused.value.hint


def test_equal_weights_are_equal_files(engine, tmp_path):
    """A take names the weights that made it by the hash of their file."""
    for name in "abc":
        engine._model.save(tmp_path / name)
    assert len({(tmp_path / name).read_bytes() for name in "abc"}) == 1


def test_only_what_is_borrowed_is_in_doubt():
    """A generated surface is known as well as one of a picture; where there is no candidate there is no confidence."""
    geometry = torch.zeros(3, 2, GEOMETRY)
    geometry[:, 0, PRESENT], geometry[:, 0, CONFIDENCE] = 1, torch.tensor([0.5, 0.5, 0.9])
    found = told(geometry, torch.tensor([0.0, 1.0, 0.0])[:, None], 2)
    assert found[:, 0, CONFIDENCE].tolist() == pytest.approx([KNOWN, 0.5, 0.9]) and not found[:, 1].any()
    others = [i for i in range(GEOMETRY) if i != CONFIDENCE]
    assert torch.equal(found[..., others], geometry[..., others])


def test_palette_is_the_mean_of_a_material_and_silent_about_others():
    features = torch.tensor([[1.0], [3.0], [10.0]]).expand(3, CHANNELS)
    palette = palette_of(features, torch.tensor([4, 4, 9]), torch.tensor([4, 9, 5]))
    assert palette.shape == (3, PALETTE)
    assert palette[:, 0].tolist() == [2, 10, 0] and palette[:, -1].tolist() == [1, 1, 0]
    assert palette_of(features[:0], torch.zeros(0, dtype=torch.long), torch.tensor([4])).abs().max() == 0


def test_look_ignores_what_weighs_nothing():
    features = torch.randn(1, 6, 8)
    weight = torch.tensor([[1.0, 1, 1, 0, 0, 0]])
    torch.testing.assert_close(look_of(features, weight)[0, :8], features[0, :3].mean(0))
    assert look_of(features, torch.zeros(1, 6)).abs().max() == 0


def test_engines_say_what_they_lack(tmp_path):
    (info,) = available_engines(tmp_path)
    assert not info.ready and "mirage train" in info.lacks
    with pytest.raises(EngineUnavailable, match="previz"):
        load_engine("previz", "cpu", tmp_path)
    with pytest.raises(EngineUnavailable, match="no engine 'wan99'"):
        load_engine("wan99")
    with pytest.raises(EngineUnavailable, match="device"):
        resolve_device("tpu")


def test_the_shipped_weights_load_and_are_small_enough():
    (info,) = available_engines()
    assert info.ready, info.lacks
    assert (WEIGHTS_DIR / "previz.safetensors").stat().st_size <= 30 * 1024**2
    assert load_engine("previz", "cpu").weights_hash == info.weights
