"""Wipe and side by side, as Blender renders the timeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path, frames_on_disk  # noqa: E402
from blender_mirage.scene.compare_takes import SIDE_BY_SIDE, WIPE, compare, set_split, stop_comparing  # noqa: E402
from blender_mirage.scene.show_take import show_take, strip_of  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("walk", "Camera", 1, 3)
SIDE = 32
RED, GREEN, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 0)


def make_take(base: Path, color, frames=(1, 2, 3)) -> Path:
    version, folder = create_take_folder(base, SHOT.name)
    for frame in frames:
        image = bpy.data.images.new("frame", SIDE, SIDE)
        image.pixels.foreach_set(np.tile(np.array([*color, 255], np.float32) / 255, SIDE * SIDE))
        image.filepath_raw, image.file_format = str(frame_path(base, SHOT.name, version, frame)), "PNG"
        image.save()
        bpy.data.images.remove(image)
    return folder


def rendered(scene, out: Path) -> np.ndarray:
    """[2 SIDE, 2 SIDE, 3] what the timeline shows at frame 3, larger than the takes."""
    scene.render.resolution_x = scene.render.resolution_y = 2 * SIDE
    scene.frame_set(3)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(out))
    picture = bpy.data.images.load(str(out))
    flat = np.empty(4 * (2 * SIDE) ** 2, np.float32)
    picture.pixels.foreach_get(flat)
    bpy.data.images.remove(picture)
    return np.round(flat.reshape(2 * SIDE, 2 * SIDE, 4)[::-1, :, :3] * 255).astype(int)


@pytest.fixture
def two_takes(empty_file, tmp_path):
    """The scene, whose timeline shows the red take, and the pictures of the green one, which ends a frame earlier."""
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    empty_file.render.resolution_x = empty_file.render.resolution_y = 2 * SIDE
    red, green = make_take(tmp_path, RED), make_take(tmp_path, GREEN, (1, 2))
    show_take(empty_file, SHOT, red, (1, 2, 3))
    return empty_file, frames_on_disk(green)


def test_a_wipe_shows_one_left_of_the_line_and_the_other_right_of_it(two_takes, tmp_path):
    scene, green = two_takes
    compare(scene, strip_of(scene, "walk"), green, SIDE, WIPE)
    for split in (0.25, 0.75):
        set_split(scene, split)
        picture, line = rendered(scene, tmp_path / "out.png"), round(split * 2 * SIDE)
        assert (picture[:, : line - 1] == RED).all() and (picture[:, line + 1 :] == GREEN).all()


def test_side_by_side_both_are_whole_and_nothing_shows_behind(two_takes, tmp_path):
    scene, green = two_takes
    compare(scene, strip_of(scene, "walk"), green, SIDE, SIDE_BY_SIDE)
    picture = rendered(scene, tmp_path / "out.png")
    middle = slice(SIDE // 2 + 1, 3 * SIDE // 2 - 1)
    assert (picture[middle, 1 : SIDE - 1] == RED).all() and (picture[middle, SIDE + 1 : -1] == GREEN).all()
    assert (picture[: SIDE // 2 - 1] == BLACK).all() and (picture[3 * SIDE // 2 + 1 :] == BLACK).all()


def test_it_is_taken_away_without_a_trace_and_is_never_taken_for_the_shots_take(two_takes, tmp_path):
    scene, green = two_takes
    before = {strip.name: strip.channel for strip in strips(scene.sequence_editor)}
    for mode, count in ((SIDE_BY_SIDE, 3), (WIPE, 1)):
        compare(scene, strip_of(scene, "walk"), green, SIDE, mode)
        assert strip_of(scene, "walk").name == "walk v001"
        assert len(strips(scene.sequence_editor)) == 1 + count, "what was compared before went"
    assert stop_comparing(scene) == 1
    assert {strip.name: strip.channel for strip in strips(scene.sequence_editor)} == before
    assert (rendered(scene, tmp_path / "out.png") == RED).all()
    assert stop_comparing(scene) == 0
