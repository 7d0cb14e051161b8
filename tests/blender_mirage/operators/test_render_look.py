"""Render Look and the demo set: no backend is needed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.look_render import LookRender, cannot_draw_apart  # noqa: E402
from blender_mirage.core.take_job import LookRendered  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.render_look import render_apart  # noqa: E402
from blender_mirage.scene.read_look import read_look  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402

pytestmark = pytest.mark.bpy


def state():
    return bpy.context.window_manager.mirage


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def test_the_look_is_remembered_with_its_frame_and_camera(scene, tmp_path):
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_set(2)
    scene.mirage.look_samples = 1
    for version in (1, 2):
        bpy.ops.mirage.render_look()
        assert scene.mirage.look_path == f"//mirage/looks/look_v{version:03d}.png"
    assert (scene.mirage.look_frame, scene.mirage.look_camera) == (2, camera)
    assert read_look(Path(bpy.path.abspath(scene.mirage.look_path))).shape[:2] == (64, 64)


def test_a_second_blender_renders_it_meanwhile(scene, tmp_path):
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set über Eck.blend"))
    scene.frame_set(2)
    scene.mirage.look_samples = 2
    render = render_apart(bpy.context, LookRendered(tmp_path / "look.png", 2, camera.name, ""))
    copy = render._order.copy
    seen = []
    pump.watch(render)
    assert state().job_state == "RUNNING" and state().backend_state == "UNKNOWN"
    camera.name = "Renamed"
    scene.render.resolution_x = 200
    pump.run_until_idle(lambda: seen.append((state().phase, state().total)))
    assert (state().job_state, state().message) == ("DONE", "")
    assert any(phase == "samples" and total > 1 for phase, total in seen), seen
    early = {"starting a second Blender", "opening the copy"}  # the second may come in one tick with what follows it
    assert early & {phase for phase, _ in seen}
    assert scene.mirage.look_path == "//look.png" and scene.mirage.look_frame == 2
    assert read_look(tmp_path / "look.png").shape[:2] == (64, 64), "rendered as the file was when it was asked for"
    assert not copy.exists() and bpy.data.filepath.endswith("set über Eck.blend")


def test_what_cannot_be_rendered_apart_says_why_and_a_cancelled_look_leaves_nothing(scene, tmp_path):
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    (tmp_path / "file").write_text("no folder")
    for image, cancel in ((tmp_path / "file" / "look.png", False), (tmp_path / "look.png", True)):
        render = render_apart(bpy.context, LookRendered(image, 1, camera.name, ""))
        pump.watch(render)
        if cancel:
            pump.cancel()
        pump.run_until_idle()
        assert state().job_state == ("CANCELLED" if cancel else "FAILED")
        assert state().message and (cancel or "could not be written" in state().message)
        assert scene.mirage.look_path == "" and not image.exists() and not render._order.copy.exists()


def test_a_second_blender_that_cannot_draw_gives_way_to_this_one(scene, tmp_path):
    """It crashes, as Blender does where a driver lets it down."""
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.mirage.look_engine = "EEVEE"
    render = render_apart(bpy.context, LookRendered(tmp_path / "look.png", 1, camera.name, ""))
    assert render._order.command[-2:] == ["--engine", "EEVEE"]
    crash = [sys.executable, "-c", "import os; os.abort()"]
    try:
        pump.watch(LookRender(render.scene, replace(render._order, command=crash), pump.updates))
        pump.run_until_idle()
        assert state().job_state == "FAILED"
        assert "EEVEE could not draw in a second Blender" in state().message and "this window" in state().hint
        assert cannot_draw_apart == {"EEVEE"}
    finally:
        cannot_draw_apart.clear()


@pytest.mark.slow
def test_eevee_in_a_second_blender(scene, tmp_path):
    """Compiles its shaders on the CPU where there is no GPU."""
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.mirage.look_engine, scene.mirage.look_samples = "EEVEE", 1
    pump.watch(render_apart(bpy.context, LookRendered(tmp_path / "look.png", 1, camera.name, "")))
    pump.run_until_idle()
    assert (state().job_state, state().message) == ("DONE", "")
    assert read_look(tmp_path / "look.png").shape[:2] == (64, 64)


def test_without_a_camera_the_button_is_off(scene):
    assert not bpy.ops.mirage.render_look.poll()


def test_the_demo_set_comes_in_a_scene_of_its_own(scene):
    bpy.ops.mirage.build_demo_set()
    assert len(bpy.data.scenes) == 2
    assert len(bpy.data.scenes["Mirage Demo"].timeline_markers) == 2
    assert not scene.objects
