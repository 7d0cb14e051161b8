"""Pictures for the autoencoder: the same number is the same picture, files are whole, and kinds are as they say."""

import numpy as np
import pytest

from inference_backend.storage.tensors import load_arrays
from inference_backend.training.pictures import make
from inference_backend.training.pictures.colors import along, draw_palette, to_srgb
from inference_backend.training.pictures.painterly import FILTERS, kuwahara, posterised
from inference_backend.training.pictures.textures import noise


def _rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_same_number_is_the_same_picture_and_another_is_not() -> None:
    first, again, other = make.picture(4, 48, 80), make.picture(4, 48, 80), make.picture(5, 48, 80)
    assert first.shape == (48, 80, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5


def test_files_hold_every_picture_once_and_are_not_written_twice(tmp_path) -> None:
    said: list[str] = []
    paths = make.write_pictures(tmp_path, 6, 32, 64, said.append, chunk=4)
    assert [path.name for path in paths] == ["pictures-0000.safetensors", "pictures-0001.safetensors"]
    stored = np.concatenate([load_arrays(path)[0]["rgb"] for path in paths])
    np.testing.assert_array_equal(stored, np.stack([make.picture(i, 32, 64) for i in range(6)]))
    assert len(said) == 2
    make.write_pictures(tmp_path, 6, 32, 64, said.append, chunk=4)
    assert len(said) == 2


@pytest.mark.parametrize("kind", sorted(make.KINDS))
def test_every_kind_fills_its_picture_with_more_than_one_tone(kind: str) -> None:
    if kind == "photograph":
        pytest.importorskip("bpy")
    drawn = make.KINDS[kind](_rng(), 48, 80)
    assert drawn.shape == (48, 80, 3) and drawn.dtype == np.float32
    assert np.isfinite(drawn).all() and drawn.min() >= -1e-4 and drawn.max() <= 1 + 1e-4
    assert drawn.std() > 0.005


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_noise_has_the_slope_that_was_asked_for(slope: float) -> None:
    power = np.abs(np.fft.fft2(noise(_rng(), 128, 128, slope))) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(128) * 128, np.fft.fftfreq(128) * 128))
    band = (frequency > 3) & (frequency < 50)
    fitted = np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)[0]
    assert fitted == pytest.approx(-2 * slope, abs=0.15)


@pytest.mark.parametrize("painted", FILTERS, ids=lambda f: f.__name__)
def test_a_filter_keeps_the_range_and_changes_the_picture(painted) -> None:
    picture = make.KINDS["leaves"](_rng(1), 48, 80)
    out = painted(picture, _rng(2))
    assert out.shape == picture.shape and out.min() >= 0 and out.max() <= 1
    assert np.abs(out - picture).mean() > 1e-3


def test_kuwahara_keeps_a_step_edge_and_calms_noise() -> None:
    step = np.zeros((32, 32, 3), np.float32)
    step[:, 16:] = 0.8
    np.testing.assert_allclose(kuwahara(step, _rng()), step, atol=1e-5)
    noisy = np.clip(0.5 + 0.1 * _rng().standard_normal((32, 32, 3)), 0, 1).astype(np.float32)
    assert kuwahara(noisy, _rng()).std() < noisy.std()


def test_a_posterised_ramp_has_few_tones() -> None:
    ramp = np.repeat(np.linspace(0, 1, 64, dtype=np.float32)[None, :, None], 3, 2).repeat(8, 0)
    assert len(np.unique(posterised(ramp, _rng()).reshape(-1, 3), axis=0)) <= 8


def test_a_gradient_meets_its_palette_at_the_stops() -> None:
    palette = draw_palette(_rng(), 4)
    np.testing.assert_allclose(along(palette, np.linspace(0, 1, 4)), palette, atol=1e-6)
    assert to_srgb(np.array([0.214041])) == pytest.approx(0.5, abs=1e-4)
