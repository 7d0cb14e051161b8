from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_shots import find_shot, read_shots  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def empty_file():
    with enabled_addon() as scene:
        yield scene


def test_without_markers_the_scenes_camera_over_its_range(empty_file):
    empty_file.camera = add_camera("Main")
    empty_file.frame_start, empty_file.frame_end = 5, 30
    empty_file.timeline_markers.new("a note", frame=10)
    assert read_shots(empty_file) == [Shot("Main", "Main", 5, 30)]


def test_markers_cut_where_blenders_playback_cuts(empty_file):
    cameras = {name: add_camera(name) for name in ("A", "B", "C")}
    empty_file.frame_start, empty_file.frame_end = 1, 100
    for name, frame, camera in (("intro", 10, "A"), ("turn", 40, "B"), ("intro", 70, "A"), ("never", 200, "C")):
        bind_marker(name, frame, cameras[camera])
    shots = read_shots(empty_file)
    assert shots == [Shot("intro", "A", 1, 39), Shot("turn", "B", 40, 69), Shot("intro_2", "A", 70, 100)]
    for shot in shots:
        for frame in (shot.start, shot.end):
            empty_file.frame_set(frame)
            assert empty_file.camera.name == shot.camera


def test_a_camera_that_does_not_render_is_passed_over_as_blender_does(empty_file):
    first, hidden = add_camera("First"), add_camera("Hidden")
    empty_file.frame_end = 20
    bind_marker("a", 1, first)
    bind_marker("b", 10, hidden)
    hidden.hide_render = True
    assert read_shots(empty_file) == [Shot("a", "First", 1, 20)]
    empty_file.frame_set(15)
    assert empty_file.camera == first


def test_no_camera(empty_file):
    with pytest.raises(SceneNotReady, match="'Scene' has no camera.*Add a camera"):
        read_shots(empty_file)


def test_a_shot_by_name(empty_file):
    empty_file.camera = add_camera("Main")
    assert find_shot(empty_file, "Main").camera == "Main"
    with pytest.raises(SceneNotReady, match="no shot 'Mian'.*Choose one of 'Main'"):
        find_shot(empty_file, "Mian")


def test_the_active_camera_over_the_preview_range_where_that_is_on(empty_file):
    bind_marker("cut", 10, add_camera("Marked"))
    empty_file.camera = add_camera("Main")
    empty_file.frame_start, empty_file.frame_end = 1, 100
    empty_file.mirage.shot_source = "CAMERA"
    assert read_shots(empty_file) == [Shot("Main", "Main", 1, 100)]
    empty_file.use_preview_range = True
    empty_file.frame_preview_start, empty_file.frame_preview_end = 20, 30
    assert read_shots(empty_file) == [Shot("Main", "Main", 20, 30)]


def test_handles_go_with_every_shot(empty_file):
    empty_file.camera = add_camera("Main")
    empty_file.mirage.handles = 8
    (shot,) = read_shots(empty_file)
    assert (shot.first, shot.start, shot.last) == (0, 1, 258)


def test_without_a_scene_strip_it_is_said(empty_file):
    empty_file.mirage.shot_source = "STRIPS"
    with pytest.raises(SceneNotReady, match="has no scene strip.*Add one"):
        read_shots(empty_file)
