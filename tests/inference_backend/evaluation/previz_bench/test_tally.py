"""Sums over pictures against the metrics of the pictures themselves."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.metrics import psnr, sharpness_ratio
from inference_backend.evaluation.previz_bench.tally import BLURS, Tally, add_blurred, at_equal_sharpness, blurred

RNG = np.random.default_rng(0)
TRUTH = blurred(RNG.integers(0, 256, (40, 60, 3)).astype(np.uint8), 0.8).round().astype(np.uint8)
ALL = np.ones((40, 60), bool)


def noisy(level: float) -> np.ndarray:
    return (TRUTH + np.random.default_rng(1).normal(0, level, TRUTH.shape)).clip(0, 255).round().astype(np.uint8)


def test_one_picture_comes_to_its_own_figures():
    made = noisy(10)
    tally = Tally()
    tally.add(made, TRUTH, ALL)
    assert tally.psnr == pytest.approx(psnr(made, TRUTH))
    assert tally.sharpness == pytest.approx(sharpness_ratio(made, TRUTH), rel=0.02)


def test_pictures_are_pooled_by_their_pixels():
    half, other = ALL.copy(), ALL.copy()
    half[:, 30:] = False
    other[:, :30] = False
    whole, parts = Tally(), Tally()
    made = noisy(12)
    whole.add(made, TRUTH, ALL)
    for mask in (half, other):
        parts.add(made, TRUTH, mask)
    assert parts.psnr == pytest.approx(whole.psnr) and parts.pixels == whole.pixels


def test_nothing_outside_the_mask_counts():
    made = TRUTH.copy()
    made[:, 30:] = 0
    mask = ALL.copy()
    mask[:, 30:] = False
    tally = Tally()
    tally.add(made, TRUTH, mask)
    assert (tally.psnr, tally.sharpness) == (99.0, 1.0)
    with pytest.raises(ValueError, match="some pixels"):
        _ = Tally().psnr


def test_blur_takes_detail_and_keeps_the_mean():
    for sigma in BLURS[1:]:
        soft = blurred(TRUTH, sigma)
        assert soft.mean() == pytest.approx(float(TRUTH.mean()), abs=1.0)
        assert sharpness_ratio(soft, TRUTH) < 1


def test_at_equal_sharpness_blur_alone_is_no_merit():
    def by_blur(made: np.ndarray) -> tuple[Tally, ...]:
        tallies = tuple(Tally() for _ in BLURS)
        add_blurred(tallies, made, TRUTH, ALL)
        return tallies

    sharp = by_blur(noisy(25))
    soft = by_blur(blurred(noisy(25), 0.8).round().astype(np.uint8))
    assert soft[0].psnr > sharp[0].psnr + 1, "a plain PSNR rewards the blur"
    assert at_equal_sharpness(sharp, sharp) == 0
    assert abs(at_equal_sharpness(sharp, soft)) < 0.3
    assert at_equal_sharpness(by_blur(noisy(5)), soft) > 3
