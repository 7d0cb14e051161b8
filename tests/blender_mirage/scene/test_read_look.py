"""Any picture as a look: what Blender reads of it is what a viewer shows."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

from blender_mirage.core.errors import LookNotReadable  # noqa: E402
from blender_mirage.core.look_image import opacity, over_black  # noqa: E402
from blender_mirage.scene.read_look import LARGEST_SIDE, MAX_SIDE, read_look  # noqa: E402
from tests.support.addon import write_png  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

QUARTERS = np.zeros((64, 96, 3), np.uint8)
QUARTERS[:32, :48], QUARTERS[:32, 48:] = (200, 100, 50), (20, 120, 220)
QUARTERS[32:, :48], QUARTERS[32:, 48:] = (250, 250, 250), (3, 60, 5)


def png16(path, pixels):
    """A PNG of 16 bits a channel, which Pillow does not write. pixels [H,W,1|3|4] uint16."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width, channels = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path


def test_bytes_of_a_png_pass_straight_and_the_top_row_comes_first(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (65, 80, 3), np.uint8)
    path = tmp_path / "Bild über Eck.png"
    Image.fromarray(image).save(path)
    pixels = read_look(path)
    assert pixels.dtype == np.uint8 and pixels.flags.c_contiguous
    np.testing.assert_array_equal(over_black(pixels), image)
    assert opacity(pixels) is None and len(bpy.data.images) == 0


KINDS = [(suffix, mode) for suffix in ("png", "jpg", "tif", "webp", "bmp") for mode in ("RGB", "L")]


@pytest.mark.parametrize(("suffix", "mode"), [*KINDS, ("jpg", "CMYK"), ("tif", "CMYK"), ("png", "P")])
def test_every_kind_of_file_looks_as_a_viewer_shows_it(tmp_path, suffix, mode):
    path = tmp_path / f"look.{suffix}"
    picture = Image.fromarray(QUARTERS).convert(mode)
    picture.save(path, **({"quality": 98} if suffix in ("jpg", "webp") else {}))
    shown = np.asarray(picture.convert("RGB"))
    off = np.abs(over_black(read_look(path)).astype(int) - shown)
    assert np.percentile(off, 95) <= 3, "but for the edges, which JPEG and WebP blur"


def test_sixteen_bits_and_grey_in_sixteen_bits(tmp_path):
    deep = QUARTERS.astype(np.uint16) * 257
    np.testing.assert_array_equal(over_black(read_look(png16(tmp_path / "rgb.png", deep))), QUARTERS)
    grey = over_black(read_look(png16(tmp_path / "grey.png", deep[..., 1:2])))
    np.testing.assert_array_equal(grey, np.repeat(QUARTERS[..., 1:2], 3, 2))


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_transparent_is_told_apart_and_does_not_shine_through(tmp_path, deep):
    alpha = np.full((*QUARTERS.shape[:2], 1), 255, np.uint8)
    alpha[:32, :48], alpha[:32, 48:] = 0, 128
    picture = np.concatenate([QUARTERS, alpha], -1)
    path = tmp_path / "cut out.png"
    if deep:
        png16(path, picture.astype(np.uint16) * 257)
    else:
        Image.fromarray(picture).save(path)
    pixels = read_look(path)
    np.testing.assert_array_equal(opacity(pixels), alpha[..., 0])
    shown = over_black(pixels)
    assert (shown[:32, :48] == 0).all() and (np.abs(shown[5, 60].astype(int) - (10, 60, 110)) <= 1).all()
    np.testing.assert_array_equal(shown[32:], QUARTERS[32:])


@pytest.mark.parametrize("how", [3, 6, 8])
def test_a_phones_picture_stands_upright(tmp_path, how):
    tags = Image.Exif()
    tags[0x0112] = how
    path = tmp_path / "phone.jpg"
    Image.fromarray(QUARTERS).save(path, exif=tags, quality=98)
    seen = np.rot90(QUARTERS, {3: 2, 6: 3, 8: 1}[how])
    pixels = over_black(read_look(path))
    assert pixels.shape == seen.shape
    assert np.percentile(np.abs(pixels.astype(int) - seen), 95) <= 3


def test_a_float_image_is_shown_as_srgb(tmp_path):
    picture = bpy.data.images.new("float", 64, 64, float_buffer=True)
    picture.pixels.foreach_set(np.tile(np.array([0.5, 0.0, 4.0, 1.0], np.float32), 64 * 64))
    bpy.context.scene.render.image_settings.file_format = "OPEN_EXR"
    picture.save_render(str(tmp_path / "look.exr"))  # `save` would bake the display transform in
    bpy.data.images.remove(picture)
    np.testing.assert_array_equal(read_look(tmp_path / "look.exr")[0, 0], (188, 0, 255, 255))


def test_a_very_large_image_is_scaled_down(tmp_path):
    image = read_look(tmp_path / write_png(tmp_path / "wide.png", MAX_SIDE * 2, 128))
    assert image.shape == (64, MAX_SIDE, 4)


@pytest.mark.parametrize(
    ("size", "words"),
    [((96, 8), "96x8 pixels; each side needs at least 64"), ((LARGEST_SIDE + 1, 64), "more than 16384")],
)
def test_what_is_too_small_or_too_large_is_told_with_its_size(tmp_path, size, words):
    Image.new("L", size).save(tmp_path / "odd.png")
    with pytest.raises(LookNotReadable, match=words) as caught:
        read_look(tmp_path / "odd.png")
    assert caught.value.hint and len(bpy.data.images) == 0


def test_what_is_no_image_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "words.png").write_text("no image")
    for name, words in (("words.png", "not an image"), ("none.png", "no look image at")):
        with pytest.raises(LookNotReadable, match=words) as caught:
            read_look(tmp_path / name)
        assert str(tmp_path / name) in caught.value.message and caught.value.hint
    assert len(bpy.data.images) == 0
