"""Frames below zero and above 9999: made, shown on the timeline and over the camera, painted on and swapped."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strip_span, strips  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.paint_frame import frame_at_playhead  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402
from tests.support.live_server import live_server  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.mark.parametrize(("first", "step"), [(-5, 2), (9998, 1)])
def test_any_frame_number_is_made_shown_and_swapped(tmp_path, first, step):
    data = tmp_path / "data"
    data.mkdir()
    with live_server(data) as server, enabled_addon(address=server.url, token=server.token) as scene:
        camera = small_set(scene)
        scene.mirage.shot_source, scene.mirage.prompt, scene.mirage.steps = "CAMERA", "brick", 1
        scene.mirage.frame_step, scene.mirage.shot_choice = step, "ALL"
        scene.use_preview_range = True
        scene.frame_preview_start, scene.frame_preview_end = first, first + 3
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
        for _ in range(2):
            bpy.ops.mirage.generate_take()
            pump.run_until_idle()
            assert bpy.context.window_manager.mirage.job_state == "DONE"
        (strip,) = strips(scene.sequence_editor)
        folder = next(tmp_path.glob("mirage/*/v002"))
        made = list(range(first, first + 4, step))
        assert list(frames_on_disk(folder)) == made and read_sidecar(folder)["request"]["frames"] == made
        assert strip_span(strip) == (first, first + 4)
        for frame in range(first, first + 4):
            scene.frame_set(frame)
            held = first + (frame - first) // step * step
            assert frame_at_playhead(scene) == frames_on_disk(folder)[held]
            (entry,) = camera.data.background_images
            over = bpy.path.abspath(entry.image.filepath_from_user(image_user=entry.image_user))
            with open(over, "rb") as file:
                assert file.read() == frame_at_playhead(scene).read_bytes()
        bpy.ops.mirage.swap_take(step=-1)
        assert frame_at_playhead(scene).parent.name == "v001"
