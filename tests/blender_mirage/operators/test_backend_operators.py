"""Start Backend, New World, Use World, Release GPU: what they ask and what the panel then shows."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.event_pump import pump  # noqa: E402

pytestmark = pytest.mark.bpy


def state():
    return bpy.context.window_manager.mirage


def test_start_backend_lists_the_worlds(addon, server):
    assert not bpy.ops.mirage.release_gpu.poll()
    server.new_world("made elsewhere")
    bpy.ops.mirage.start_backend()
    assert state().backend_state == "CONNECTING"
    pump.run_until_idle()
    assert state().backend_state == "READY" and state().backend_text.startswith("Ready")
    assert "made elsewhere" in [world.name for world in state().worlds]


def test_start_backend_where_the_token_is_wrong(addon):
    bpy.context.preferences.addons["blender_mirage"].preferences.token = "wrong"
    bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    assert state().backend_state == "PROBLEM" and "token" in state().backend_text and state().message == ""


def test_a_new_world_is_used_at_once_and_another_can_be_picked(addon, server):
    bpy.ops.mirage.create_world(name="Gang über Eck")
    pump.run_until_idle()
    world_id = addon.mirage.world_id
    assert addon.mirage.world_name == "Gang über Eck"
    assert server.services.catalog.get(world_id).name == "Gang über Eck"
    bpy.ops.mirage.create_world()
    pump.run_until_idle()
    assert addon.mirage.world_name.startswith("set"), "named after the file"
    bpy.ops.mirage.pick_world(world_id=world_id, world_name="Gang über Eck")
    assert addon.mirage.world_id == world_id


def test_release_gpu(addon):
    bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    bpy.ops.mirage.release_gpu()
    pump.run_until_idle()
    assert state().backend_state == "READY" and state().message == ""


def test_nothing_to_cancel(addon):
    assert not bpy.ops.mirage.cancel_job.poll()
