"""Figures of takes that lie in a real data directory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference_backend.errors import InvalidRequest, NotFound
from inference_backend.evaluation.consistency import (
    StoredTake,
    between,
    closed_loop,
    mean_sharpness,
    score,
    spread,
    within,
)
from inference_backend.storage.images import encode_png
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.take_files import TakeFiles
from tests.support.stored_takes import make_take


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def world(data_dir: Path) -> str:
    return WorldCatalog(data_dir).create("Corridor").world_id


AWAY, ACROSS = (-1.5, -4.0, 2.0), (1.6, -3.8, 2.2)


def test_two_takes_of_one_world_agree_on_what_stands_and_on_what_moves(data_dir, world):
    first = StoredTake(data_dir, make_take(data_dir, world, "walk", [AWAY, ACROSS], -0.5))
    second = StoredTake(data_dir, make_take(data_dir, world, "reverse", [ACROSS, (2.2, -3.0, 2.0)], 0.3))
    found = between(first, second)
    assert found.static_psnr is not None and found.static_psnr > 38
    assert set(found.moving_psnr) == {"Crate"} and found.moving_psnr["Crate"] > 36
    assert 0 < found.compared_share < 1


def test_a_take_that_paints_an_object_otherwise_is_found_out(data_dir, world):
    first = StoredTake(data_dir, make_take(data_dir, world, "walk", [AWAY], 0.0))
    take_id = make_take(data_dir, world, "reverse", [ACROSS], 0.3)
    second = StoredTake(data_dir, take_id)
    crate = next(anchor for anchor, name in second.greybox.names.items() if name == "Crate")
    picture = second.image(0).copy()
    picture[second.surfaces(0).anchor == crate] //= 2
    TakeFiles(data_dir).write_frame(take_id, 0, encode_png(picture))
    found = between(first, StoredTake(data_dir, take_id))
    assert found.moving_psnr["Crate"] < 20
    assert found.static_psnr is not None and found.static_psnr > 38


def test_a_take_is_held_against_itself_without_any_frame_against_itself(data_dir, world):
    take_id = make_take(data_dir, world, "walk", [AWAY, ACROSS], -0.5)
    found = within(StoredTake(data_dir, take_id))
    assert found.static_psnr is not None and 38 < found.static_psnr < 99 and set(found.moving_psnr) == {"Crate"}
    TakeFiles(data_dir).write_frame(take_id, 1, encode_png(255 - StoredTake(data_dir, take_id).image(1)))
    drifted = within(StoredTake(data_dir, take_id))
    assert drifted.static_psnr is not None and drifted.static_psnr < 15


def test_a_closed_loop_is_scored_on_its_ends(data_dir, world):
    # The crate slides out of the camera's view between the ends, so the ends differ in nothing.
    up = (0.0, -0.01, 30.0)
    take_id = make_take(data_dir, world, "walk", [up, ACROSS, up], 90.0)
    take = StoredTake(data_dir, take_id)
    reference = take.image(0)
    perfect = closed_loop(take, reference)
    assert (perfect.psnr, perfect.sharpness) == (99.0, 1.0)
    TakeFiles(data_dir).write_frame(take_id, 2, encode_png(np.full_like(reference, 128)))
    drifted = closed_loop(StoredTake(data_dir, take_id), reference)
    assert drifted.psnr < 15 and drifted.ssim < perfect.ssim and drifted.sharpness == 0.0


def test_a_shot_that_does_not_return_has_no_loop(data_dir, world):
    take = StoredTake(data_dir, make_take(data_dir, world, "walk", [AWAY, ACROSS], 0.0))
    with pytest.raises(InvalidRequest, match="'walk' is no closed loop"):
        closed_loop(take, take.image(0))


def test_unfinished_and_unknown_takes_are_named(data_dir, world):
    take_id = make_take(data_dir, world, "walk", [AWAY], 0.0)
    TakeFiles(data_dir).frame_path(take_id, 0).unlink()
    with pytest.raises(InvalidRequest, match="'walk' has no frame 0"):
        StoredTake(data_dir, take_id).image(0)
    with pytest.raises(NotFound):
        StoredTake(data_dir, "f" * 32)


def test_sharpness_is_a_mean_over_the_take(data_dir, world):
    take = StoredTake(data_dir, make_take(data_dir, world, "walk", [AWAY, ACROSS], 0.0))
    expected = np.mean([score(take.image(i), take.image(0), take.image(0)).sharpness for i in (0, 1)])
    assert mean_sharpness(take, take.image(0)) == pytest.approx(expected)


def test_spread_keeps_both_ends():
    assert spread(48, 4) == [0, 16, 31, 47]
    assert spread(2, 8) == [0, 1]
    assert spread(1, 8) == [0]
