"""A frame in Blender's hands: what was not painted comes back byte for byte, wherever the strokes are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.errors import LookNotReadable, SceneNotReady  # noqa: E402
from blender_mirage.core.paint_over import copy_to_paint, painted_on  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path, write_sidecar  # noqa: E402
from blender_mirage.scene.paint_frame import frame_at_playhead, open_for_painting, read_painted  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("sh010", "Camera", 10, 12)


@pytest.fixture
def frames(tmp_path):
    """Frames 10 to 12 of a take, of pixels that every rounding would show in."""
    version, folder = create_take_folder(tmp_path, "sh010")
    rng, found = np.random.default_rng(0), {}
    for frame in (10, 11, 12):
        found[frame] = rng.integers(0, 256, (40, 64, 3), np.uint8)
        Image.fromarray(found[frame]).save(frame_path(tmp_path, "sh010", version, frame))
    write_sidecar(folder, {"take_id": "b" * 32, "world_id": "a" * 32, "shot": "sh010"})
    return folder, found


def copy_of(frames, tmp_path, number=11):
    return copy_to_paint(tmp_path, frames[0] / f"sh010_v001_{number:04d}.png")


def stroke(image, color=(1.0, 0.0, 0.0, 1.0)):
    """Paints rows 30..39 from the top, columns 5..14, as a brush would: into the image's own pixels."""
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    pixels.reshape(40, 64, 4)[0:10, 5:15] = color  # Blender's first row is the bottom one
    image.pixels.foreach_set(pixels)
    image.update()


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("transform", ["AgX", "Standard"])
def test_what_was_not_painted_comes_back_byte_for_byte(frames, tmp_path, saved, transform):
    bpy.context.scene.view_settings.view_transform = transform
    copy = copy_of(frames, tmp_path)
    image = open_for_painting(copy)
    stroke(image)
    if saved:
        image.save()
        assert not image.is_dirty
    painted = read_painted(copy, painted_on(copy))
    expected = frames[1][11].copy()
    expected[30:40, 5:15] = (255, 0, 0)
    np.testing.assert_array_equal(painted, expected)
    np.testing.assert_array_equal(np.asarray(Image.open(frames[0] / "sh010_v001_0011.png")), frames[1][11])


def test_a_picture_painted_elsewhere_is_read_from_the_disk_though_blender_has_an_older_one(frames, tmp_path):
    copy = copy_of(frames, tmp_path)
    open_for_painting(copy)
    elsewhere = frames[1][11].copy()
    elsewhere[:5] = 7
    Image.fromarray(elsewhere).save(copy)
    np.testing.assert_array_equal(read_painted(copy, painted_on(copy)), elsewhere)


def test_a_layer_of_paint_alone_lies_over_the_frame(frames, tmp_path):
    copy = copy_of(frames, tmp_path)
    layer = np.zeros((40, 64, 4), np.uint8)
    layer[:8, :8] = (10, 200, 30, 255)
    Image.fromarray(layer).save(copy)
    expected = frames[1][11].copy()
    expected[:8, :8] = (10, 200, 30)
    np.testing.assert_array_equal(read_painted(copy, painted_on(copy)), expected)
    Image.fromarray(layer[:20]).save(copy)
    with pytest.raises(LookNotReadable, match="64x20 pixels, the frame under it 64x40"):
        read_painted(copy, painted_on(copy))


def test_a_picture_that_is_gone_or_none_is_told(frames, tmp_path):
    copy = copy_of(frames, tmp_path)
    on = painted_on(copy)
    copy.write_text("no picture")
    with pytest.raises(LookNotReadable, match="not an image"):
        read_painted(copy, on)
    copy.unlink()
    with pytest.raises(LookNotReadable, match="no picture at"):
        read_painted(copy, on)
    assert len(bpy.data.images) == 0


def test_the_frame_that_the_timeline_shows_also_where_the_strip_was_moved(frames):
    scene = bpy.context.scene
    add_camera()
    show_take(scene, SHOT, frames[0], (10, 11, 12), "Camera")
    scene.frame_set(11)
    assert frame_at_playhead(scene).name == "sh010_v001_0011.png"
    (strip,) = strips(scene.sequence_editor)
    strip.frame_start += 5
    scene.frame_set(17)
    assert frame_at_playhead(scene) == frames[0] / "sh010_v001_0012.png"
    for away in (9, 40):
        scene.frame_set(away)
        with pytest.raises(SceneNotReady, match=f"No take lies at frame {away}"):
            frame_at_playhead(scene)
    scene.frame_set(17)
    strip.mute = True
    with pytest.raises(SceneNotReady):
        frame_at_playhead(scene)
