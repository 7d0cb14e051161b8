"""Stairs climb as they say, and railings follow them."""

import numpy as np
import pytest

from inference_backend.greybox.geometry import FrameSet, PlacedMesh
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets.primitives import stairs
from inference_backend.training.sets.steps import flight, railing
from tests.support.sound_meshes import assert_sound, signed_volume


@pytest.mark.parametrize("solid", [True, False])
def test_each_tread_lies_one_rise_higher(solid: bool) -> None:
    mesh = flight(1.2, 8, 0.17, 0.28, solid)
    assert_sound(mesh, 2)
    placed = PlacedMesh(mesh, np.eye(4), 1, (1, 2), np.ones((2, 3), np.float32), mesh.vertices)
    caster = Raycaster(FrameSet((placed,), (), np.zeros(3, np.float32)))
    above = np.array([[0.0, (i + 0.5) * 0.28, 5.0] for i in range(8)], np.float32)
    down = np.tile(np.array([[0, 0, -1]], np.float32), (8, 1))
    heights = 5.0 - caster.cast(above, down).distance
    np.testing.assert_allclose(heights, 0.17 * np.arange(1, 9), atol=1e-5)


def test_a_solid_flight_is_filled_once() -> None:
    """Blocks that overlap have faces in one place, which a path tracer shades black."""
    steps, rise, run, wide = 9, 0.17, 0.28, 1.3
    exact = wide * run * rise * steps * (steps + 1) / 2
    assert signed_volume(flight(wide, steps, rise, run, True)) == pytest.approx(exact, rel=1e-5)
    assert signed_volume(stairs(wide, steps, rise, run)) == pytest.approx(exact, rel=1e-5)


def test_a_handrail_lies_over_its_line() -> None:
    start, end = np.array([0.0, 0, 0]), np.array([0.0, 2.8, 1.7])
    mesh = railing(start, end, 0)
    assert_sound(mesh, 1)
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    assert low[2] == pytest.approx(0, abs=0.03) and high[2] == pytest.approx(1.7 + 0.95, abs=0.04)
    assert np.abs(mesh.vertices[:, 0]).max() < 0.04
