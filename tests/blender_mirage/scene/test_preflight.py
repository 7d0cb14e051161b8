from __future__ import annotations

import math

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.preflight import KINDS  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.preflight import longest_side, quick_findings  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402
from tests.support.blender import add_camera, add_cube, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        scene.mirage.prompt = "brick"
        yield scene


def state():
    return bpy.context.window_manager.mirage


def kinds(scene, folder) -> list[str]:
    return [finding.kind for finding in quick_findings(scene, folder)]


def test_a_good_set_has_nothing_against_it_and_the_playhead_stays(scene, tmp_path):
    small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_set(2)
    assert bpy.ops.mirage.check_shots() == {"FINISHED"}
    assert state().was_checked and len(state().findings) == 0 and pump.idle
    assert scene.frame_current == 2 and state().job_state == "DONE"


def test_no_camera_and_a_file_never_saved_each_with_its_button(scene, tmp_path):
    add_cube("Cube")
    assert kinds(scene, tmp_path) == ["NO_CAMERA", "UNSAVED"]
    bpy.ops.mirage.check_shots()
    assert [(item.kind, item.stops) for item in state().findings] == [("NO_CAMERA", True), ("UNSAVED", False)]
    bpy.ops.mirage.add_camera()
    assert scene.camera is not None and [item.kind for item in state().findings] == ["UNSAVED"]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    assert kinds(scene, tmp_path) == [] and len(state().findings) == 0


@pytest.mark.parametrize("size", [0.001, 20000.0])
def test_an_odd_scale_is_mended_without_touching_an_object(scene, tmp_path, size):
    small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.data.objects["Cube"].scale = (size,) * 3
    bpy.context.view_layer.update()
    assert longest_side(scene) == pytest.approx(2 * size, rel=1e-5)
    bpy.ops.mirage.check_shots()
    (item,) = (item for item in state().findings if item.kind == "SCALE")
    bpy.ops.mirage.fix_scale(value=item.value)
    assert "SCALE" not in kinds(scene, tmp_path)
    assert bpy.data.objects["Cube"].scale.x == pytest.approx(size)


def test_a_camera_inside_an_object_and_a_whip_pan_are_found_at_their_frames(scene, tmp_path):
    camera = small_set(scene, frames=12)
    camera.animation_data_clear()
    crate = add_cube("Crate", (0, -20, 0))
    crate.scale = (0.5,) * 3
    camera.location = (0, -8, 0)
    camera.keyframe_insert("location", frame=8)
    camera.location = (0.05, -20, 0.05)
    camera.keyframe_insert("location", frame=9)
    camera.keyframe_insert("rotation_euler", frame=4)
    camera.rotation_euler.z += math.radians(60)
    camera.keyframe_insert("rotation_euler", frame=5)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.ops.mirage.check_shots()
    found = {item.kind: item for item in state().findings}
    assert set(found) == {"INSIDE", "WHIP_PAN"} <= set(KINDS)
    assert "inside 'Crate'" in found["INSIDE"].name and found["INSIDE"].frame >= 9
    assert "between frames 4 and 5" in found["WHIP_PAN"].name
    bpy.ops.mirage.go_to_frame(frame=found["WHIP_PAN"].frame)
    assert scene.frame_current == 4


def test_a_camera_that_looks_out_of_a_wall_by_its_clip_start_is_not_inside_it(scene, tmp_path):
    small_set(scene).animation_data_clear()
    wall = add_cube("Wall", (0, -8, 0))
    wall.scale = (3, 0.3, 3)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    for clip_start, found in ((0.1, ["INSIDE"]), (0.5, [])):
        scene.camera.data.clip_start = clip_start
        bpy.ops.mirage.check_shots()
        assert [item.kind for item in state().findings] == found
    scene.camera.data.clip_start, wall.hide_render = 0.1, True  # a block that only the viewport shows
    bpy.ops.mirage.check_shots()
    assert [item.kind for item in state().findings] == []


def test_a_camera_that_is_none_at_some_frame_stops_its_shot_and_hides_no_other(scene, tmp_path):
    scene.frame_end = 8
    small_set(scene, frames=8)
    plan, crate = add_camera("Plan", (40, -8, 0)), add_cube("Crate", (40, -8, 0))
    crate.scale = (0.2,) * 3
    lens = scene.camera.data
    for frame, kind in ((1, "PERSP"), (3, "ORTHO")):
        lens.type = kind
        lens.keyframe_insert("type", frame=frame)
    bind_marker("cut", 1, scene.camera)
    bind_marker("next", 5, plan)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_set(1)
    bpy.ops.mirage.check_shots()
    first, second = state().findings
    assert (first.kind, first.stops, first.frame) == ("CAMERA", True, 3)
    assert first.name.startswith("cut: Camera 'Camera' at frame 3: It is orthographic")
    assert second.kind == "INSIDE" and "inside 'Crate'" in second.name and {first.kind, second.kind} <= set(KINDS)


def test_a_camera_in_a_closed_room_is_not_inside_an_object(scene, tmp_path):
    room = add_cube("Room")
    room.scale = (4, 4, 2)
    scene.camera = add_camera(location=(0, 0, 0))
    scene.frame_end = 2
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.ops.mirage.check_shots()
    assert [item.kind for item in state().findings] == []


def test_linked_objects_are_named_that_hang_on_their_names(scene, tmp_path):
    small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (there, here):
        here.objects = ["Cube"]
    scene = bpy.context.scene
    scene.collection.objects.link(bpy.data.objects["Cube"])
    scene.camera = add_camera()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    (finding,) = quick_findings(scene, tmp_path)
    assert finding.kind == "NO_ID" and finding.text.startswith("Cube come")


def test_each_shot_of_a_scene_strip_is_looked_at_in_its_own_scene(scene, tmp_path):
    """Two sets, one of them tiny and linked in part; the timeline's scene is empty."""
    sets = [bpy.data.scenes.new(name) for name in ("Good", "Tiny")]
    editor = scene.sequence_editor_create()
    for place, there in enumerate(sets):
        camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        camera.location, camera.rotation_euler = (0, -8, 0), (math.pi / 2, 0, 0)
        there.collection.objects.link(camera)
        there.camera, there.frame_end = camera, 3
        add_cube("Cube", collection=there.collection).scale = (1, 1, 1) if there.name == "Good" else (0.001,) * 3
        strips(editor).new_scene(there.name, there, 1, 1 + 10 * place)
    scene.mirage.shot_source = "STRIPS"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.ops.mirage.check_shots()
    (item,) = (item for item in state().findings if item.kind == "SCALE")
    assert item.name.startswith("Tiny: The set is 0.002 m") and item.scene == "Tiny"
    bpy.ops.mirage.fix_scale(value=item.value, scene=item.scene)
    assert longest_side(sets[1]) > 1 and scene.unit_settings.scale_length == 1.0
    assert [item.kind for item in state().findings] == [] and kinds(scene, tmp_path) == []
    with pytest.raises(RuntimeError, match="no scene 'Gone'"):
        bpy.ops.mirage.fix_scale(value=1.0, scene="Gone")


def test_a_frame_that_a_finding_leads_to_is_one_of_the_timeline(scene, tmp_path):
    there = bpy.data.scenes.new("Set")
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    there.collection.objects.link(camera)
    there.camera, there.frame_end = camera, 6
    add_cube("Cube", (0, 8, 0), there.collection)
    camera.rotation_euler = (math.pi / 2, 0, 0)
    camera.keyframe_insert("rotation_euler", frame=3)
    camera.rotation_euler.z += math.radians(60)
    camera.keyframe_insert("rotation_euler", frame=4)
    strips(scene.sequence_editor_create()).new_scene("sh010", there, 1, 101)
    scene.mirage.shot_source = "STRIPS"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.ops.mirage.check_shots()
    (item,) = (item for item in state().findings if item.kind == "WHIP_PAN")
    assert "between frames 3 and 4" in item.name and item.frame == 103


def test_a_disk_that_is_too_small_is_told_of_with_every_take(scene, tmp_path):
    small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_end, scene.mirage.width = 900_000, 4096
    assert kinds(scene, tmp_path) == ["DISK"]


def test_another_file_has_no_findings_yet(scene, tmp_path):
    add_cube("Cube")
    bpy.ops.mirage.check_shots()
    assert len(state().findings) == 2
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert len(state().findings) == 0 and not state().was_checked
