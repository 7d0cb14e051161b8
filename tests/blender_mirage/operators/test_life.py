"""Blender's own life goes on while a take is read and made: other scenes, workspaces, deletions, linked sets."""

from __future__ import annotations

import time

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.take_preparation import TakePreparation  # noqa: E402
from tests.support.addon import small_set  # noqa: E402

pytestmark = pytest.mark.bpy


def state():
    return bpy.context.window_manager.mirage


def said() -> str:
    return " ".join(warning.name for warning in state().warnings)


def ask(scene, frames: int = 3, prompt: str = "brick") -> None:
    """A take whose set is not yet read, as in a window: the next ticks do that. `slow`: one that lasts a little."""
    scene.frame_end, scene.mirage.prompt = frames, prompt
    pump.read(TakePreparation(bpy.context))
    assert state().job_state == "READING"


def tick_until(reached) -> None:
    end = time.monotonic() + 300
    while not reached():
        assert time.monotonic() < end, f"{state().job_state} {state().message}"
        pump.tick()


def takes_in(scene) -> list:
    editor = scene.sequence_editor
    return [strip for strip in strips(editor)] if editor else []


@pytest.mark.slow
def test_another_scene_is_looked_at_meanwhile(addon):
    other = bpy.data.scenes.new("Other")
    ask(addon, 6, "slow")
    bpy.context.window.scene = other
    tick_until(lambda: state().frames_saved >= 2)
    assert bpy.context.scene == other
    pump.run_until_idle()
    assert (state().job_state, state().message) == ("DONE", "")
    assert len(takes_in(addon)) == 1 and takes_in(other) == []
    assert other.frame_current == 1 and addon.frame_current == 1


@pytest.mark.slow
def test_the_scene_is_deleted_while_its_take_is_made(addon, tmp_path):
    other = bpy.data.scenes.new("Other")
    ask(addon, 6, "slow")
    tick_until(lambda: state().frames_saved >= 2)
    bpy.context.window.scene = other
    bpy.data.scenes.remove(addon)
    pump.run_until_idle()
    assert state().job_state == "DONE" and "is not open" in said()
    assert len(frames_on_disk(tmp_path / "mirage" / "Camera" / "v001")) == 6 and takes_in(other) == []


def test_the_scene_is_deleted_while_it_is_read(addon):
    other = bpy.data.scenes.new("Other")
    ask(addon, frames=200)
    pump.tick()
    bpy.context.window.scene = other
    bpy.data.scenes.remove(addon)
    pump.run_until_idle()
    assert state().job_state == "FAILED" and "while it was being read" in state().message and state().hint


def test_the_camera_is_deleted_while_it_is_read(addon):
    ask(addon, frames=200)
    pump.tick()
    bpy.data.objects.remove(addon.camera)
    pump.run_until_idle()
    assert state().job_state == "FAILED" and "while it was being read" in state().message and state().hint
    assert addon.frame_current == 1, "the playhead is back"


@pytest.mark.slow
def test_undo_while_it_is_read(addon):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.object.empty_add()
    bpy.ops.ed.undo_push(message="an empty")
    ask(addon, frames=15)
    pump.tick()
    bpy.ops.ed.undo()
    pump.run_until_idle()
    scene = bpy.context.scene
    assert (state().job_state, state().message) == ("DONE", "")
    assert len(takes_in(scene)) == 1 and "Empty" not in bpy.data.objects and scene.frame_current == 1


@pytest.mark.slow
def test_objects_are_renamed_and_deleted_while_they_are_read(addon):
    bpy.ops.mesh.primitive_cube_add(location=(0, 3, 0))
    extra = bpy.context.object
    ask(addon, frames=15)
    pump.tick()
    bpy.data.objects["Cube"].name = "Hero"
    bpy.data.objects.remove(extra)
    pump.run_until_idle()
    assert (state().job_state, state().message) == ("DONE", "") and len(takes_in(addon)) == 1


@pytest.mark.slow
def test_the_workspace_is_changed_meanwhile(addon):
    ask(addon)
    for workspace in bpy.data.workspaces:
        bpy.context.window.workspace = workspace
        pump.tick()
    pump.run_until_idle()
    assert state().job_state == "DONE" and len(takes_in(addon)) == 1


def test_a_set_and_camera_linked_from_a_library(addon, tmp_path):
    """Linked data cannot be written: it needs no ids of ours, and has no background of ours."""
    library = tmp_path / "library.blend"
    collection = bpy.data.collections.new("Set")
    for thing in (bpy.data.objects["Cube"], addon.camera):
        collection.objects.link(thing)
    bpy.data.libraries.write(str(library), {collection}, fake_user=True)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(library), link=True) as (_, there):
        there.collections = ["Set"]
    scene = bpy.context.scene
    scene.collection.children.link(there.collections[0])
    scene.camera = next(thing for thing in scene.objects if thing.type == "CAMERA")
    scene.frame_end, scene.render.resolution_x, scene.render.resolution_y = 3, 64, 64
    scene.mirage.width, scene.mirage.prompt = 64, "brick"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "linked.blend"))
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    assert (state().job_state, state().message) == ("DONE", "")
    assert len(takes_in(scene)) == 1 and len(scene.camera.data.background_images) == 0
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "linked.blend"))
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    assert state().job_state == "DONE"
    assert [strip["mirage_folder"][-4:] for strip in takes_in(bpy.context.scene)] == ["v002"]


def test_a_new_file_while_the_old_one_is_read(addon):
    ask(addon, frames=200)
    pump.tick()
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    pump.run_until_idle()
    assert state().job_state == "CANCELLED" and "file was opened" in state().message and state().hint
    small_set(bpy.context.scene)
    assert bpy.ops.mirage.generate_take.poll()
