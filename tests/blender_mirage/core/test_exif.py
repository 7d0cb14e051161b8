"""The orientation that files carry, against Pillow, which reads and applies it too."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from blender_mirage.core.exif import orientation, turned

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
@pytest.mark.parametrize("how", range(1, 9))
def test_it_is_read_from_every_kind_of_file_and_applied_as_pillow_does(tmp_path, suffix, how):
    tags = Image.Exif()
    tags[0x010E], tags[0x0112] = "a description", how
    path = tmp_path / f"phone.{suffix}"
    Image.fromarray(PIXELS).save(path, exif=tags, **({"lossless": True} if suffix == "webp" else {}))
    assert orientation(path) == how
    with Image.open(path) as image:  # of a TIFF file, Pillow turns the pixels as it loads them
        stored = PIXELS if suffix == "tif" else np.asarray(image)
        seen = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(turned(stored, how), seen)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_a_file_without_one_or_cut_short_is_taken_as_stored(tmp_path, suffix):
    path = tmp_path / f"plain.{suffix}"
    Image.fromarray(PIXELS).save(path)
    assert orientation(path) == 1
    tags = Image.Exif()
    tags[0x0112] = 6
    Image.fromarray(PIXELS).save(path, exif=tags)
    whole = path.read_bytes()
    for length in range(0, min(len(whole), 400), 7):
        path.write_bytes(whole[:length])
        assert orientation(path) in (1, 6)


def test_what_is_no_picture_has_none(tmp_path):
    (tmp_path / "words").write_text("II but no picture, and not a TIFF file either")
    (tmp_path / "empty").write_bytes(b"")
    assert orientation(tmp_path / "words") == orientation(tmp_path / "empty") == 1
