from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.core.camera_path import CameraPath, exact_fps
from blender_mirage.core.errors import SceneNotReady

K = np.array([[500.0, 0, 256], [0, 500, 144], [0, 0, 1]])


def path(c2w=None, lenses=None, frames=(10, 11, 12), **changes) -> CameraPath:
    c2w = np.stack([np.eye(4)] * 3) if c2w is None else c2w
    lenses = np.stack([K] * 3) if lenses is None else lenses
    return CameraPath(c2w, lenses, frames, **{"fps": 24.0, "height": 288, "width": 512, **changes})


def test_a_path_of_three():
    assert len(path()) == 3


@pytest.mark.parametrize(
    ("place", "value", "what"),
    [((1, 0, 3), np.nan, "not a number"), ((1, 0, 0), 1.1, "uneven scale"), ((1, 0, 1), 0.1, "uneven scale")],
)
def test_a_pose_that_is_none_names_its_frame(place, value, what):
    c2w = np.stack([np.eye(4)] * 3)
    c2w[place] = value
    with pytest.raises(SceneNotReady, match=f"{what} at frame 11"):
        path(c2w)


@pytest.mark.parametrize(("value", "what"), [(np.inf, "not a number"), (0.0, "zero or less")])
def test_a_lens_that_is_none_names_its_frame(value, what):
    lenses = np.stack([K] * 3)
    lenses[2, 0, 0] = value
    with pytest.raises(SceneNotReady, match=f"{what} at frame 12"):
        path(lenses=lenses)


def test_a_mirrored_lens_is_allowed():
    lenses = np.stack([K] * 3)
    lenses[:, 0, 0] *= -1
    assert len(path(lenses=lenses)) == 3


def test_no_frame():
    with pytest.raises(SceneNotReady, match="no frame"):
        path(np.zeros((0, 4, 4)), np.zeros((0, 3, 3)), ())


@pytest.mark.parametrize(
    "wrong", [{"frames": (1, 2)}, {"frames": (1, 1, 2)}, {"height": 0}, {"fps": 0.0}, {"fps": float("nan")}]
)
def test_values_that_only_a_programmer_gets_wrong(wrong):
    with pytest.raises(ValueError):
        path(**wrong)


@pytest.mark.parametrize(
    ("fps", "base", "exact"),
    [(24, 1.001, 24000 / 1001), (30, 1.001, 30000 / 1001), (60, 1.001, 60000 / 1001), (25, 1.0, 25.0), (1, 8.0, 0.125)],
)
def test_rates_are_exact_though_blender_keeps_the_base_in_single_precision(fps, base, exact):
    assert exact_fps(fps, float(np.float32(base))) == exact


def test_an_odd_rate_is_what_it_is_within_single_precision():
    for base in np.random.default_rng(0).uniform(0.5, 3.0, 200):
        assert exact_fps(24, float(base)) == pytest.approx(24 / base, rel=2e-6)


def test_some_cameras_of_a_path_are_those_cameras():
    c2w = np.stack([np.eye(4)] * 3)
    c2w[:, 0, 3] = (1, 2, 3)
    whole = path(c2w, places=(10.0, 11.25, 12.5))
    some = whole.select([0, 2])
    assert (some.frames, some.places) == ((10, 12), (10.0, 12.5))
    assert np.array_equal(some.c2w[:, 0, 3], (1, 3)) and some.at == (10.0, 12.5)
    assert whole.select(range(3)).frames == whole.frames
