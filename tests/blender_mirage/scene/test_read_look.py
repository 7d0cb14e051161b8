from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.errors import LookNotReadable  # noqa: E402
from blender_mirage.scene.read_look import MAX_SIDE, read_look  # noqa: E402
from tests.support.addon import write_png  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def test_bytes_of_a_png_pass_straight_and_the_top_row_comes_first(tmp_path):
    values = (51 / 255, 102 / 255, 153 / 255)
    image = read_look(tmp_path / write_png(tmp_path / "Bild über Eck.png", 6, 4, values))
    assert image.shape == (4, 6, 3) and image.dtype == np.uint8 and image.flags.c_contiguous
    assert np.all(image[:2] == (51, 102, 153)) and np.all(image[2:] == 0)
    assert len(bpy.data.images) == 0


def test_a_float_image_is_shown_as_srgb(tmp_path):
    picture = bpy.data.images.new("float", 4, 4, float_buffer=True)
    picture.pixels.foreach_set(np.tile(np.array([0.5, 0.0, 4.0, 1.0], np.float32), 16))
    bpy.context.scene.render.image_settings.file_format = "OPEN_EXR"
    picture.save_render(str(tmp_path / "look.exr"))  # `save` would bake the display transform in
    bpy.data.images.remove(picture)
    np.testing.assert_array_equal(read_look(tmp_path / "look.exr")[0, 0], (188, 0, 255))


def test_a_very_large_image_is_scaled_down(tmp_path):
    image = read_look(tmp_path / write_png(tmp_path / "wide.png", MAX_SIDE * 2, 8))
    assert image.shape == (4, MAX_SIDE, 3)


def test_what_is_no_image_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "words.png").write_text("no image")
    for path, words in ((tmp_path / "words.png", "not an image"), (tmp_path / "none.png", "no look image at")):
        with pytest.raises(LookNotReadable, match=words) as caught:
            read_look(path)
        assert str(path) in caught.value.message and caught.value.hint
    assert len(bpy.data.images) == 0
