"""An engine of its own frame rate, from the scene to the strip: real Blender, real HTTP, the tiny engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.compat import strip_content_start, strip_span, strips  # noqa: E402
from blender_mirage.core.engine_time import engine_time  # noqa: E402
from blender_mirage.core.paint_over import copy_to_paint, painted_on  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.playhead import Playhead  # noqa: E402
from blender_mirage.scene.read_camera import scene_rate  # noqa: E402
from inference_backend.models import specs  # noqa: E402
from inference_backend.storage.images import decode_image  # noqa: E402
from inference_backend.worlds.take_files import TakeFiles  # noqa: E402

pytestmark = pytest.mark.bpy

SEED = 7


@pytest.fixture
def engine_at(monkeypatch):
    """Gives the engine of the backend that runs here a frame rate of its own, as its row of the table says it."""

    def set_rate(fps: float) -> None:
        row = replace(specs.SPECS["previz"], fps=fps)
        monkeypatch.setitem(specs.SPECS, "previz", row)
        bpy.ops.mirage.start_backend()
        pump.run_until_idle()

    return set_rate


@pytest.fixture
def set_up(addon):
    addon.mirage.prompt, addon.mirage.seed, addon.mirage.shot_choice = "brick", SEED, "ALL"
    yield addon
    bpy.context.window_manager.mirage.warnings.clear()


def generate() -> Path:
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert (state.job_state, state.message) == ("DONE", "")
    return Path(state.result)


def indices_shown(folder: Path) -> dict[int, int]:
    """Frame -> index of the engine's frame that it shows: the tiny engine paints its index."""
    return {
        frame: (int(decode_image(path.read_bytes())[0, 0, 0]) - SEED) % 256
        for frame, path in frames_on_disk(folder).items()
    }


@pytest.mark.parametrize(
    ("fps", "base", "engine", "handles", "step"),
    [
        (24, 1.001, 16.0, 3, 2),
        pytest.param(25, 1.0, 60.0, 2, 1, marks=pytest.mark.slow),
        pytest.param(24, 1.0, 16.0, 0, 1, marks=pytest.mark.slow),
        pytest.param(30, 1.001, 30.0, 5, 3, marks=pytest.mark.slow),
    ],
)
def test_each_frame_shows_the_nearest_and_its_camera_is_blenders_own(
    set_up, engine_at, server, fps, base, engine, handles, step
):
    scene = set_up
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start, scene.frame_end = 5, 16
    scene.mirage.handles, scene.mirage.frame_step = handles, step
    engine_at(engine)
    folder = generate()

    time = engine_time(scene_rate(scene), engine, 5)
    frames = [frame for frame in range(5 - handles, 16 + handles + 1) if (frame - 5) % step == 0]
    numbers = list(time.numbers(frames))
    assert indices_shown(folder) == {frame: numbers.index(time.nearest(frame)) for frame in frames}

    facts = read_sidecar(folder)
    request = facts["request"]
    assert (request["frames"], request["fps"]) == (numbers, engine)
    assert request["scene_frames"] == pytest.approx([float(time.place(number)) for number in numbers])
    with Playhead(scene) as playhead:
        for place, pose in zip(request["scene_frames"], facts["camera"]["poses_c2w"], strict=True):
            depsgraph = playhead.go(place)
            matrix = np.array(scene.camera.evaluated_get(depsgraph).matrix_world)
            np.testing.assert_allclose(np.array(pose)[:3, 3], matrix[:3, 3], atol=1e-6)

    (strip,) = strips(scene.sequence_editor)
    assert strip_span(strip) == (5, 17), "the cut, to the frame"
    assert strip_content_start(strip) == frames[0]
    _, arrays = request_of(server, facts["take_id"])
    assert len(arrays["c2w"]) == len(numbers)


def request_of(server, take_id):
    from blender_mirage.wire.codec import from_bundle
    from blender_mirage.wire.messages import TakeRequest

    return from_bundle(TakeRequest, TakeFiles(server.services.config.data_dir).request(take_id))


def test_what_moves_is_read_between_the_frames_too(set_up, engine_at, server):
    height = bpy.data.objects["Cube"].driver_add("location", 2).driver
    height.expression = "frame / 2"
    engine_at(60.0)
    facts = read_sidecar(generate())
    request, arrays = request_of(server, facts["take_id"])
    heights = arrays["moving_transforms"][0, :, 2, 3]
    np.testing.assert_allclose(heights, np.array(request.scene_frames) / 2, atol=1e-6)


@pytest.mark.slow
def test_a_frame_that_was_painted_on_is_named_by_its_number_in_the_take(set_up, engine_at, tmp_path):
    engine_at(48.0)
    folder = generate()
    frames = frames_on_disk(folder)
    copy = copy_to_paint(tmp_path, frames[3])
    on = painted_on(copy)
    request = read_sidecar(folder)["request"]
    assert on.frame == 3
    assert request["scene_frames"][request["frames"].index(on.take_frame)] == pytest.approx(3.0)


def test_a_rate_that_nobody_told_of_is_refused_with_the_next_step(set_up, engine_at, monkeypatch):
    engine_at(0.0)
    monkeypatch.setitem(specs.SPECS, "previz", replace(specs.SPECS["previz"], fps=16.0))
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    state = bpy.context.window_manager.mirage
    assert state.job_state == "FAILED" and "16 frames a second" in state.message and "again" in state.hint
    generate()
