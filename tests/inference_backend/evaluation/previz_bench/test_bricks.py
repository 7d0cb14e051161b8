"""The counter of bricks against pictures whose bricks are known to be there, or known not to be."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.previz_bench import bricks
from inference_backend.evaluation.previz_bench.tally import blurred

SIZE = (144, 256)


@pytest.fixture(scope="module")
def wall():
    stage = bricks.wall_of(0, 12.0, SIZE)
    camera = bricks.wall_camera(12.0, SIZE, bricks.ASIDE)
    truth = stage.truth(camera)
    middles = bricks.bricks_in_view([camera, stage.camera], SIZE)
    expected = float(np.mean(bricks.contrast(truth, camera, middles)))

    def counted(picture: np.ndarray) -> float:
        return float((bricks.contrast(picture, camera, middles) / expected >= bricks.MIN_CONTRAST).all(1).mean())

    return truth, counted, middles


def test_all_bricks_of_the_true_picture_are_counted(wall):
    truth, counted, middles = wall
    assert len(middles) > 150 and counted(truth) > 0.95


def test_a_picture_without_joints_or_with_them_elsewhere_has_none(wall):
    truth, counted, _ = wall
    assert counted(np.full_like(truth, 120)) == 0
    assert counted(blurred(truth, 3.0).round().astype(np.uint8)) < 0.02
    assert counted(np.roll(truth, 2, 0)) < 0.05, "the rows lie half a brick's height off"


def test_a_little_blur_costs_some_of_them(wall):
    truth, counted, _ = wall
    shares = [counted(blurred(truth, sigma).round().astype(np.uint8)) for sigma in (0.0, 0.6, 0.9, 1.2)]
    assert shares == sorted(shares, reverse=True) and shares[0] > shares[-1]


def test_bricks_are_as_wide_in_the_look_as_was_asked():
    for pixels in (12.0, 23.0):
        camera = bricks.wall_camera(pixels, SIZE, 0.0)
        middles = bricks.bricks_in_view([camera], SIZE)
        row = middles[np.isclose(middles[:, 1], middles[0, 1])]
        places = bricks.project(np.sort(row, 0), camera)[:, 0]
        assert np.diff(places) == pytest.approx(pixels, abs=1e-6)
