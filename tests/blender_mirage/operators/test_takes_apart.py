"""Whose takes are whose: scenes and files with shots of one name, copies of both, shots that are renamed."""

from __future__ import annotations

import json
import shutil

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.show_shots import forget_shots, known_takes  # noqa: E402
from tests.support.addon import small_set  # noqa: E402
from tests.support.blender import bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


def generate(scene, seed: int) -> None:
    scene.mirage.prompt, scene.mirage.steps, scene.mirage.seed, scene.mirage.shot_choice = "brick", 1, seed, "ALL"
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    pump.tick()
    assert bpy.context.window_manager.mirage.job_state == "DONE", bpy.context.window_manager.mirage.message


def seeds(scene, shot: str) -> list[int]:
    forget_shots()
    return [take.facts["seed"] for take in known_takes(scene, shot)]


def strip_names(scene) -> list[str]:
    return [strip.name for strip in strips(scene.sequence_editor)]


def forget_facts(folder, *names: str) -> None:
    """As an older version left the sidecar."""
    facts = {name: value for name, value in read_sidecar(folder).items() if name not in names}
    (folder / "take.json").write_text(json.dumps(facts))


def other_scene() -> bpy.types.Scene:
    other = bpy.data.scenes.new("Other")
    bpy.context.window.scene = other
    small_set(other)
    bind_marker("sh010", 1, other.camera)
    return other


def test_two_scenes_with_a_shot_of_one_name_have_takes_of_their_own(addon, tmp_path):
    bind_marker("sh010", 1, addon.camera)
    generate(addon, 100)
    other = other_scene()
    assert seeds(other, "sh010") == []
    generate(other, 200)
    generate(other, 201)
    assert (seeds(addon, "sh010"), seeds(other, "sh010")) == ([100], [200, 201])
    bpy.ops.mirage.swap_take(step=-1)
    assert strips(other.sequence_editor)[0]["mirage_seed"] == 200
    assert bpy.ops.mirage.swap_take(step=-1) == {"CANCELLED"}, "the next older one is another scene's"
    assert strips(addon.sequence_editor)[0]["mirage_seed"] == 100
    facts = read_sidecar(tmp_path / "mirage" / "sh010" / "v001")
    assert (facts["scene"], facts["scene_name"], facts["shot_id"]) == (addon.mirage.scene_id, "Scene", "sh010")


def test_takes_that_do_not_say_whose_they_are_belong_to_the_scene_that_shows_them(addon, tmp_path):
    bind_marker("sh010", 1, addon.camera)
    generate(addon, 100)
    other = other_scene()
    generate(other, 200)
    folder = tmp_path / "mirage" / "sh010"
    for version in ("v001", "v002"):
        forget_facts(folder / version, "scene", "scene_name", "shot_id", "shot_names")
    assert (seeds(addon, "sh010"), seeds(other, "sh010")) == ([100], [200])
    for scene in (addon, other):
        strips(scene.sequence_editor).remove(strips(scene.sequence_editor)[0])
    assert (seeds(addon, "sh010"), seeds(other, "sh010")) == ([100], [200]), "their cameras tell"


def test_two_files_of_a_folder_and_a_copy_of_a_file(addon, tmp_path):
    generate(addon, 100)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set_v02.blend"))
    assert seeds(bpy.context.scene, "Camera") == [100], "saved under another name it is the same film"
    bpy.ops.wm.save_mainfile()
    shutil.copy(tmp_path / "set.blend", tmp_path / "copied.blend")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "copied.blend"))
    assert seeds(bpy.context.scene, "Camera") == [100]
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    small_set(bpy.context.scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "another.blend"))
    assert seeds(bpy.context.scene, "Camera") == []
    forget_facts(tmp_path / "mirage" / "Camera" / "v001", "scene", "scene_name", "shot_id", "shot_names")
    assert seeds(bpy.context.scene, "Camera") == [], "an older version's sidecar names the file"


def test_a_copy_of_a_scene_has_the_takes_that_were_there_and_then_its_own(addon):
    generate(addon, 100)
    bpy.ops.scene.new(type="LINK_COPY")
    copy = bpy.context.scene
    assert copy != addon and seeds(copy, "Camera") == [100]
    generate(copy, 200)
    bpy.context.window.scene = addon
    generate(addon, 101)
    assert (seeds(addon, "Camera"), seeds(copy, "Camera")) == ([100, 101], [100, 200])
    assert [strips(scene.sequence_editor)[0]["mirage_seed"] for scene in (addon, copy)] == [101, 200]
    assert all(len(strips(scene.sequence_editor)) == 1 for scene in (addon, copy))


def test_a_renamed_shot_keeps_its_takes_its_strip_and_its_settings(addon, tmp_path):
    bind_marker("sh010", 1, addon.camera)
    generate(addon, 100)
    addon.mirage.overrides.add().name = "sh010"
    addon.timeline_markers["sh010"].name = "door"
    pump.tick()
    state = bpy.context.window_manager.mirage
    assert seeds(addon, "door") == [100] and "v001" in state.shots[0].text
    assert strip_names(addon) == ["door v001"] and [own.name for own in addon.mirage.overrides] == ["door"]
    (background,) = addon.camera.data.background_images
    assert background.show_background_image and background.image["mirage_shot"] == "door"
    generate(addon, 101)
    assert seeds(addon, "door") == [100, 101] and strip_names(addon) == ["door v002"]
    assert len(frames_on_disk(tmp_path / "mirage" / "door" / "v002")) == 3
    bpy.ops.mirage.swap_take(step=-1)
    assert strip_names(addon) == ["door v001"] and strips(addon.sequence_editor)[0]["mirage_seed"] == 100
    assert len(addon.camera.data.background_images) == 1
    bind_marker("sh010", 3, addon.camera)
    pump.tick()
    assert (seeds(addon, "sh010"), seeds(addon, "door")) == ([], [100, 101]), "a new shot of the old name has none"


def test_a_renamed_camera_keeps_its_shots_takes_also_in_a_file_that_is_opened_again(addon, tmp_path):
    generate(addon, 100)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    scene = bpy.context.scene
    scene.camera.name = "Hero"
    pump.tick()
    assert seeds(scene, "Hero") == [100] and strip_names(scene) == ["Hero v001"]


def test_a_shot_that_is_renamed_while_it_is_made_gets_its_take(addon):
    bind_marker("sh010", 1, addon.camera)
    addon.mirage.prompt, addon.mirage.steps, addon.mirage.seed = "brick", 1, 100
    bpy.ops.mirage.generate_take()
    addon.timeline_markers["sh010"].name = "door"
    pump.tick()
    pump.run_until_idle()
    pump.tick()
    assert seeds(addon, "door") == [100] and strip_names(addon) == ["door v001"]


def test_undo_takes_the_name_back_with_all_that_hangs_on_it(addon):
    bind_marker("sh010", 1, addon.camera)
    generate(addon, 100)
    bpy.ops.ed.undo_push(message="made")
    bpy.context.scene.timeline_markers["sh010"].name = "door"
    bpy.ops.ed.undo_push(message="renamed")
    pump.tick()
    assert seeds(bpy.context.scene, "door") == [100]
    bpy.ops.ed.undo()
    pump.tick()
    assert seeds(bpy.context.scene, "sh010") == [100] and strip_names(bpy.context.scene) == ["sh010 v001"]
    bpy.ops.ed.redo()
    pump.tick()
    assert seeds(bpy.context.scene, "door") == [100] and strip_names(bpy.context.scene) == ["door v001"]
