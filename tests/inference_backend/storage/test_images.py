"""Pictures to bytes and back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from inference_backend.errors import InvalidRequest
from inference_backend.storage.images import decode_image, encode_png


def test_png_keeps_every_pixel() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    np.testing.assert_array_equal(decode_image(encode_png(rgb)), rgb)
    np.testing.assert_array_equal(decode_image(encode_png(rgb[:, ::-1])), rgb[:, ::-1])


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        encode_png(np.zeros(shape, np.uint8))


def test_transparency_lies_over_black_and_grey_becomes_rgb() -> None:
    out = io.BytesIO()
    Image.fromarray(np.array([[[255, 0, 0, 0], [0, 255, 0, 255]]], np.uint8), "RGBA").save(out, "PNG")
    np.testing.assert_array_equal(decode_image(out.getvalue()), [[[0, 0, 0], [0, 255, 0]]])
    out = io.BytesIO()
    Image.fromarray(np.array([[9, 200]], np.uint8), "L").save(out, "PNG")
    np.testing.assert_array_equal(decode_image(out.getvalue()), [[[9, 9, 9], [200, 200, 200]]])


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_what_is_no_picture(cut: int) -> None:
    png = encode_png(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(InvalidRequest, match="not a picture"):
        decode_image(png[:cut])
