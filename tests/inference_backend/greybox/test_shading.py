"""The shading guide against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.raycast import Raycaster
from inference_backend.greybox.shading import ambient_occlusion, direct_light
from tests.support.greybox import box, lamp, place

UP = np.array([[0, 0, 1.0]], np.float32)
FLOOR = box(place((20, 20, 0.2), (0, 0, -0.1)), 1)


def caster(*meshes):
    return Raycaster(FrameSet(meshes, (), np.zeros(3, np.float32)))


def test_a_point_lamp_follows_the_inverse_square():
    rng = np.random.default_rng(0)
    small = replace(lamp((0, 0, 2), 100.0), size=0.0)
    light = direct_light(caster(FLOOR), np.zeros((1, 3), np.float32), UP, (small,), rng)
    np.testing.assert_allclose(light[0], 100 / (4 * np.pi**2) / 4, rtol=5e-3)


def test_a_box_between_lamp_and_floor_casts_a_shadow():
    rng = np.random.default_rng(0)
    small = replace(lamp((0, 0, 2), 100.0), size=0.0)
    shade = box(place((0.5, 0.5, 0.1), (0, 0, 1)), 2)
    points = np.array([[0, 0, 0], [3, 0, 0]], np.float32)
    light = direct_light(caster(FLOOR, shade), points, np.repeat(UP, 2, 0), (small,), rng)
    assert light[0].max() == 0 and light[1].min() > 0


def test_a_sun_lights_every_distance_alike_and_only_the_side_it_faces():
    sun = replace(lamp(), kind="SUN", energy=3.0, size=0.0)
    normals = np.array([[0, 0, 1], [0, 0, -1]], np.float32)
    points = np.array([[0, 0, 5], [0, 0, -5]], np.float32)
    light = direct_light(caster(), points, normals, (sun,), np.random.default_rng(0))
    np.testing.assert_allclose(light[0], 3 / np.pi, rtol=1e-4)
    assert light[1].max() == 0


def test_a_spot_ends_at_its_cone():
    spot = replace(lamp((0, 0, 2)), kind="SPOT", size=0.0, spot_angle=np.radians(60), spot_blend=0.1)
    points = np.array([[0, 0, 0], [2.0, 0, 0]], np.float32)
    light = direct_light(caster(FLOOR), points, np.repeat(UP, 2, 0), (spot,), np.random.default_rng(0))
    assert light[0].min() > 0 and light[1].max() == 0


def test_occlusion_is_open_in_the_open_and_half_closed_at_a_wall():
    wall = box(place((20, 0.2, 20), (0, 0.1, 10)), 2)
    rng = np.random.default_rng(0)
    points = np.array([[0, -5, 0], [0, -0.01, 0]], np.float32)
    openness = ambient_occlusion(caster(FLOOR, wall), points, np.repeat(UP, 2, 0), 4000, 2.0, rng)
    np.testing.assert_allclose(openness, [1, 0.5], atol=0.04)
