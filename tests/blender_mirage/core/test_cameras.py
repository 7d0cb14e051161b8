"""Camera maths by its own properties; agreement with Blender is in scene/test_read_camera.py."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.cameras import (
    LensValues,
    blender_from_opencv,
    intrinsics,
    opencv_from_blender,
    project,
    scale_intrinsics,
    shear_into_intrinsics,
)
from blender_mirage.core.errors import SceneNotReady

LENS = dict(
    lens_mm=50, sensor_width=36, sensor_height=24, sensor_fit="AUTO", shift_x=0, shift_y=0, clip_start=0.1, clip_end=100
)
SEEDS = st.integers(0, 2**32 - 1)


def random_rotation(rng: np.random.Generator) -> np.ndarray:
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return rotation * np.sign(np.linalg.det(rotation))


def random_matrix(rng: np.random.Generator, linear: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = rng.normal(0, 10, 3)
    return matrix


def lens(**changes) -> np.ndarray:
    size, aspect = changes.pop("size", (288, 512)), changes.pop("pixel_aspect", (1, 1))
    return intrinsics(LensValues(**{**LENS, **changes}), aspect, size)


@given(SEEDS, st.floats(1e-3, 1e3))
def test_there_and_back(seed, scale_length):
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng, random_rotation(rng))
    c2w = opencv_from_blender(matrix, scale_length)
    np.testing.assert_allclose(blender_from_opencv(c2w, scale_length), matrix, atol=1e-12)
    assert np.linalg.det(c2w[:3, :3]) == pytest.approx(1)


def test_blenders_default_camera_looks_along_its_minus_z():
    c2w = opencv_from_blender(np.eye(4))
    pixels, depth_z = project([[0, 0, -5], [1, 0, -5], [0, 1, -5]], c2w, lens())
    assert depth_z.tolist() == [5, 5, 5]
    assert pixels[0].tolist() == [256, 144]
    assert pixels[1, 0] > 256, "x is to the right"
    assert pixels[2, 1] < 144, "Blender's y is up, rows go down"


@given(SEEDS)
def test_scale_of_a_camera_is_ignored(seed):
    rng = np.random.default_rng(seed)
    rotation = random_rotation(rng)
    matrix = random_matrix(rng, rotation)
    scaled = matrix.copy()
    scaled[:3, :3] = rotation * rng.uniform(0.1, 10, 3)
    np.testing.assert_allclose(opencv_from_blender(scaled), opencv_from_blender(matrix), atol=1e-12)
    K = lens()
    np.testing.assert_array_equal(shear_into_intrinsics(K, scaled), K)


@given(SEEDS)
def test_sheared_and_mirrored_axes_are_carried_by_the_intrinsics(seed):
    """K' and the rotation project as K and Blender's skewed axes do."""
    rng = np.random.default_rng(seed)
    linear = random_rotation(rng) @ np.diag(rng.uniform(0.3, 3, 3) * rng.choice([-1, 1], 3)) @ random_rotation(rng)
    matrix = random_matrix(rng, linear)
    K = lens(shift_x=0.1, shift_y=-0.2, pixel_aspect=(1, 1.5))
    c2w, sheared = opencv_from_blender(matrix), shear_into_intrinsics(K, matrix)

    axes = linear / np.linalg.norm(linear, axis=0) * [1, -1, -1]
    local = np.column_stack([rng.normal(0, 1, (20, 2)), rng.uniform(1, 5, 20)])
    points = local @ axes.T + matrix[:3, 3]
    expected = (local @ K.T)[:, :2] / local[:, 2:]
    pixels, depth_z = project(points, c2w, sheared)
    assert np.all(depth_z > 0)
    np.testing.assert_allclose(pixels, expected, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(c2w[:3, :3].T @ c2w[:3, :3], np.eye(3), atol=1e-12)
    assert np.linalg.det(c2w[:3, :3]) == pytest.approx(1)
    np.testing.assert_allclose(sheared[[1, 2, 2], [0, 0, 1]], 0, atol=1e-12)


@given(SEEDS, st.integers(8, 4096), st.integers(8, 4096))
def test_another_grid_is_the_same_view(seed, height, width):
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.normal(0, 1, (5, 2)), -rng.uniform(1, 9, 5)])
    K = lens(shift_x=0.3)
    pixels, _ = project(points, opencv_from_blender(np.eye(4)), K)
    scaled, _ = project(points, opencv_from_blender(np.eye(4)), scale_intrinsics(K, (288, 512), (height, width)))
    np.testing.assert_allclose(scaled / (width, height), pixels / (512, 288), rtol=1e-9, atol=1e-9)


def test_the_latent_grid_is_a_row_scale():
    K = lens()
    np.testing.assert_allclose(scale_intrinsics(K, (288, 512), (72, 128)), np.diag([0.25, 0.25, 1]) @ K)


@pytest.mark.parametrize(
    ("changes", "field_of_view", "axis"),
    [
        ({}, 2 * math.atan(18 / 50), 0),  # landscape, AUTO: the sensor's width across
        ({"size": (512, 288)}, 2 * math.atan(18 / 50), 1),  # portrait, AUTO: the same number, upright
        ({"sensor_fit": "VERTICAL"}, 2 * math.atan(12 / 50), 1),
        ({"size": (512, 288), "sensor_fit": "HORIZONTAL"}, 2 * math.atan(18 / 50), 0),
        ({"size": (288, 320), "pixel_aspect": (1, 2)}, 2 * math.atan(18 / 50), 1),  # pixels make it portrait
        ({"pixel_aspect": (2, 1)}, 2 * math.atan(18 / 50), 0),
    ],
)
def test_field_of_view_by_fit(changes, field_of_view, axis):
    K = lens(**changes)
    height, width = changes.get("size", (288, 512))
    assert 2 * math.atan((width, height)[axis] / 2 / K[axis, axis]) == pytest.approx(field_of_view)


def test_points_that_are_not_ahead_have_no_pixel():
    pixels, depth_z = project([[0, 0, 5], [0, 0, 0]], opencv_from_blender(np.eye(4)), lens())
    assert depth_z.tolist() == [-5, 0]
    assert np.isnan(pixels).all()


@pytest.mark.parametrize("flat", [np.diag([1, 0, 1, 1]), np.diag([0, 0, 0, 1]), np.full((4, 4), np.nan)])
def test_matrices_that_are_no_camera(flat):
    with pytest.raises(SceneNotReady):
        opencv_from_blender(flat)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["lens_mm", "sensor_width", "sensor_height", "clip_start", "clip_end"])
def test_a_lens_without_a_length_makes_no_picture(name, value):
    with pytest.raises(SceneNotReady, match=f"is {value:g}"):
        LensValues(**{**LENS, name: value})


def test_planes_in_the_wrong_order_show_nothing():
    with pytest.raises(SceneNotReady, match="Clip Start is 5 and its Clip End 5"):
        LensValues(**{**LENS, "clip_start": 5, "clip_end": 5})
    assert LensValues(**LENS).clip(0.5) == (0.05, 50)
