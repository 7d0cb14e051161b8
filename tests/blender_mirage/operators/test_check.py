"""Check finds what stops Generate, in the words that Generate would say, and never "no problem" beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.event_pump import pump  # noqa: E402
from tests.support.addon import write_png  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy


def state():
    return bpy.context.window_manager.mirage


def stopping() -> list[str]:
    return [finding.name for finding in state().findings if finding.stops]


def no_look(scene, folder: Path) -> None:
    scene.mirage.prompt = scene.mirage.look_path = ""


def no_prompt(scene, folder: Path) -> None:
    scene.mirage.look_source, scene.mirage.prompt = "PROMPT", "  "


def missing_look(scene, folder: Path) -> None:
    scene.mirage.look_path = str(folder / "gone.png")


def unreadable_look(scene, folder: Path) -> None:
    (folder / "look.png").write_text("no picture")
    scene.mirage.look_path = str(folder / "look.png")


def unreadable_own_look(scene, folder: Path) -> None:
    own = scene.mirage.overrides.add()
    own.name, own.use_look, own.look_path = "first", True, str(folder / "gone.png")


def panorama(scene, folder: Path) -> None:
    scene.camera.data.type = "PANO"


def no_address(scene, folder: Path) -> None:
    chosen = bpy.context.preferences.addons["blender_mirage"].preferences
    chosen.place, chosen.address = "THERE", ""


def no_camera(scene, folder: Path) -> None:
    scene.timeline_markers.clear()
    scene.camera = None


def camera_away(scene, folder: Path) -> None:
    scene.camera.animation_data_clear()
    scene.camera.rotation_euler.z += 3.14


AT_ONCE = (
    no_look,
    no_prompt,
    missing_look,
    unreadable_look,
    unreadable_own_look,
    no_address,
    no_camera,
)


@pytest.fixture
def scene(addon):
    bind_marker("first", 1, addon.camera)
    addon.mirage.prompt = "brick"
    return addon


def test_without_a_problem_it_says_so(scene):
    bpy.ops.mirage.check_shots()
    assert (stopping(), state().job_state, state().was_checked) == ([], "DONE", True)


@pytest.mark.parametrize("spoil", AT_ONCE)
def test_what_stops_generate_at_once_is_found(scene, tmp_path, spoil: Callable):
    spoil(scene, tmp_path)
    with pytest.raises(RuntimeError) as refused:
        bpy.ops.mirage.generate_take(which="ALL")
    said = " ".join(str(refused.value).removeprefix("Error: ").split())
    assert bpy.ops.mirage.check_shots() == {"FINISHED"}
    assert [text for text in stopping() if text in said], (said, stopping())


@pytest.mark.parametrize("spoil", [camera_away, panorama])
def test_what_stops_generate_when_the_set_is_read_is_found(scene, tmp_path, spoil: Callable):
    spoil(scene, tmp_path)
    try:
        bpy.ops.mirage.generate_take(which="ALL")
        pump.run_until_idle()
        said = f"{state().message} {state().hint}".strip()
    except RuntimeError as refused:
        said = " ".join(str(refused).removeprefix("Error: ").split())
    assert state().job_state != "DONE" and said
    bpy.ops.mirage.check_shots()
    (found,) = stopping()
    assert said in found, found


def test_each_shot_and_the_look_have_their_own_problem_and_the_others_are_read_on(scene, tmp_path):
    bind_marker("second", 2, add_camera("Wide"))
    bpy.data.objects["Wide"].data.type = "PANO"
    unreadable_own_look(scene, tmp_path)
    no_look(scene, tmp_path)
    bpy.ops.mirage.check_shots()
    assert len(stopping()) == 3 and any("Wide" in text for text in stopping())
    assert state().was_checked and state().job_state == "DONE"


def test_words_without_effect_are_told_and_stop_nothing(scene):
    scene.mirage.prompt = "brick unicorns"
    bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    bpy.ops.mirage.check_shots()
    pump.run_until_idle()
    assert stopping() == []


def test_a_rendered_look_mends_its_finding(scene, tmp_path):
    no_look(scene, tmp_path)
    bpy.ops.mirage.check_shots()
    assert [finding.kind for finding in state().findings] == ["LOOK"]
    scene.mirage.look_samples = 1
    bpy.ops.mirage.render_look()
    assert not state().findings


def test_a_check_never_counts_frames(scene, tmp_path):
    scene.mirage.look_path = write_png(tmp_path / "look.png")
    bpy.ops.mirage.generate_take(which="ALL")
    pump.run_until_idle()
    for press in (bpy.ops.mirage.check_shots, bpy.ops.mirage.survey_coverage):
        press()
        pump.run_until_idle()
        assert state().job_state == "DONE" and state().job_kind in ("CHECK", "SURVEY")
