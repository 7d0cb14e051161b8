from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import set_strip_span, strips  # noqa: E402
from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_shots import find_shot, read_shots  # noqa: E402
from blender_mirage.scene.show_take import new_strip  # noqa: E402
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
    with pytest.raises(SceneNotReady, match="'Scene' has no camera.*Add one"):
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


def test_scene_strips_are_shots_of_the_frames_that_the_timeline_shows_of_them(empty_file, tmp_path):
    """Compared with what Blender renders: the other scene's own timeline tells its frame by its red."""
    other = bpy.data.scenes.new("Set")
    other.camera = bpy.data.objects.new("Wide", bpy.data.cameras.new("Wide"))
    close = bpy.data.objects.new("Close", bpy.data.cameras.new("Close"))
    other.frame_start, other.frame_end = 5, 60
    for scene in (empty_file, other):
        scene.view_settings.view_transform = "Standard"
        scene.render.resolution_x = scene.render.resolution_y = 8
    new_strip(other, "frames", pictures_of_frames(tmp_path, range(1, 80)), 1, 1)
    editor = empty_file.sequence_editor_create()
    second = strips(editor).new_scene("Second", other, 1, 100)
    first = strips(editor).new_scene("First", other, 2, 20)
    muted = strips(editor).new_scene("Muted", other, 3, 1)
    muted.mute, second.scene_camera = True, close
    set_strip_span(first, 24, 32)
    for strip in (first, second):
        strip.scene_input = "SEQUENCER"
    empty_file.mirage.shot_source = "STRIPS"
    shots = read_shots(empty_file)
    assert [(shot.name, shot.camera, shot.scene) for shot in shots] == [
        ("First", "Wide", "Set"), ("Second", "Close", "Set"),
    ]  # fmt: skip
    assert [shot.start + shot.shift for shot in shots] == [24, 100] and shots[0].end + shots[0].shift == 31
    for shot in shots:
        for frame in (shot.start, shot.end):
            assert first_red(empty_file, frame + shot.shift, tmp_path) == frame
    # Blender leaves a hold of the animation's start out of a strip's sequencer, so that no picture here tells it; with
    # a camera it adds it (`seq_render_scene_strip`).
    second.animation_offset_start = 7
    assert [(shot.start, shot.shift) for shot in read_shots(empty_file)][1] == (12, 88)


def pictures_of_frames(folder, frames) -> dict:
    found = {}
    for frame in frames:
        image = bpy.data.images.new("frame", 8, 8)
        image.pixels.foreach_set([frame / 255, 0.0, 0.0, 1.0] * 64)
        found[frame] = folder / f"frame_{frame:04d}.png"
        image.filepath_raw, image.file_format = str(found[frame]), "PNG"
        image.save()
        bpy.data.images.remove(image)
    return found


def first_red(scene, frame: int, folder) -> int:
    """Of what Blender renders of the timeline at a frame, 0..255."""
    scene.frame_set(frame)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(folder / "out.png"))
    picture = bpy.data.images.load(str(folder / "out.png"))
    red = round(picture.pixels[0] * 255)
    bpy.data.images.remove(picture)
    return red


def test_without_a_scene_strip_it_is_said(empty_file):
    empty_file.mirage.shot_source = "STRIPS"
    with pytest.raises(SceneNotReady, match="has no scene strip.*Add one"):
        read_shots(empty_file)
