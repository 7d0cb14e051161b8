from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.pending_takes import PendingTake  # noqa: E402
from blender_mirage.core.scene_key import SceneKey  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_job import BackendReady, Ended, FrameSaved, Note, Progress  # noqa: E402
from blender_mirage.scene.scene_keys import find_scene, scene_key  # noqa: E402
from blender_mirage.scene.show_updates import apply, mark_running, mark_stopped  # noqa: E402
from blender_mirage.wire.messages import EngineInfo, Health, WorldInfo  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def a_take() -> PendingTake:
    return PendingTake("job", "take", "/data", SceneKey("", "", ""), Shot("walk", "Camera", 1, 4), (1, 2, 3, 4), {})


def state():
    return bpy.context.window_manager.mirage


def test_a_scene_is_found_after_a_rename_an_undo_and_never_another(scene):
    key = scene_key(scene)
    scene.name = "Renamed"
    assert find_scene(key) == scene
    copy = scene.copy()
    assert scene_key(copy).scene_id != key.scene_id, "a duplicate gets an id of its own"
    scene.mirage.scene_id = ""
    assert find_scene(key) == scene, "an undo took the id back"
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert bpy.context.scene.name == "Scene"
    assert find_scene(key) is None, "another file that was never saved has a scene of the same name"
    assert find_scene(SceneKey("other", "Scene", "/another/file.blend")) is None


def test_a_scene_of_a_file_that_was_loaded_again_unsaved_is_found_by_name(scene, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    key = scene_key(scene)
    bpy.ops.wm.revert_mainfile()
    assert bpy.context.scene.mirage.scene_id == "" and find_scene(key) == bpy.context.scene


def test_progress_from_start_to_end(scene):
    key = scene_key(scene)
    mark_running("RUNNING")
    apply(key, Progress("walk", "frames", 1, 4))
    assert (state().title, state().phase, state().progress) == ("walk", "frames", 0.25)
    apply(key, Progress("walk", "", 2, 4))
    assert (state().phase, state().progress, state().done, state().total) == ("frames", 0.5, 2, 4)
    apply(key, FrameSaved("walk", 3, Path("3.png"), a_take()))
    apply(key, Note("odd"))
    apply(key, Note("odd"))
    apply(key, Ended("failed", "It broke.", "Mend it."))
    assert (state().job_state, state().message, state().hint) == ("FAILED", "It broke.", "Mend it.")
    assert [warning.name for warning in state().warnings] == ["odd"] and state().frames_saved == 1
    mark_running("READING")
    assert (state().message, state().frames_saved, len(state().warnings)) == ("", 0, 0)


def test_a_set_that_is_only_read_leaves_no_connection_pending(scene):
    mark_running("READING")
    mark_stopped("CANCELLED", "Cancelled while the set was being read.", "")
    assert (state().backend_state, state().job_state) == ("UNKNOWN", "CANCELLED")


def test_a_backend_that_lacks_its_engine_says_so(scene):
    health = Health("1", 1, "cpu", 0, 0, 0, (EngineInfo("previz", False, "Install it."),))
    apply(scene_key(scene), BackendReady("http://x", health, (WorldInfo("id", "Corridor", "now", takes=2),), False))
    assert state().backend_state == "READY" and "no engine is ready" in state().backend_text
    assert [(world.name, world.takes) for world in state().worlds] == [("Corridor", 2)]
    assert "Install it." in state().warnings[0].name


def test_the_state_outlives_a_file_load(scene):
    mark_running("READING")
    apply(scene_key(scene), Note("odd"))
    mark_running("RUNNING")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert state().job_state == "RUNNING" and [warning.name for warning in state().warnings] == ["odd"]


def test_memory_that_the_backend_holds_is_said(scene):
    held = Health("1", 1, "cuda", 3 * 2**30, 0, 0, (EngineInfo("previz", True),))
    apply(scene_key(scene), BackendReady("http://x", held, (), False))
    assert state().backend_text == "Ready (NVIDIA GPU) at x, 3.0 GiB held"
