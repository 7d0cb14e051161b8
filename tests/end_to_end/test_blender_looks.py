"""Looks from Blender's side: one is added, a frame is painted over, the shot follows. Real Blender, HTTP, networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.take_files import frames_on_disk, read_sidecar, take_folder  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.properties import known_words, unknown_words  # noqa: E402
from tests.support.addon import enabled_addon, one_small_shot, write_png  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.live_server import random_backend  # noqa: E402

pytestmark = pytest.mark.bpy

FRAMES = 4


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


def run(operator: str):
    getattr(bpy.ops.mirage, operator)()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert state.job_state == "DONE", state.message
    return state


def pictures(version: int) -> dict[int, bytes]:
    folder = take_folder(Path(bpy.path.abspath("//mirage")), "Camera", version)
    return {frame: path.read_bytes() for frame, path in frames_on_disk(folder).items()}


def paint(image, rows: slice, columns: slice) -> None:
    """Strokes of red; rows from the top."""
    width, height = image.size
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    pixels.reshape(height, width, 4)[::-1][rows, columns] = (1, 0, 0, 1)
    image.pixels.foreach_set(pixels)


def test_painting_on_a_frame_changes_it_and_no_other(stage):
    stage.mirage.prompt = "brick"
    run("generate_take")
    stage.frame_set(2)
    assert bpy.ops.mirage.paint_over_frame() == {"FINISHED"}
    (image,) = [image for image in bpy.data.images if "_paint" in image.filepath]
    paint(image, slice(24, 40), slice(24, 40))
    state = run("use_paint_over")
    looks = [item for item in state.commits if item.kind == "seed_view"]
    assert [(look.frame, look.camera, bool(look.over_take)) for look in looks] == [(2, "Camera", True)]
    assert looks[0].name == "Camera v001" and "A paint-over of frame 2" in looks[0].text
    run("regenerate_stale")
    before, after = pictures(1), pictures(2)
    assert {frame for frame in before if before[frame] != after[frame]} == {2}
    # Without the paint-over the shot is what it was.
    state.commit_index = [item.kind for item in state.commits].index("seed_view")
    bpy.ops.mirage.revert_commit()
    pump.run_until_idle()
    stage.frame_set(2)
    run("regenerate_stale")
    assert pictures(3) == before


def test_looks_are_added_to_the_world_and_listed_with_their_frames(stage, tmp_path):
    stage.mirage.look_source, stage.mirage.look_path = "IMAGE", write_png(tmp_path / "dawn.png")
    stage.mirage.look_frame = 1
    run("add_look")
    stage.mirage.look_path = write_png(tmp_path / "dusk.png", color=(0.8, 0.2, 0.1))
    stage.mirage.look_frame = 3
    state = run("add_look")
    looks = [(item.name, item.frame, item.camera, item.kind) for item in state.commits]
    assert looks == [("dusk", 3, "Camera", "seed_view"), ("dawn", 1, "Camera", "seed_view")]
    assert state.commits[0].when and "A picture of frame 3 through Camera" in state.commits[0].text
    # The newest is what the panel names: a take writes no third.
    stage.mirage.look_strength = 0.5
    state = run("generate_take")
    assert [item.kind for item in state.commits] == ["take", "seed_view", "seed_view"]
    sidecar = read_sidecar(take_folder(Path(bpy.path.abspath("//mirage")), "Camera", 1))
    assert sidecar["look_strength"] == 0.5 and sidecar["unknown_words"] == []
    state.commit_index = 1
    bpy.ops.mirage.forget_commit("EXEC_DEFAULT")
    pump.run_until_idle()
    assert [item.name for item in state.commits] == ["Camera", "dawn"]


def test_words_without_effect_are_marked_as_they_are_typed_and_told_of_the_take(stage):
    bpy.ops.mirage.refresh_world() if stage.mirage.world_id else bpy.ops.mirage.start_backend()
    pump.run_until_idle()
    stage.mirage.prompt = "golden hour, wodden walls"
    assert unknown_words(stage.mirage) == ("Ignored words: 'wodden' (did you mean 'wood'?).")
    stage.frame_end = 1
    state = run("generate_take")
    assert f"Camera: {unknown_words(stage.mirage)}" in [warning.name for warning in state.warnings]
    sidecar = read_sidecar(take_folder(Path(bpy.path.abspath("//mirage")), "Camera", 1))
    assert sidecar["unknown_words"] == ["wodden"]
    stage.mirage.prompt = "golden hour, wooden walls"
    assert unknown_words(stage.mirage) == ""
    for word in known_words(stage.mirage):
        bpy.ops.mirage.add_prompt_word(word=word)
    assert unknown_words(stage.mirage) == "" and stage.mirage.prompt.endswith("white, black")


def test_what_cannot_be_painted_or_used_is_told(stage, tmp_path):
    stage.mirage.prompt = "brick"
    with pytest.raises(RuntimeError, match="No take lies at frame 1"):
        bpy.ops.mirage.paint_over_frame()
    run("generate_take")
    stage.frame_set(2)
    bpy.ops.mirage.paint_over_frame()
    bpy.ops.mirage.use_paint_over()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert state.job_state == "FAILED" and "the same picture as frame 2" in state.message
    stage.mirage.paint_path = write_png(tmp_path / "other.png")
    with pytest.raises(RuntimeError, match="The frame that other.png was painted on"):
        bpy.ops.mirage.use_paint_over()
