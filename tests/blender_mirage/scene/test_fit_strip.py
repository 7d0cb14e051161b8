"""A take of another size or shape fills what the one before filled, as Blender renders the timeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("walk", "Camera", 1, 2)
SIZES = [(64, 64), (128, 128), (32, 32), (96, 64), (64, 128), (64, 64)]


def show(scene, base: Path, width: int, height: int) -> None:
    """The next version: the same picture, eight columns of greys over four rows of greens, at that size."""
    version, folder = create_take_folder(base, SHOT.name)
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = (np.arange(width) * 8 // width * 30 + 20)[None, :]
    picture[..., 1] = (np.arange(height) * 4 // height * 50 + 50)[:, None]
    for frame in SHOT.frames():
        Image.fromarray(picture).save(frame_path(base, SHOT.name, version, frame))
    show_take(scene, SHOT, folder, SHOT.frames())


def rendered(scene, out: Path) -> np.ndarray:
    scene.render.image_settings.file_format = "PNG"
    scene.frame_set(2)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(out))
    return np.asarray(Image.open(out).convert("RGB")).astype(int)


def at_centers(picture: np.ndarray) -> np.ndarray:
    """[4,8,3] at the middle of each column and row, away from where greys meet."""
    height, width = picture.shape[:2]
    return picture[height // 8 :: height // 4, width // 16 :: width // 8]


@pytest.fixture
def stage(empty_file, tmp_path):
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    empty_file.render.resolution_x = empty_file.render.resolution_y = 64
    show(empty_file, tmp_path, 64, 64)
    return empty_file


def test_every_take_fills_the_frame_whatever_its_size(stage, tmp_path):
    wanted = at_centers(rendered(stage, tmp_path / "out.png"))
    assert len(np.unique(wanted[..., 0])) == 8
    for width, height in SIZES:
        show(stage, tmp_path, width, height)
        np.testing.assert_array_equal(at_centers(rendered(stage, tmp_path / "out.png")), wanted)


@pytest.mark.parametrize("percentage", [100, 50])
def test_and_of_a_render_of_another_size_or_shape(stage, tmp_path, percentage):
    wanted = at_centers(rendered(stage, tmp_path / "out.png"))
    for width, height in ((128, 128), (128, 64), (64, 64)):
        stage.render.resolution_x, stage.render.resolution_y = width, height
        stage.render.resolution_percentage = percentage
        show(stage, tmp_path, width // 2, height)
        picture = rendered(stage, tmp_path / "out.png")
        assert picture.shape[:2] == (height * percentage // 100, width * percentage // 100)
        np.testing.assert_array_equal(at_centers(picture), wanted)


def test_what_the_editor_cropped_scaled_and_moved_stays_so_in_the_picture(stage, tmp_path):
    (strip,) = strips(stage.sequence_editor)
    strip.crop.min_x, strip.crop.max_y = 16, 8
    strip.transform.scale_x, strip.transform.scale_y, strip.transform.offset_x = 0.75, 0.5, 8
    strip.transform.rotation = 0.5
    before = rendered(stage, tmp_path / "out.png")
    assert (before == 0).all(-1).any()
    for width, height in SIZES:
        show(stage, tmp_path, width, height)
        differs = (rendered(stage, tmp_path / "out.png") != before).any(-1)
        assert differs.mean() < 0.1, "only where greys meet"
    assert (strip.crop.min_x, strip.crop.max_y) == (16, 8)
    assert strip.transform.scale_x == pytest.approx(0.75)


def test_what_the_editor_fitted_to_the_new_frame_is_not_scaled_once_more(stage, tmp_path):
    wanted = at_centers(rendered(stage, tmp_path / "out.png"))
    (strip,) = strips(stage.sequence_editor)
    stage.render.resolution_x = stage.render.resolution_y = 128
    strip.transform.scale_x = strip.transform.scale_y = 2.0
    show(stage, tmp_path, 64, 64)
    np.testing.assert_array_equal(at_centers(rendered(stage, tmp_path / "out.png")), wanted)


def test_no_frame_is_black_behind_what_lies_over_a_part_of_it(stage, tmp_path):
    """Blender leaves out what it takes for hidden, by the sizes of pictures that it has seen before."""
    inset = strips(stage.sequence_editor).new_image(
        "inset", str(tmp_path / "walk" / "v001" / "walk_v001_0001.png"), channel=5, frame_start=2
    )
    inset.transform.scale_x = inset.transform.scale_y = 0.5
    for width in (64, 256, 512, 32):
        rendered(stage, tmp_path / "out.png")
        show(stage, tmp_path, width, width)
        assert rendered(stage, tmp_path / "out.png")[2, 2].tolist() == [20, 50, 0]
