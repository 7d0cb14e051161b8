"""Generate, from the scene to the strip: real Blender, real HTTP, a real worker."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strip_span, strips  # noqa: E402
from blender_mirage.core.take_files import read_sidecar  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.take_preparation import TakePreparation  # noqa: E402
from tests.support.addon import write_png  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


def generate() -> None:
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()


def state():
    return bpy.context.window_manager.mirage


def test_a_take_lands_on_the_timeline_and_behind_the_camera(addon, server, tmp_path):
    addon.mirage.look_path = write_png(tmp_path / "look.png")
    addon.frame_set(2)
    generate()
    assert (state().job_state, state().message, state().frames_saved) == ("DONE", "", 3)
    folder = tmp_path / "mirage" / "Camera" / "v001"
    assert len(list(folder.glob("*.png"))) == 3
    (strip,) = strips(addon.sequence_editor)
    assert strip_span(strip) == (1, 4)
    assert strip["mirage_take_id"] == read_sidecar(folder)["take_id"]
    assert addon.camera.data.background_images[0].image.source == "SEQUENCE"
    assert addon.frame_current == 2
    world = server.services.catalog.get(addon.mirage.world_id)
    assert (world.name, world.takes, world.seed_views) == (addon.mirage.world_name, 1, 1)
    assert world.name.startswith("set")
    assert addon.mirage.seed_key.startswith(world.world_id)


def test_a_second_take_keeps_the_first_and_the_world(addon, server, tmp_path):
    addon.mirage.look_path = write_png(tmp_path / "look.png")
    generate()
    world_id = addon.mirage.world_id
    addon.mirage.seed = 5
    generate()
    assert state().job_state == "DONE" and addon.mirage.world_id == world_id
    assert sorted(path.name for path in (tmp_path / "mirage" / "Camera").iterdir()) == ["v001", "v002"]
    (strip,) = strips(addon.sequence_editor)
    assert strip.name == "Camera v002"
    world = server.services.catalog.get(world_id)
    assert (world.takes, world.seed_views) == (2, 1)


def test_all_shots_and_shots_by_name(addon, tmp_path):
    bind_marker("first", 1, addon.camera)
    bind_marker("second", 3, add_camera("Other", (0.5, -8, 0)))
    addon.mirage.prompt = "brick"
    addon.mirage.shot_choice = "ALL"
    generate()
    assert state().job_state == "DONE"
    assert sorted(path.name for path in (tmp_path / "mirage").iterdir()) == ["first", "second"]
    addon.mirage.shot_choice, addon.mirage.shot_names = "NAMED", "second"
    generate()
    assert (tmp_path / "mirage" / "second" / "v002").is_dir()
    assert not (tmp_path / "mirage" / "first" / "v002").exists()


def test_what_happens_while_a_take_is_made_does_no_harm(addon, tmp_path):
    addon.mirage.prompt = "slow"
    bpy.ops.mirage.generate_take()
    addon.name = "Renamed"
    addon.camera.name = "Camera of the hero"
    bpy.data.scenes.new("Other")
    pump.run_until_idle()
    assert state().job_state == "DONE"
    assert len(strips(addon.sequence_editor)) == 1


def test_a_file_loaded_meanwhile_is_left_alone(addon, tmp_path):
    addon.mirage.prompt = "slow"
    bpy.ops.mirage.generate_take()
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    pump.run_until_idle()
    assert len(list((tmp_path / "mirage" / "Camera" / "v001").glob("*.png"))) == 3
    assert not strips(bpy.context.scene.sequence_editor_create())
    assert any("is not open: its take lies in" in warning.name for warning in state().warnings)


def test_cancel_keeps_finished_frames(addon, tmp_path):
    addon.frame_end = 200
    addon.mirage.prompt = "slow"
    bpy.ops.mirage.generate_take()
    seen = set()

    def cancel_once() -> None:
        seen.add((state().cancelling, bpy.ops.mirage.cancel_job.poll()))
        if state().frames_saved >= 2 and bpy.ops.mirage.cancel_job.poll():
            bpy.ops.mirage.cancel_job()
            seen.add((state().cancelling, bpy.ops.mirage.cancel_job.poll()))

    pump.run_until_idle(cancel_once)
    assert {(False, True), (True, False)} <= seen, "the click shows at once, and a second one is not needed"
    assert state().job_state == "CANCELLED" and not state().cancelling
    saved = list((tmp_path / "mirage" / "Camera" / "v001").glob("*.png"))
    assert 2 <= len(saved) < 199
    assert len(strips(addon.sequence_editor)) == 1


def test_reading_is_spread_over_ticks_and_puts_the_playhead_back(addon, tmp_path):
    addon.mirage.prompt = "brick"
    addon.frame_set(2)
    preparation = TakePreparation(bpy.context)
    pump.read(preparation)
    assert state().job_state == "READING"
    pump.run_until_idle()
    assert state().job_state == "DONE" and addon.frame_current == 2


def test_reading_is_abandoned_by_cancel_and_by_a_file_load(addon, tmp_path):
    addon.mirage.prompt = "brick"
    addon.frame_set(2)
    for leave in (bpy.ops.mirage.cancel_job, lambda: bpy.ops.wm.revert_mainfile()):
        reading = TakePreparation(bpy.context)
        steps = reading.steps()
        reading.steps = lambda steps=steps: steps
        pump.read(reading)
        next(steps)
        leave()
        assert (state().job_state, pump.idle) == ("CANCELLED", True)
        assert bpy.context.scene.frame_current == 2 or leave is not bpy.ops.mirage.cancel_job
        bpy.context.scene.mirage.prompt = "brick"
    assert not (tmp_path / "mirage").exists()


def test_a_failure_inside_a_tick_leaves_a_state_that_the_user_sees(addon, caplog):
    def broken():
        yield from ()
        raise ZeroDivisionError("a defect")

    reading = TakePreparation.__new__(TakePreparation)
    reading.steps = broken
    pump.read(reading)
    assert pump.tick() > 0
    assert state().job_state == "FAILED" and "console" in state().hint
    assert "a defect" in caplog.text
    assert pump.idle


def test_a_shot_with_a_prompt_and_seed_of_its_own_handles_and_a_frame_step(addon, tmp_path):
    bind_marker("first", 10, addon.camera)
    bind_marker("second", 20, add_camera("Other", (0.5, -8, 0)))
    addon.frame_start, addon.frame_end = 10, 25
    settings = addon.mirage
    settings.prompt, settings.seed, settings.handles, settings.frame_step = "brick", 3, 4, 3
    addon.render.fps, addon.render.fps_base = 24, 1.001
    pump.tick()
    state().shot_index = 1
    bpy.ops.mirage.override_shot()
    settings.overrides["second"].prompt = "moss"
    assert not bpy.ops.mirage.override_shot.poll()
    bpy.ops.mirage.generate_take(which="ALL")
    pump.run_until_idle()
    assert state().job_state == "DONE", state().message
    first, second = (read_sidecar(tmp_path / "mirage" / name / "v001")["request"] for name in ("first", "second"))
    assert (first["prompt"], first["seed"], second["prompt"], second["seed"]) == ("brick", 3, "moss", 3)
    assert first["frames"] == [7, 10, 13, 16, 19, 22] and second["frames"] == [17, 20, 23, 26, 29]
    assert first["fps"] == 24000 / 1001
    spans = {strip["mirage_shot"]: strip_span(strip) for strip in strips(addon.sequence_editor)}
    assert spans == {"first": (10, 20), "second": (20, 26)}
    settings.overrides["second"].use_seed, settings.overrides["second"].seed = True, 8
    bpy.ops.mirage.generate_take(which="LIST")
    pump.run_until_idle()
    assert read_sidecar(tmp_path / "mirage" / "second" / "v002")["request"]["seed"] == 8
    assert not (tmp_path / "mirage" / "first" / "v002").exists()
    bpy.ops.mirage.remove_override()
    assert len(settings.overrides) == 0


def test_a_scene_strip_is_shot_in_its_scene_and_lies_on_the_timeline_that_shows_it(addon, tmp_path):
    edit = bpy.data.scenes.new("Edit")
    edit.mirage.prompt, edit.mirage.width, edit.mirage.shot_source = "brick", 64, "STRIPS"
    edit.mirage.look_path = write_png(tmp_path / "look.png")
    edit.render.resolution_x = edit.render.resolution_y = 64
    scene_strip = strips(edit.sequence_editor_create()).new_scene("Intro", addon, 1, 50)
    bpy.context.window.scene = edit
    bpy.ops.mirage.generate_take(which="ALL")
    pump.run_until_idle()
    assert state().job_state == "DONE", state().message
    (take,) = (strip for strip in strips(edit.sequence_editor) if strip.type == "IMAGE")
    assert strip_span(take) == strip_span(scene_strip) == (50, 53) and take.channel > scene_strip.channel
    assert read_sidecar(tmp_path / "mirage" / "Intro" / "v001")["request"]["frames"] == [1, 2, 3]
    assert addon.camera.data.background_images[0].image_user.frame_start == 1
    assert addon.frame_current == 1 and edit.mirage.world_id and not addon.mirage.world_id
    edit.render.resolution_y = 32
    with pytest.raises(RuntimeError, match="Give both the same resolution"):
        bpy.ops.mirage.generate_take(which="ALL")


def test_a_look_of_its_own_is_written_between_the_takes_and_once(addon, server, tmp_path):
    bind_marker("first", 1, addon.camera)
    bind_marker("second", 3, add_camera("Other", (0.5, -8, 0)))
    settings = addon.mirage
    settings.look_path = write_png(tmp_path / "day.png")
    pump.tick()
    state().shot_index = 1
    bpy.ops.mirage.override_shot()
    own = settings.overrides["second"]
    own.use_look, own.look_path = True, write_png(tmp_path / "night.png", color=(0.0, 0.0, 0.3))
    for takes in (2, 4):
        bpy.ops.mirage.generate_take(which="ALL")
        pump.run_until_idle()
        assert state().job_state == "DONE", state().message
        world = server.services.catalog.get(settings.world_id)
        assert (world.seed_views, world.takes) == (2, takes), "a look that the world holds is not written again"
    history = bpy.context.window_manager.mirage.commits
    assert [commit.kind for commit in history][::-1][:4] == ["seed_view", "take", "seed_view", "take"]
    assert own.seed_key.startswith(settings.world_id) and own.seed_key != settings.seed_key
    bpy.ops.mirage.forget_everything()
    pump.run_until_idle()
    assert own.seed_key == ""
    own.look_path = str(tmp_path / "gone.png")
    with pytest.raises(RuntimeError, match="no look image"):
        bpy.ops.mirage.generate_take(which="ALL")
