"""While a look renders or a take runs, what can wait waits: in the order in which it was asked for."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.look_render import LookRender  # noqa: E402
from blender_mirage.core.take_job import LookRendered  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.render_look import render_apart  # noqa: E402
from blender_mirage.operators.take_preparation import TakePreparation  # noqa: E402
from tests.support.addon import write_png  # noqa: E402

pytestmark = pytest.mark.bpy

COPY = "import shutil, sys, time; time.sleep(0.2); shutil.copy(*sys.argv[1:])"


def state():
    return bpy.context.window_manager.mirage


def waiting() -> list[str]:
    return [order.name for order in state().waiting]


def versions(tmp_path) -> list[str]:
    folder = tmp_path / "mirage" / "Camera"
    return sorted(take.name for take in folder.iterdir()) if folder.is_dir() else []


def render_a_look(scene, tmp_path, program: str = COPY) -> None:
    """By a program that takes less time than a second Blender does."""
    picture = write_png(tmp_path / "drawn.png")
    look = LookRendered(tmp_path / "look.png", 1, scene.camera.name, "")
    render = render_apart(bpy.context, look)
    command = [sys.executable, "-c", program, picture, str(look.path)]
    pump.watch(LookRender(render.scene, replace(render._order, command=command), pump.updates))


def begin_a_take(scene, prompt: str = "brick") -> None:
    scene.mirage.prompt = prompt
    pump.read(TakePreparation(bpy.context))


def test_a_second_take_waits_for_the_first(addon, tmp_path):
    begin_a_take(addon)
    assert bpy.ops.mirage.generate_take(which="LIST") == {"FINISHED"}
    assert waiting() == ["Generate Shot Camera"] and state().job_state == "READING"
    pump.run_until_idle()
    assert (state().job_state, state().message, waiting()) == ("DONE", "", [])
    assert versions(tmp_path) == ["v001", "v002"]


def test_a_take_waits_for_its_look_and_is_made_with_it(addon, server, tmp_path):
    assert addon.mirage.look_path == "" and addon.mirage.prompt == ""
    render_a_look(addon, tmp_path)
    bpy.ops.mirage.generate_take(which="LIST")
    bpy.ops.mirage.check_shots()
    assert waiting() == ["Generate Shot Camera", "Check Before Generating"]
    pump.run_until_idle()
    assert versions(tmp_path) == ["v001"] and addon.mirage.look_path == "//look.png"
    assert server.services.catalog.get(addon.mirage.world_id).seed_views == 1
    assert state().job_kind == "CHECK" and state().was_checked


def test_a_look_that_came_to_nothing_takes_its_takes_with_it(addon, tmp_path):
    render_a_look(addon, tmp_path, "raise SystemExit('no light')")
    bpy.ops.mirage.generate_take()
    bpy.ops.mirage.check_shots()
    pump.run_until_idle()
    assert versions(tmp_path) == [] and state().was_checked, "what does not need the look goes on"
    said = " ".join(warning.name for warning in state().warnings)
    assert "Generate was taken out" in said and "no light" in said


def test_cancel_is_for_what_runs_and_the_next_goes_on(addon, tmp_path):
    begin_a_take(addon)
    bpy.ops.mirage.generate_take(which="ALL")
    bpy.ops.mirage.cancel_job()
    pump.run_until_idle()
    assert state().job_state == "DONE" and versions(tmp_path) == ["v001"]


def test_what_waits_can_be_taken_out_and_the_same_does_not_wait_twice(addon, tmp_path):
    begin_a_take(addon)
    bpy.ops.mirage.generate_take(which="LIST")
    bpy.ops.mirage.generate_take(which="ALL")
    with pytest.raises(RuntimeError, match="Generate All waits already"):
        bpy.ops.mirage.generate_take(which="ALL")
    bpy.ops.mirage.drop_waiting(index=0)
    assert waiting() == ["Generate All"]
    bpy.ops.mirage.drop_waiting(index=0)
    pump.run_until_idle()
    assert versions(tmp_path) == ["v001"]


def test_another_file_forgets_what_waits(addon, tmp_path):
    begin_a_take(addon)
    bpy.ops.mirage.generate_take(which="LIST")
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    assert waiting() == []
    pump.run_until_idle()
    assert versions(tmp_path) == []


def test_the_scene_of_what_waits_is_deleted(addon, tmp_path):
    other = bpy.data.scenes.new("Other")
    begin_a_take(addon)
    bpy.context.window.scene = other
    bpy.ops.mirage.check_shots()
    bpy.context.window.scene = addon
    bpy.data.scenes.remove(other)
    pump.run_until_idle()
    assert versions(tmp_path) == ["v001"]
    assert state().job_state == "FAILED" and "'Other' was deleted" in state().message


def test_a_change_of_the_world_waits_for_the_take_that_is_made_in_it(addon, tmp_path):
    begin_a_take(addon)
    bpy.ops.mirage.create_world(name="Night")
    assert waiting() == ["New World Night"]
    pump.run_until_idle()
    assert addon.mirage.world_name == "Night" and [world.name for world in state().worlds][-1:] != []
    end = time.monotonic() + 60
    while [world.name for world in state().worlds].count("Night") != 1:
        assert time.monotonic() < end
        pump.tick()
