"""The live look from Blender's side: real Blender, real HTTP, a real worker process with real networks.

Without a window nothing is drawn; everything up to the drawing is here, and the drawing is in tests/gui.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage import registration  # noqa: E402
from blender_mirage.core.live_link import LiveState  # noqa: E402
from blender_mirage.core.live_words import describe_link  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.live_look import live_look  # noqa: E402
from tests.support.addon import enabled_addon, one_small_shot, small_set  # noqa: E402
from tests.support.live_server import PATIENCE_S, random_backend  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with random_backend(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def scene(server, tmp_path):
    """A small set with a world, and a viewport that looks through its camera."""
    with enabled_addon(address=server.url, token=server.token) as scene:
        camera = small_set(scene)
        one_small_shot(scene, camera, 3, tmp_path / "set.blend")
        scene.mirage.world_id, scene.mirage.world_name = server.new_world(), "world"
        view().view_perspective = "CAMERA"
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
        try:
            yield scene
        finally:
            live_look.stop()


def view() -> bpy.types.RegionView3D:
    areas = bpy.context.window_manager.windows[0].screen.areas
    return next(area.spaces.active.region_3d for area in areas if area.type == "VIEW_3D")


def state():
    return bpy.context.window_manager.mirage


def until(reached: Callable[[], bool]) -> None:
    """Ticks, as Blender's timer would."""
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end, (state().live_text, live_look._link and live_look._link.state)
        live_look.tick()
        time.sleep(0.005)


def caught_up() -> bool:
    return live_look._shown is not None and live_look._shown == live_look._sight


def test_it_shows_what_the_camera_sees_and_follows_it(scene):
    assert bpy.ops.mirage.live_look() == {"FINISHED"} and state().live_on
    until(caught_up)
    first = live_look._shown
    scene.camera.location.x = 1.0
    until(lambda: caught_up() and live_look._shown != first)
    assert live_look._shown.pose != first.pose and live_look._shown.place is first.place
    bpy.data.objects["Cube"].location.x = 0.5
    until(lambda: caught_up() and live_look._shown.place is not first.place)
    scene.frame_set(3)
    until(lambda: caught_up() and live_look._shown.frame == 3)
    until(lambda: state().live_text == "Live, 64 x 64")
    assert state().live_seen == "Known 0 %, partly 0 %, unknown 100 %"
    assert bpy.ops.mirage.live_look() == {"FINISHED"} and not state().live_on and not state().live_text


def test_the_file_and_the_world_stay_as_they_are(scene, server):
    def world() -> list[tuple[str, bytes]]:
        folder = server.services.config.data_dir / "worlds" / scene.mirage.world_id
        # Beside an open database lie its (empty) log and what its readers share.
        files = sorted(path for path in folder.rglob("*") if "-shm" not in path.name and path.stat().st_size)
        return [(path.name, path.read_bytes()) for path in files if path.is_file()]

    blocks = {name: len(getattr(bpy.data, name)) for name in ("images", "objects", "meshes", "scenes", "texts")}
    before, there = Path(bpy.data.filepath).read_bytes(), world()
    stats = server.client.get(f"/v1/worlds/{scene.mirage.world_id}/stats").content
    bpy.ops.mirage.live_look()
    until(caught_up)
    bpy.ops.mirage.live_look()
    assert Path(bpy.data.filepath).read_bytes() == before
    assert {name: len(getattr(bpy.data, name)) for name in blocks} == blocks
    assert not any(thing.mirage_id for thing in bpy.data.objects)
    assert server.client.get(f"/v1/worlds/{scene.mirage.world_id}/stats").content == stats
    assert world() == there
    jobs = server.services.queue.active(scene.mirage.world_id)
    assert jobs == [] and not Path(bpy.path.abspath("//mirage")).exists()


def test_it_waits_for_a_take_and_goes_on_by_itself(scene, server):
    bpy.ops.mirage.live_look()
    until(caught_up)
    scene.frame_end = scene.frame_start + 39  # long enough that the words, which change twice a second, tell of it
    bpy.ops.mirage.generate_take()
    texts = set()
    while not pump.idle:
        scene.camera.data.lens += 0.01  # so that there is always something to ask
        pump.tick()
        live_look.tick()
        texts.add(state().live_text)
        time.sleep(0.005)
    assert state().job_state == "DONE", state().message
    assert describe_link(LiveState("busy")) in texts
    # The take has taught the world: the camera sees more than before.
    until(lambda: state().live_seen.startswith("Known 100 %"))


@pytest.mark.slow
def test_a_killed_worker_is_got_over(scene, server):
    bpy.ops.mirage.live_look()
    until(caught_up)
    os.kill(server.services.worker.process_id, signal.SIGTERM)
    scene.camera.data.lens = 35.0
    until(lambda: caught_up() and live_look._shown.pose.K[0] != 50.0 / 36.0)


def test_why_there_is_nothing_to_show(scene):
    bpy.ops.mirage.live_look()
    view().view_perspective = "PERSP"
    until(lambda: "Look through the camera" in state().live_text)
    view().view_perspective = "CAMERA"
    scene.camera.data.type = "ORTHO"
    until(lambda: "orthographic" in state().live_text)
    scene.camera.data.type = "PERSP"
    bpy.data.objects["Cube"].hide_render = True
    bpy.context.view_layer.update()
    until(lambda: state().live_text == "No object in the scene renders")
    bpy.data.objects["Cube"].hide_render = False
    bpy.context.view_layer.update()
    until(caught_up)
    world, scene.mirage.world_id = scene.mirage.world_id, ""
    until(lambda: state().live_text.startswith("No world yet"))
    scene.mirage.world_id = "f" * 32
    until(lambda: "no world" in state().live_text)
    scene.mirage.world_id = world
    until(caught_up)


def test_without_a_world_the_button_says_why(scene):
    scene.mirage.world_id = ""
    assert not bpy.ops.mirage.live_look.poll()


def test_it_ends_with_the_file_and_with_the_addon(scene):
    handlers = bpy.app.handlers
    before = [len(getattr(handlers, name)) for name in ("depsgraph_update_post", "undo_post", "load_pre")]
    bpy.ops.mirage.live_look()
    link = live_look._link
    until(caught_up)
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert not live_look.on and not state().live_on and not bpy.app.timers.is_registered(live_look._timer)
    assert [len(getattr(handlers, name)) for name in ("depsgraph_update_post", "undo_post", "load_pre")] == before
    link.join(PATIENCE_S)
    assert not link.is_alive()
    view().view_perspective = "CAMERA"
    bpy.ops.mirage.live_look()
    registration.unregister()
    try:
        assert not live_look.on
    finally:
        registration.register()


def test_undo_and_another_scene(scene):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mirage.live_look()
    bpy.data.objects["Cube"].location.z = 2.0
    bpy.ops.ed.undo_push(message="moved")
    until(caught_up)
    moved = live_look._shown.place
    bpy.ops.ed.undo()
    until(lambda: caught_up() and live_look._shown.place is not moved)
    cube = next(one for one in live_look._shown.place.instances if one.name == "Cube")
    assert cube.transforms[0][2, 3] == 0.0
    other = bpy.data.scenes.new("Other")
    other.mirage.world_id, other.mirage.width = bpy.context.scene.mirage.world_id, 64
    bpy.context.window_manager.windows[0].scene = other
    until(lambda: "Look through the camera" in state().live_text)


def test_frames_of_a_still_camera_are_one_and_the_same(scene):
    bpy.ops.mirage.live_look()
    images = []
    for _ in range(3):
        until(lambda: caught_up() and live_look._answer.question.request.steps == scene.mirage.steps)
        images.append(live_look._answer.arrays["image"].tobytes())
        live_look._asked = live_look._answer = live_look._shown = None
    assert len(set(images)) == 1 and len(np.unique(np.frombuffer(images[0], np.uint8))) > 10


def test_releasing_the_gpu_ends_it(scene):
    bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    bpy.ops.mirage.live_look()
    until(caught_up)
    assert bpy.ops.mirage.release_gpu() == {"FINISHED"} and not live_look.on
    pump.run_until_idle()
