"""A backend that hangs or dies under a running take, as the panel shows it."""

from __future__ import annotations

import sys
import time

import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.pending_takes import PENDING_FOLDER  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from tests.support import tiny_worker  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402
from tests.support.killable import PATIENCE_S, Killable  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")]


@pytest.fixture
def backend(tmp_path):
    (tmp_path / "data").mkdir()
    running = Killable(tmp_path / "data", tiny_worker)
    yield running
    running.wake()
    running.process.kill()
    running.process.wait()
    running.close()


@pytest.fixture
def scene(backend, tmp_path):
    """A take of it is being made."""
    with enabled_addon(data_dir=str(tmp_path / "data"), start_backend=False) as scene:
        small_set(scene)
        scene.frame_end = 12
        scene.mirage.prompt = "slow"
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
        bpy.ops.mirage.generate_take()
        tick_until(lambda: state().frames_saved >= 2)
        yield scene


def state():
    return bpy.context.window_manager.mirage


def tick_until(reached) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end, f"{state().job_state} {state().message}"
        pump.tick()
        time.sleep(0.02)


def test_cancel_waits_for_no_backend_and_its_frames_come_home_when_it_wakes(backend, scene, tmp_path):
    backend.suspend()
    bpy.ops.mirage.cancel_job()
    assert state().job_state == "RUNNING" and state().cancelling
    tick_until(lambda: state().job_state == "CANCELLED")
    assert not pump.idle, "its thread brings home what it still can"
    assert "has not confirmed" in state().message and state().hint
    assert bpy.ops.mirage.generate_take.poll(), "the user goes on at once"
    backend.wake()
    pump.run_until_idle()
    assert state().job_state == "CANCELLED"
    if not list(strips(scene.sequence_editor)):  # it had given up before the backend woke
        bpy.ops.mirage.start_backend()
        pump.run_until_idle()
        tick_until(lambda: pump.idle)
    assert len(strips(scene.sequence_editor)) == 1
    assert not (tmp_path / "mirage" / PENDING_FOLDER).exists()


@pytest.mark.slow
def test_a_dead_backend_is_told_with_the_next_step_and_start_backend_goes_on(backend, scene, tmp_path):
    backend.kill(worker_too=True)
    tick_until(lambda: state().message)
    assert "stopped" in state().message and "Start Backend" in state().hint
    assert state().job_state == "RUNNING"
    assert (state().backend_state, state().backend_text) == ("PROBLEM", state().message)
    assert bpy.ops.mirage.start_backend.poll() and bpy.ops.mirage.cancel_job.poll()
    again = Killable(tmp_path / "data", tiny_worker)
    try:
        tick_until(lambda: not state().message)
        assert state().backend_state == "READY"
        pump.run_until_idle()
        assert (state().job_state, state().message) == ("DONE", "")
        assert len(strips(scene.sequence_editor)) == 1
    finally:
        again.stop()


@pytest.mark.slow
def test_a_killed_worker_ends_the_take_with_the_cause(backend, scene):
    backend.kill_worker()
    pump.run_until_idle()
    assert state().job_state == "FAILED" and "signal 9" in state().message and state().hint
