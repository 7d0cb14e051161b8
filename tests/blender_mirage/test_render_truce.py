from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage import preferences  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402
from tests.support.live_server import live_server  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def scene(server, tmp_path):
    with enabled_addon(address=server.url, token=server.token) as scene:
        small_set(scene)
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
        scene.render.engine, scene.cycles.samples = "CYCLES", 1
        scene.mirage.prompt = "brick"
        bpy.ops.mirage.generate_take()
        pump.run_until_idle()
        assert worker(server) == "idle"
        yield scene


def worker(server) -> str:
    return server.client.get("/v1/health").json()["worker"]


def test_only_a_gpu_render_with_cycles_asks_for_room(scene, server):
    bpy.ops.render.render()
    assert worker(server) == "idle", "rendered on the CPU"
    preferences.current(bpy.context).release_for_renders = False
    scene.cycles.device = "GPU"  # without one, Cycles falls back to the CPU
    bpy.ops.render.render()
    assert worker(server) == "idle", "the preference says no"
    preferences.current(bpy.context).release_for_renders = True
    bpy.ops.render.render()
    assert worker(server) == "down", "the engine's process ended, and all it held with it"


def test_a_backend_at_work_is_left_alone_and_one_that_is_gone_holds_no_render_up(scene, server):
    scene.cycles.device = "GPU"
    scene.mirage.prompt, scene.frame_end = "slow", 40
    bpy.ops.mirage.generate_take()
    pump.run_until_idle(lambda: bpy.ops.render.render() if bpy.context.window_manager.mirage.frames_saved == 2 else 0)
    assert bpy.context.window_manager.mirage.job_state == "DONE"
    preferences.current(bpy.context).address = "http://127.0.0.1:9"
    assert bpy.ops.render.render() == {"FINISHED"}
