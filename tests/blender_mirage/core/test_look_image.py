from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.look_image import TOLERANCE, fit_to_shape

SIDES = st.integers(64, 300)


def test_an_image_of_the_cameras_shape_is_left_as_it_is():
    image = np.zeros((288, 512, 3), np.uint8)
    fitted, note = fit_to_shape(image, (16 / 9,))
    assert fitted is image and note == ""


@pytest.mark.parametrize(("size", "cut"), [((100, 100), (50, 100)), ((100, 400), (100, 200))])
def test_the_middle_is_taken_and_said(size, cut):
    image = np.zeros((*size, 3), np.uint8)
    image[size[0] // 2, size[1] // 2] = 255
    fitted, note = fit_to_shape(image, (2.0,))
    assert fitted.shape == (*cut, 3)
    assert np.argwhere(fitted[..., 0])[0].tolist() == [cut[0] // 2, cut[1] // 2]
    assert f"{cut[1]} × {cut[0]}" in note


def test_pixels_that_are_not_square_count_as_rendered_or_as_shown():
    as_rendered, as_shown = np.zeros((100, 100, 3), np.uint8), np.zeros((100, 200, 3), np.uint8)
    for image in (as_rendered, as_shown):
        assert fit_to_shape(image, (1.0, 2.0))[0] is image


@given(SIDES, SIDES, st.floats(0.4, 2.5))
def test_any_image_gets_the_shape(height, width, shape):
    fitted, note = fit_to_shape(np.zeros((height, width, 3), np.uint8), (shape,))
    rows, columns = fitted.shape[:2]
    assert rows <= height and columns <= width and (rows == height or columns == width)
    assert abs(columns / rows / shape - 1) <= max(TOLERANCE, 1 / min(rows, columns))
    assert bool(note) == ((rows, columns) != (height, width))
