"""Coverage and stale shots from Blender's side: real Blender, real HTTP, the real memory and networks."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.take_files import frames_on_disk, read_sidecar, take_folder  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.show_shots import status_of  # noqa: E402
from tests.support.addon import enabled_addon, one_small_shot  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.live_server import random_backend  # noqa: E402

pytestmark = pytest.mark.bpy

FRAMES = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with random_backend(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def stage(server, tmp_path):
    """A camera that travels along a row of boxes, one after another in view."""
    with enabled_addon(address=server.url, token=server.token) as scene:
        for number in range(FRAMES):
            add_cube(f"Box {number}", (8 * number, 0, 0)).scale = (0.8 + 0.1 * number, 1, 1)
        camera = add_camera(location=(0, -8, 0))
        for frame in range(1, FRAMES + 1):
            camera.location.x = 8 * (frame - 1)
            camera.keyframe_insert("location", frame=frame)
        one_small_shot(scene, camera, FRAMES, tmp_path / "set.blend")
        yield scene


def run(operator: str, job: bool = True):
    getattr(bpy.ops.mirage, operator)()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert not job or state.job_state == "DONE", state.message
    return state


def facts(version: int) -> dict:
    return read_sidecar(take_folder(Path(bpy.path.abspath("//mirage")), "Camera", version))


def test_the_way_into_unseen_space_is_told_before_anything_is_generated(stage):
    stage.frame_end = 3
    run("generate_take")
    (line,) = run("survey_coverage").coverage
    assert "No frame enters new areas." in line.text and line.stale == "v001 is up to date."
    assert not line.unseen
    stage.frame_end = FRAMES
    (line,) = run("survey_coverage").coverage
    assert "New areas from frame 4 on" in line.text and line.unseen
    assert line.stale.startswith("v001: 3 of 6 frames (4-6) are out of date")
    assert stage.camera.data.background_images[-1].image_user.frame_duration == FRAMES


def test_the_check_before_generating_says_in_the_list_where_a_shot_enters_unseen_space(stage):
    """At some of its frames, without a picture: what lies over the camera's view stays."""
    assert bpy.ops.mirage.check_shots() == {"FINISHED"} and pump.idle  # no backend was reached yet: nobody is asked
    stage.frame_end = 3
    run("generate_take")
    assert run("check_shots").coverage[0].unseen is False
    stage.frame_end, background = FRAMES, len(stage.camera.data.background_images)
    stage.frame_set(2)
    state = run("check_shots")
    assert state.coverage[0].unseen and state.was_checked and stage.frame_current == 2
    assert "new areas from frame 4" in status_of(stage, "Camera").words
    assert len(stage.camera.data.background_images) == background
    run("revert_commit", job=False)  # what it remembers has changed: the list says nothing that is not known
    assert "unseen" not in status_of(stage, "Camera").words


def test_only_what_an_edit_made_stale_is_made_anew(stage):
    run("generate_take")
    run("regenerate_stale")
    assert not take_folder(Path(bpy.path.abspath("//mirage")), "Camera", 2).exists()
    bpy.data.objects["Box 2"].location.z += 0.6
    (line,) = run("survey_coverage").coverage
    assert line.stale.startswith("v001: ") and "(3)" in line.stale and "the set" in line.stale
    run("regenerate_stale")
    again = facts(2)
    assert again["base_take"] == facts(1)["take_id"]
    assert set(again["reused"]) == set(range(FRAMES)) - {2}
    first, second = (
        frames_on_disk(take_folder(Path(bpy.path.abspath("//mirage")), "Camera", version)) for version in (1, 2)
    )
    assert list(second) == list(range(1, FRAMES + 1))
    same = {frame for frame in first if first[frame].read_bytes() == second[frame].read_bytes()}
    assert same == {1, 2, 4, 5, 6}
