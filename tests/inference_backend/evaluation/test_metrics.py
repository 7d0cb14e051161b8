"""What PSNR, SSIM and sharpness must be for any picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_backend.evaluation import metrics

seeds = st.integers(0, 2**32 - 1)


def noise(seed: int, height: int = 24, width: int = 31) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(seeds)
def test_a_picture_is_like_itself(seed):
    picture = noise(seed)
    assert metrics.psnr(picture, picture) == metrics.MAX_PSNR
    assert metrics.ssim(picture, picture) == pytest.approx(1.0)
    assert metrics.sharpness_ratio(picture, picture) == 1.0


@given(seeds, seeds)
def test_likeness_is_symmetric_and_bounded(a, b):
    x, y = noise(a), noise(b)
    assert metrics.psnr(x, y) == metrics.psnr(y, x) >= 0
    assert metrics.ssim(x, y) == pytest.approx(metrics.ssim(y, x))
    assert -1.0 <= metrics.ssim(x, y) <= 1.0 + 1e-9


@given(seeds, st.integers(1, 60), st.integers(1, 60))
def test_a_larger_error_scores_lower(seed, small, more):
    picture = noise(seed).astype(np.float64)
    near, far = picture + small, picture + small + more
    assert metrics.psnr(picture, near) > metrics.psnr(picture, far)
    assert metrics.psnr(picture, near) == pytest.approx(20 * np.log10(255 / small))


@given(seeds)
def test_blur_lowers_sharpness(seed):
    picture = noise(seed).astype(np.float64)
    blurred = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1) + np.roll(picture, (1, 1), (0, 1))) / 4
    assert metrics.sharpness_ratio(blurred, picture) < 0.9


def test_sharpness_of_a_ramp_is_its_slope():
    ramp = np.repeat((3.0 * np.arange(20))[None, :, None], 12, 0).repeat(3, 2)
    assert metrics.sharpness(ramp) == pytest.approx(3.0)


def test_a_mask_confines_the_comparison():
    a, b = np.zeros((4, 4, 3)), np.zeros((4, 4, 3))
    b[0] = 255
    mask = np.zeros((4, 4), bool)
    mask[2:] = True
    assert metrics.psnr(a, b, mask) == metrics.MAX_PSNR
    assert metrics.psnr(a, b, ~mask) == pytest.approx(10 * np.log10(2))
    with pytest.raises(ValueError, match="empty"):
        metrics.psnr(a, b, np.zeros((4, 4), bool))


def test_pictures_that_cannot_be_compared_are_named():
    with pytest.raises(ValueError, match=r"\(4, 4, 3\) and \(4, 5, 3\)"):
        metrics.psnr(np.zeros((4, 4, 3)), np.zeros((4, 5, 3)))
    with pytest.raises(ValueError, match="11 pixels"):
        metrics.ssim(np.zeros((8, 40, 3)), np.zeros((8, 40, 3)))
    with pytest.raises(ValueError, match="flat"):
        metrics.sharpness_ratio(noise(1), np.full((9, 9, 3), 7))
