"""The world of a scene outlives an undo, which knows nothing of the backend."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.chosen_world import choose_world, mark_look_written  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        bpy.ops.ed.undo_push(message="before")
        yield scene


def edit_and_undo() -> bpy.types.Scene:
    bpy.ops.ed.undo_push(message="an edit")
    bpy.ops.ed.undo()
    return bpy.context.scene


def world() -> tuple[str, str, str]:
    settings = bpy.context.scene.mirage
    return settings.world_id, settings.world_name, settings.seed_key


def test_it_stays_with_its_look(scene):
    choose_world(scene, "w1", "Corridor")
    mark_look_written(scene, "w1:look")
    scene.mirage.seed = 7
    scene = edit_and_undo()
    assert scene.mirage.seed == 0, "the undo took the edit back"
    assert world() == ("w1", "Corridor", "w1:look")
    bpy.ops.ed.redo()
    assert bpy.context.scene.mirage.seed == 7 and world() == ("w1", "Corridor", "w1:look")


def test_a_world_that_was_picked_before_is_picked_again(scene):
    scene.mirage.world_id, scene.mirage.world_name = "w0", "Picked"
    bpy.ops.ed.undo_push(message="picked")
    choose_world(scene, "w1", "Corridor")
    mark_look_written(scene, "w1:look")
    edit_and_undo()
    assert world() == ("w0", "Picked", "")


def test_another_scene_has_none(scene):
    bpy.data.scenes.new("Other")
    bpy.ops.ed.undo_push(message="another scene")
    choose_world(scene, "w1", "Corridor")
    edit_and_undo()
    assert bpy.data.scenes["Scene"].mirage.world_id == "w1"
    assert bpy.data.scenes["Other"].mirage.world_id == ""
