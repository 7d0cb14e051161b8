"""A take outlives what happens in Blender: quitting, other files, undo, renames, the add-on switched off and on."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import registration  # noqa: E402
from blender_mirage.compat import strip_span, strips  # noqa: E402
from blender_mirage.core.pending_takes import PENDING_FOLDER, hold_pending  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402

pytestmark = pytest.mark.bpy

PATIENCE_S = 300.0


def state():
    return bpy.context.window_manager.mirage


def said() -> str:
    return " ".join(warning.name for warning in state().warnings)


def shown() -> list:
    return list(strips(bpy.context.scene.sequence_editor_create()))


def ask_for_take(scene, frames: int = 12) -> None:
    """A take that lasts a little; the file is saved as it was asked for."""
    scene.frame_end = frames
    scene.mirage.prompt = "slow"
    bpy.ops.mirage.generate_take()
    bpy.ops.wm.save_mainfile()


def tick_until(reached) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end, f"{state().job_state} {state().message}"
        pump.tick()
        time.sleep(0.02)


def fetch() -> None:
    bpy.ops.mirage.pick_up_takes()
    pump.run_until_idle()


def nothing_pends(folder: Path) -> bool:
    return not (folder / PENDING_FOLDER).exists()


QUITTING = """
    import os, sys, time
    import bpy
    from blender_mirage import preferences, registration
    from blender_mirage.event_pump import pump
    blend, url, token = sys.argv[1:]
    registration.register()
    bpy.context.preferences.addons.new().module = preferences.MiragePreferences.bl_idname
    chosen = preferences.current(bpy.context)
    chosen.address, chosen.token = url, token
    bpy.ops.wm.open_mainfile(filepath=blend)
    bpy.context.scene.mirage.prompt = "slow"
    bpy.context.scene.frame_end = 12
    bpy.ops.mirage.generate_take()
    bpy.ops.wm.save_mainfile()
    while bpy.context.window_manager.mirage.frames_saved < 2:
        pump.tick()
        time.sleep(0.02)
    os._exit(0)
"""


def test_a_take_that_blender_did_not_live_to_see_is_fetched(addon, server, tmp_path):
    blend = tmp_path / "set.blend"
    command = [sys.executable, "-c", textwrap.dedent(QUITTING), str(blend), server.url, server.token]
    subprocess.run(command, cwd=Path(__file__).parents[3], check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL)
    folder = tmp_path / "mirage" / "Camera" / "v001"
    assert 2 <= len(frames_on_disk(folder)) < 12 and read_sidecar(folder)["state"] == "running"
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert shown() == []
    fetch()
    assert (state().job_state, state().message) == ("DONE", "")
    assert len(frames_on_disk(folder)) == 12 and read_sidecar(folder)["state"] == "done"
    (strip,) = shown()
    assert strip_span(strip) == (1, 13)
    assert bpy.context.scene.camera.data.background_images[0].image.source == "SEQUENCE"
    assert nothing_pends(tmp_path / "mirage")
    fetch()
    assert len(shown()) == 1 and [path.name for path in folder.parent.iterdir()] == ["v001"]


def test_what_came_while_another_file_was_open_is_shown_when_it_is_opened_again(addon, tmp_path):
    ask_for_take(addon)
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    pump.run_until_idle()
    assert shown() == [] and "shown when the file is opened again" in said()
    assert len(frames_on_disk(tmp_path / "mirage" / "Camera" / "v001")) == 12
    fetch()
    assert shown() == [], "another file leaves it alone"
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    fetch()
    assert len(shown()) == 1 and nothing_pends(tmp_path / "mirage")


def test_saving_under_another_name_meanwhile(addon, tmp_path):
    ask_for_take(addon)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    pump.run_until_idle()
    assert len(shown()) == 1 and nothing_pends(tmp_path / "mirage")


def test_the_addon_switched_off_and_on_meanwhile(addon, tmp_path):
    ask_for_take(addon)
    registration.unregister()
    registration.register()
    assert state().job_state == "RUNNING" and pump.busy
    pump.run_until_idle()
    assert state().job_state == "DONE" and len(shown()) == 1


def test_a_camera_that_was_renamed_is_found_and_one_that_was_deleted_costs_only_its_background(addon, tmp_path):
    ask_for_take(addon)
    addon.camera.name = "Camera of the hero"
    bpy.data.cameras.new("Camera")
    pump.run_until_idle()
    assert len(addon.camera.data.background_images) == 1 and len(shown()) == 1
    ask_for_take(addon)
    bpy.data.objects.remove(addon.camera)
    pump.run_until_idle()
    assert state().job_state == "DONE" and "no camera" in said()
    assert [strip["mirage_folder"][-4:] for strip in shown()][-1] == "v002" and nothing_pends(tmp_path / "mirage")


def test_undo_while_it_runs_and_one_step_for_what_arrived(addon, tmp_path):
    bpy.ops.ed.undo_push(message="before")
    ask_for_take(addon)
    bpy.ops.object.empty_add()
    bpy.ops.ed.undo_push(message="an empty")
    bpy.ops.ed.undo()
    pump.run_until_idle()
    assert state().job_state == "DONE" and len(shown()) == 1
    bpy.ops.ed.undo()
    assert shown() == []
    bpy.ops.ed.redo()
    assert len(shown()) == 1


def test_without_its_backend_it_waits_and_says_so(addon, server, tmp_path):
    from blender_mirage import preferences

    ask_for_take(addon)
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    tick_until(lambda: state().frames_saved >= 2)
    pump.run_until_idle()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    chosen = preferences.current(bpy.context)
    chosen.address = ""
    fetch()
    assert "enter that address in the preferences" in said() and shown() == []
    chosen.address = server.url
    (file,) = hold_pending(tmp_path / "mirage")
    fetch()
    assert shown() == [], "another Blender works on it"
    file.leave()
    bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    assert len(shown()) == 1, "a backend that was found is asked at once"
