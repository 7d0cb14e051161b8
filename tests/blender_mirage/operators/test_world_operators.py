"""The World part of the panel: real Blender, real HTTP, a real store of commits."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.author import author  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.survey_preparation import SurveyPreparation  # noqa: E402
from blender_mirage.scene.chosen_world import choose_world, mark_look_written  # noqa: E402
from blender_mirage.wire.codec import from_bundle  # noqa: E402
from blender_mirage.wire.messages import TakeRequest  # noqa: E402
from tests.support.addon import enabled_addon, small_set, write_png  # noqa: E402

pytestmark = pytest.mark.bpy

ON_COMMITS = ("revert_commit", "restore_commit", "forget_commit")
ON_WORLDS = ("fork_world", "forget_everything", "set_budget", "survey_coverage", "regenerate_stale")


def run(operator: str, **values) -> None:
    getattr(bpy.ops.mirage, operator)(**values)
    pump.run_until_idle()


def state():
    return bpy.context.window_manager.mirage


def commits() -> list[tuple[str, str]]:
    return [(commit.kind, commit.state) for commit in state().commits]


def warnings() -> list[str]:
    return [warning.name for warning in state().warnings]


@pytest.fixture
def made(addon, tmp_path):
    """A scene with a world that holds a look and a take, whose files lie beside the .blend."""
    addon.mirage.look_path = write_png(tmp_path / "look.png")
    run("generate_take")
    assert state().job_state == "DONE", state().message
    return addon


@pytest.fixture(scope="module")
def origin(server, tmp_path_factory):
    """(world id, key of its look) of a world that holds a look and two takes, to be forked."""
    home = tmp_path_factory.mktemp("origin")
    with enabled_addon(address=server.url, token=server.token) as scene:
        small_set(scene)
        bpy.ops.wm.save_as_mainfile(filepath=str(home / "set.blend"))
        scene.mirage.look_path = write_png(home / "look.png")
        for seed in (0, 5):
            scene.mirage.seed = seed
            run("generate_take")
        return scene.mirage.world_id, scene.mirage.seed_key


@pytest.fixture
def scene(origin, addon, server, tmp_path):
    """A scene with such a world of its own."""
    world_id, seed_key = origin
    fork = server.services.catalog.fork(world_id, "set").world_id
    addon.mirage.look_path = write_png(tmp_path / "look.png")
    choose_world(addon, fork, "set")
    mark_look_written(addon, seed_key.replace(world_id, fork))
    run("refresh_world")
    return addon


def test_without_a_world_nothing_is_offered(addon):
    for name in (*ON_COMMITS, *ON_WORLDS, "refresh_world", "forget_object"):
        assert not getattr(bpy.ops.mirage, name).poll(), name


def test_takes_fill_the_history_with_the_newest_first(scene, server):
    assert commits() == [("take", "live"), ("take", "live"), ("seed_view", "live")]
    assert state().memory_world == scene.mirage.world_id
    assert (
        state().memory_text
        == f"Memory: 0 KiB of {server.services.catalog.stats(scene.mirage.world_id).anchors} objects"
    )
    take = server.services.catalog.history(scene.mirage.world_id).commits[-1]
    assert state().commits[0].take_id == take.take_id


def test_who_asked_travels_with_every_request(scene, server):
    takes = server.services.takes
    ids = [commit.take_id for commit in state().commits if commit.kind == "take"]
    assert [from_bundle(TakeRequest, takes.request(take_id))[0].author for take_id in ids] == [author()] * 2


def test_a_take_in_the_middle_is_reverted_and_restored(scene, server):
    state().commit_index = 1
    before = server.services.catalog.stats(scene.mirage.world_id).tokens
    assert not bpy.ops.mirage.restore_commit.poll()
    run("revert_commit")
    assert commits()[1] == ("take", "reverted") and state().commit_index == 1
    assert server.services.catalog.stats(scene.mirage.world_id).tokens < before
    assert not bpy.ops.mirage.revert_commit.poll()
    run("restore_commit")
    assert commits() == [("take", "live"), ("take", "live"), ("seed_view", "live")]
    assert server.services.catalog.stats(scene.mirage.world_id).tokens == before
    assert scene.mirage.seed_key != "", "the look was left alone"


@pytest.mark.parametrize("operator", ["revert_commit", "forget_commit"])
def test_a_look_that_left_the_world_is_written_again_with_the_next_take(scene, operator):
    state().commit_index = 2
    run(operator)
    assert scene.mirage.seed_key == ""
    run("generate_take")
    assert commits()[:2] == [("take", "live"), ("seed_view", "live")]


def test_everything_is_forgotten_and_the_world_stays(scene, server):
    world_id = scene.mirage.world_id
    run("forget_everything")
    assert commits() == [] and scene.mirage.world_id == world_id
    assert server.services.catalog.stats(world_id).tokens == 0
    for name in ON_COMMITS:
        assert not getattr(bpy.ops.mirage, name).poll()
    run("generate_take")
    assert commits() == [("take", "live"), ("seed_view", "live")], "the look is written again"


def test_a_fork_remembers_all_and_knows_the_look(scene, server):
    origin = scene.mirage.world_id
    run("fork_world", name="Try")
    fork = scene.mirage.world_id
    assert fork != origin and scene.mirage.world_name == "Try" and state().memory_world == fork
    assert len(commits()) == 3
    run("generate_take")
    assert [kind for kind, _ in commits()] == ["take", "take", "take", "seed_view"], "the look is not written again"
    state().commit_index = 1
    run("revert_commit")
    assert commits()[1] == ("take", "reverted")
    assert [commit.state for commit in server.services.catalog.history(origin).commits] == ["live"] * 3


def test_the_budget_is_set_and_shown(scene, server):
    run("set_budget", mebibytes=77)
    assert state().memory_budget == 77
    assert server.services.catalog.stats(scene.mirage.world_id).budget_bytes == 77 * 2**20


def test_another_scene_with_another_world_shows_its_own(scene):
    first = scene.mirage.world_id
    run("create_world", name="Other")
    assert state().memory_world == scene.mirage.world_id != first and commits() == []
    bpy.ops.mirage.pick_world(world_id=first, world_name="set")
    assert not bpy.ops.mirage.revert_commit.poll(), "the history shown is the other world's"
    pump.run_until_idle()
    assert len(commits()) == 3 and bpy.ops.mirage.revert_commit.poll()


def test_a_world_that_is_gone_is_told_in_a_sentence(scene, server):
    server.client.delete(f"/v1/worlds/{scene.mirage.world_id}").raise_for_status()
    run("refresh_world")
    assert any("is not on the backend" in text for text in warnings())
    run("set_budget", mebibytes=5)
    assert "There is no world" in state().message


def test_a_backend_that_is_gone_is_told_in_a_sentence(scene):
    bpy.context.preferences.addons["blender_mirage"].preferences.address = "127.0.0.1:1"
    run("refresh_world")
    told = [state().backend_text, state().message]
    assert sum("nothing listens on port 1" in text for text in told) == 1, told


def test_while_a_take_is_made_the_world_may_be_looked_at_and_a_change_of_it_waits(scene):
    scene.frame_end = 60
    scene.mirage.prompt = "slow"
    bpy.ops.mirage.generate_take()
    bpy.ops.mirage.fork_world(name="Trial")
    assert [order.name for order in state().waiting] == ["Duplicate World"] and scene.mirage.world_name != "Trial"
    assert bpy.ops.mirage.refresh_world()
    seen = []

    def watch():
        if len(pump._watchers) == 1 and not seen:
            seen.append(state().job_state)
            bpy.ops.mirage.cancel_job()

    pump.run_until_idle(watch)
    assert seen == ["RUNNING"], "the end of the errand is not the end of the take"
    assert state().job_state == "CANCELLED" and scene.mirage.world_name == "Trial"


def coverage() -> dict[str, str]:
    return {item.name: item.text for item in state().coverage}


def test_coverage_is_told_and_laid_over_the_camera_without_touching_a_take(made, tmp_path):
    taken = made.camera.data.background_images[0].image
    shown, takes = taken.filepath, sorted((tmp_path / "mirage" / "Camera").rglob("*"))
    made.frame_set(2)
    run("survey_coverage")
    assert (state().job_state, state().job_kind, made.frame_current) == ("DONE", "SURVEY", 2), state().message
    assert coverage() == {"Camera": "Known 100 %, partly 0 %, unknown 0 %. No frame enters new areas."}
    of_take, of_coverage = made.camera.data.background_images
    assert of_take.image == taken and taken.filepath == shown
    assert of_coverage.image.source == "SEQUENCE" and of_coverage.image_user.frame_duration == 3
    first = Path(bpy.path.abspath(of_coverage.image.filepath))
    assert first.is_file() and first.parent.parent == tmp_path / "mirage" / "_coverage" / "Camera"
    run("survey_coverage")
    assert len(made.camera.data.background_images) == 2
    assert not first.exists() and len(list((tmp_path / "mirage" / "_coverage").rglob("*.png"))) == 3
    bpy.ops.mirage.hide_coverage()
    assert [entry.image for entry in made.camera.data.background_images] == [taken]
    assert not bpy.ops.mirage.hide_coverage.poll()
    assert sorted((tmp_path / "mirage" / "Camera").rglob("*")) == takes


def test_coverage_of_a_world_that_has_seen_nothing(scene):
    run("forget_everything")
    run("survey_coverage")
    assert coverage()["Camera"].endswith("New areas in every frame, most at 1 (100 %).")
    assert state().coverage[0].unseen


def test_a_survey_of_a_world_that_is_gone(scene, server):
    server.client.delete(f"/v1/worlds/{scene.mirage.world_id}").raise_for_status()
    run("survey_coverage")
    assert state().job_state == "FAILED" and "is not on the backend" in state().message


def test_a_survey_can_be_cancelled_while_the_set_is_read(scene):
    pump.read(SurveyPreparation(bpy.context))
    assert state().job_state == "READING"
    bpy.ops.mirage.cancel_job()
    assert (state().job_state, pump.idle) == ("CANCELLED", True)


def test_a_take_that_is_up_to_date_is_not_made_again_until_it_is_forgotten(made, server, tmp_path):
    shots = tmp_path / "mirage" / "Camera"
    run("regenerate_stale")
    assert state().job_state == "DONE" and "Camera: v001 is up to date." in warnings()
    gone = state().commits[0].take_id
    run("forget_commit")
    assert gone not in {commit.take_id for commit in server.services.catalog.history(made.mirage.world_id).commits}
    assert commits() == [("seed_view", "live")] and len(list(shots.rglob("*.png"))) == 3, "the frames at home stay"
    run("regenerate_stale")
    assert any("Camera: v001 is no longer on the backend" in text for text in warnings())
    assert state().job_state == "DONE" and len(list((shots / "v002").glob("*.png"))) == 3


def test_a_deleted_world_is_gone_and_no_scene_names_it(addon, server):
    addon.mirage.prompt = "brick"
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    world_id = addon.mirage.world_id
    bpy.ops.mirage.delete_world()
    pump.run_until_idle()
    assert world_id not in [world.world_id for world in server.services.catalog.list()]
    settings = addon.mirage
    assert (settings.world_id, settings.world_name, settings.seed_key) == ("", "", "")
    assert not bpy.ops.mirage.delete_world.poll()
    assert bpy.context.window_manager.mirage.message == ""
