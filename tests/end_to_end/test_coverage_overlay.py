"""The coating of coverage from Blender's side: real Blender, real HTTP, a real worker with the real memory."""

from __future__ import annotations

import time

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.coating import NEVER, NO_CAMERA, NO_WORLD, PARTLY, SEEN, WAITING, unseen_warning  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene import coverage_overlay  # noqa: E402
from blender_mirage.scene.coverage_overlay import overlay  # noqa: E402
from tests.support.addon import enabled_addon, one_small_shot  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.live_server import PATIENCE_S, random_backend  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with random_backend(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def blend(server, tmp_path_factory) -> str:
    """A box before the camera and one behind it, saved with a world that holds a take of one frame."""
    path = tmp_path_factory.mktemp("set") / "set.blend"
    with enabled_addon(address=server.url, token=server.token) as scene:
        add_cube("Front", (0, 0, 0))
        add_cube("Back", (0, -16, 0))
        one_small_shot(scene, add_camera(location=(0, -8, 0)), 1, path)
        run("generate_take")
        bpy.ops.wm.save_mainfile()
    return str(path)


@pytest.fixture
def stage(server, blend, monkeypatch):
    monkeypatch.setattr(coverage_overlay, "QUIET_S", 0.05)
    with enabled_addon(address=server.url, token=server.token):
        bpy.ops.wm.open_mainfile(filepath=blend)
        yield bpy.context.scene


def run(operator: str, **arguments: object) -> None:
    getattr(bpy.ops.mirage, operator)(**arguments)
    pump.run_until_idle()


def state():
    return bpy.context.window_manager.mirage


def beat_until(reached) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end, state().overlay_text
        overlay.beat()
        time.sleep(0.02)


def coated():
    """Turned on, and answered."""
    bpy.ops.mirage.toggle_coverage()
    beat_until(lambda: overlay.coating is not None)
    return overlay.coating


def newer_than(coating):
    bpy.context.view_layer.update()  # as a window does before it is drawn
    beat_until(lambda: overlay.coating is not None and overlay.coating is not coating)
    return overlay.coating


def middles(coating, kind: int) -> np.ndarray:
    return coating.vertices[kind].reshape(-1, 4, 3).mean(1)


def test_what_the_take_showed_is_seen_and_what_lies_behind_the_camera_is_not(stage) -> None:
    coating = coated()
    seen, never = middles(coating, SEEN), middles(coating, NEVER)
    assert len(seen) > 100 and (np.abs(seen[:, 1] + 1) < 0.02).all()  # the face that looks at the camera
    assert (never[:, 1] < -14).any() and (np.abs(never[:, 1] - 1) < 0.02).any()  # the other box, the far side of this
    assert state().overlay_on and state().overlay_text == ""
    assert {state().overlay_seen, state().overlay_partly, state().overlay_never} != {""}
    assert unseen_warning(coating.info) == ""


def test_it_follows_the_set_and_the_camera(stage) -> None:
    before = coated()
    bpy.data.objects["Front"].location.x = 1.5
    moved = newer_than(before)
    assert middles(moved, SEEN)[:, 0].mean() == pytest.approx(middles(before, SEEN)[:, 0].mean() + 1.5, abs=0.05)
    bpy.context.scene.camera.rotation_euler.x -= np.pi  # it looks back, at what nobody has seen
    turned = newer_than(moved)
    assert "New areas" in unseen_warning(turned.info) and turned.info.never_in_view > moved.info.never_in_view
    count = len(bpy.data.objects)
    add_cube("New", (0, 0, 5))
    grown = newer_than(turned)
    assert grown.tiles > turned.tiles * 0.5 and (middles(grown, NEVER)[:, 2] > 3.5).any()
    assert len(bpy.data.objects) == count + 1


def test_it_follows_what_the_world_remembers(stage) -> None:
    before = coated()
    run("refresh_world")
    state().commit_index = 0
    run("revert_commit")
    reverted = newer_than(before)
    assert reverted.info.never == 1 and len(reverted.vertices[SEEN]) == len(reverted.vertices[PARTLY]) == 0
    run("restore_commit")
    assert newer_than(reverted).info == before.info


def test_units_are_blenders_and_not_metres(stage) -> None:
    """A scene whose unit is half a metre: what is drawn lies on what Blender shows."""

    def reach() -> np.ndarray:
        return np.abs(np.concatenate(list(overlay.coating.vertices.values()))).max(0)

    before = coated()
    bpy.context.scene.unit_settings.scale_length = 0.5
    bpy.context.view_layer.update()
    beat_until(lambda: overlay.coating is not before and reach() == pytest.approx((1, 17, 1), abs=0.02))


def test_nothing_is_asked_while_a_take_is_made_and_what_is_drawn_stays(stage) -> None:
    before = coated()
    state().job_state = "RUNNING"
    bpy.data.objects["Front"].location.x = 1.0
    for _ in range(5):
        overlay.beat()
        time.sleep(0.05)
    assert overlay.coating is before and state().overlay_text == WAITING
    state().job_state = "DONE"
    newer_than(before)


def test_the_file_stays_as_it_is(stage) -> None:
    stage.frame_set(1)
    before = {name: len(getattr(bpy.data, name)) for name in ("objects", "meshes", "images", "materials", "texts")}
    ids = {thing.name: thing.mirage_id for thing in bpy.data.objects}
    coated()
    bpy.ops.mirage.toggle_coverage()
    assert {name: len(getattr(bpy.data, name)) for name in before} == before and stage.frame_current == 1
    assert {thing.name: thing.mirage_id for thing in bpy.data.objects} == ids


def test_off_is_off(stage) -> None:
    handlers = bpy.app.handlers
    watched = (handlers.depsgraph_update_post, handlers.frame_change_post, handlers.undo_post)
    before = [len(each) for each in watched]
    coated()
    assert [len(each) for each in watched] == [count + 1 for count in before]
    bpy.ops.mirage.toggle_coverage()
    assert overlay.coating is None and not overlay.is_on and not state().overlay_on and state().overlay_never == ""
    assert [len(each) for each in watched] == before and overlay.beat() is None


def test_without_a_world_or_a_camera_it_says_so(stage) -> None:
    coated()
    stage.camera = None
    beat_until(lambda: state().overlay_text == NO_CAMERA)
    stage.mirage.world_id = ""
    beat_until(lambda: state().overlay_text == NO_WORLD)
    assert overlay.coating is None
    bpy.ops.mirage.toggle_coverage()
    assert not bpy.ops.mirage.toggle_coverage.poll()


def test_it_ends_with_its_file(stage, blend) -> None:
    coated()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert overlay.coating is None and not overlay.is_on and not state().overlay_on
    bpy.ops.wm.open_mainfile(filepath=blend)
    coated()


def test_disabling_the_add_on_turns_it_off(server, blend) -> None:
    with enabled_addon(address=server.url, token=server.token):
        bpy.ops.wm.open_mainfile(filepath=blend)
        coated()
    assert not overlay.is_on and overlay.coating is None


def test_a_backend_that_is_away_is_told_of(blend) -> None:
    with enabled_addon(address="http://127.0.0.1:9", token="none"):
        bpy.ops.wm.open_mainfile(filepath=blend)
        bpy.ops.mirage.toggle_coverage()
        beat_until(lambda: "nothing listens" in state().overlay_text)
        assert overlay.coating is None
