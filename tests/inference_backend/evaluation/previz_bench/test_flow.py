"""The end-point error against displacements that are known because they were made."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.previz_bench.flow import EndPoints, residual

SIZE = (72, 96)
ALL = np.ones(SIZE, bool)


def waves(down: float = 0.0, right: float = 0.0) -> np.ndarray:
    """[H,W] luma with detail in every direction, displaced by (down, right) pixels."""
    y, x = np.meshgrid(np.arange(SIZE[0]) - down, np.arange(SIZE[1]) - right, indexing="ij")
    parts = [np.sin(0.9 * x + 0.3 * y), np.sin(-0.4 * x + 0.8 * y + 1), np.sin(0.55 * x + 0.62 * y + 2)]
    return 128 + 30 * np.sum(parts, 0)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (1.0, 0.0), (-2.0, 1.0), (0.4, -0.6), (1.7, 1.3)])
def test_a_known_displacement_is_found_to_a_fraction_of_a_pixel(shift):
    errors = residual(waves(), waves(*shift), ALL)
    assert len(errors) > 500
    assert np.median(errors) == pytest.approx(np.hypot(*shift), abs=0.12)


def test_what_can_not_be_told_is_not_counted():
    columns = np.broadcast_to(128 + 60 * np.sin(0.7 * np.arange(SIZE[1])), SIZE)
    assert len(residual(np.full(SIZE, 90.0), np.full(SIZE, 91.0), ALL)) == 0
    assert len(residual(columns, columns, ALL)) == 0, "a block slides freely along stripes"
    assert len(residual(waves(), waves(), ~ALL)) == 0


def test_pixels_that_one_frame_lacks_change_nothing():
    valid = ALL.copy()
    valid[:, 60:] = False
    other = waves()
    other[:, 60:] = 0
    assert residual(waves(), other, valid).max() < 0.1


def test_pairs_are_pooled_by_their_blocks():
    pooled = EndPoints()
    assert pooled.mean is None
    pooled.add(np.array([1.0, 1.0, 1.0]))
    pooled.add(np.array([3.0]))
    assert pooled.mean == 1.5
