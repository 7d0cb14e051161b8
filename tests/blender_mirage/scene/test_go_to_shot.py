"""Choosing a shot of the list goes to it; the look's small picture is that of the file."""

from __future__ import annotations

import os

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.go_to_shot import go_to_shot  # noqa: E402
from blender_mirage.scene.look_thumbnail import look_thumbnail  # noqa: E402
from tests.support.addon import enabled_addon, small_set, write_png  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        small_set(scene, 20)
        bind_marker("first", 1, scene.camera)
        bind_marker("second", 11, add_camera("Other"))
        pump.tick()
        yield scene


def state():
    return bpy.context.window_manager.mirage


def test_a_shot_is_gone_to_and_seen_through_its_camera(scene):
    scene.frame_set(5)
    assert go_to_shot(bpy.context, "second")
    assert (scene.frame_current, scene.camera.name) == (11, "Other")
    assert go_to_shot(bpy.context, "first")
    assert (scene.frame_current, scene.camera.name) == (1, "Camera")
    assert not go_to_shot(bpy.context, "no such shot") and scene.frame_current == 1


@pytest.mark.skipif(bpy.app.version < (4, 5, 0), reason="as a module, 4.2 has no callbacks of properties")
def test_it_is_the_choice_in_the_list_that_goes_there_and_nothing_else(scene):
    scene.frame_set(5)
    pump.tick()
    assert scene.frame_current == 5, "the list is drawn up without moving anything"
    state().shot_index = 1
    assert (scene.frame_current, scene.camera.name) == (11, "Other")
    scene.timeline_markers.remove(scene.timeline_markers["second"])
    scene.frame_set(7)
    pump.tick()
    assert scene.frame_current == 7 and len(state().shots) == 1


def test_the_demo_set_is_built_once_and_gone_to_the_second_time(scene):
    bpy.ops.mirage.build_demo_set()
    bpy.data.scenes["Mirage Demo"].name = "Corridor"
    bpy.context.window.scene = scene
    bpy.ops.mirage.build_demo_set()
    assert len(bpy.data.scenes) == 2 and bpy.context.window.scene.name == "Corridor"


def test_the_looks_small_picture_comes_and_goes_with_the_file(scene, tmp_path):
    assert not look_thumbnail.refresh(scene) and look_thumbnail.picture is None
    scene.mirage.look_path = write_png(tmp_path / "look.png")
    assert look_thumbnail.refresh(scene) and look_thumbnail.picture == tmp_path / "look.png"
    assert not look_thumbnail.refresh(scene), "nothing has changed"
    scene.mirage.look_path = str(tmp_path / "none.png")
    assert look_thumbnail.refresh(scene) and look_thumbnail.picture is None
    os.remove(tmp_path / "look.png")
    scene.mirage.look_path = str(tmp_path / "look.png")
    assert not look_thumbnail.refresh(scene) and look_thumbnail.picture is None
