"""Camera moves: rigid poses, what each move keeps, and how far it goes."""

import numpy as np
import pytest

from inference_backend.training.sets.moves import MOVES, Shot, look


@pytest.fixture
def shot() -> Shot:
    return Shot(look(np.array([1.0, -2.0, 1.6]), 0.7, -0.1), lens=35.0, subject=4.0)


def _moment(name: str, shot: Shot, share: float) -> tuple[np.ndarray, float]:
    return MOVES[name](shot, share, np.random.default_rng(0))


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("share", [-1.0, 0.4, 1.0])
def test_a_moment_is_a_rigid_pose_and_a_lens_one_can_buy(name: str, share: float, shot: Shot) -> None:
    pose, lens = _moment(name, shot, share)
    np.testing.assert_allclose(pose[:3, :3].T @ pose[:3, :3], np.eye(3), atol=1e-9)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)
    assert 18 <= lens <= 85


@pytest.mark.parametrize("name", sorted(set(MOVES) - {"handheld"}))
def test_a_move_that_has_not_begun_is_the_seed(name: str, shot: Shot) -> None:
    pose, lens = _moment(name, shot, 0.0)
    np.testing.assert_allclose(pose, shot.c2w, atol=1e-9)
    assert lens == pytest.approx(shot.lens)


@pytest.mark.parametrize("name", ["pan", "tilt", "zoom"])
def test_what_turns_on_the_spot_stays_there(name: str, shot: Shot) -> None:
    np.testing.assert_allclose(_moment(name, shot, 0.8)[0][:3, 3], shot.c2w[:3, 3], atol=1e-9)


def test_an_orbit_keeps_its_distance_and_its_subject(shot: Shot) -> None:
    level = Shot(look(shot.c2w[:3, 3], 0.7, 0.0), shot.lens, shot.subject)
    subject = level.c2w[:3, 3] + level.subject * level.c2w[:3, 2]
    pose, _ = _moment("orbit", level, 1.0)
    toward = subject - pose[:3, 3]
    assert np.linalg.norm(toward) == pytest.approx(level.subject)
    np.testing.assert_allclose(toward / np.linalg.norm(toward), pose[:3, 2], atol=1e-9)


def test_a_dolly_zoom_keeps_the_subject_as_large(shot: Shot) -> None:
    level = Shot(look(shot.c2w[:3, 3], 0.7, 0.0), shot.lens, shot.subject)
    pose, lens = _moment("dolly_zoom", level, 0.7)
    gone = (pose[:3, 3] - level.c2w[:3, 3]) @ level.c2w[:3, 2]
    assert gone > 0.3
    assert lens / (level.subject - gone) == pytest.approx(level.lens / level.subject)


def test_a_crane_rises_and_looks_at_what_it_looked_at(shot: Shot) -> None:
    pose, _ = _moment("crane", shot, 1.0)
    np.testing.assert_allclose(pose[:3, 3] - shot.c2w[:3, 3], [0, 0, 1.1], atol=1e-9)
    assert pose[2, 2] < shot.c2w[2, 2]
