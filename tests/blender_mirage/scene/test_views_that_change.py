"""View settings that change while the add-on is there: what Blender renders next are the takes' own greys again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = pytest.mark.bpy

SHOT = Shot("walk", "Camera", 1, 3)
GREYS = np.arange(256).reshape(16, 16)


@pytest.fixture
def stage(tmp_path):
    """A scene whose timeline shows every grey that there is, for three frames."""
    with enabled_addon() as scene:
        add_camera()
        scene.view_settings.view_transform = "Standard"
        scene.render.resolution_x = scene.render.resolution_y = 16
        scene.render.image_settings.file_format = "PNG"
        version, folder = create_take_folder(tmp_path, SHOT.name)
        for frame in SHOT.frames():
            Image.fromarray(GREYS.astype(np.uint8)).save(frame_path(tmp_path, SHOT.name, version, frame))
        show_take(scene, SHOT, folder, SHOT.frames())
        scene.render.use_sequencer = True
        yield scene


def rendered(out: Path) -> np.ndarray:
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(out))
    return np.asarray(Image.open(out).convert("L")).astype(int)


def test_what_renders_next_has_the_files_greys(stage, tmp_path):
    stage.frame_set(2)
    for name, value in (("exposure", 2.0), ("view_transform", "AgX"), ("gamma", 1.4), ("look", "AgX - Punchy")):
        setattr(stage.view_settings, name, value)
        assert np.abs(rendered(tmp_path / "out.png") - GREYS).max() <= 2


def test_also_where_the_view_is_animated(stage, tmp_path):
    for frame, exposure in ((1, 2.0), (3, -2.0)):
        stage.view_settings.exposure = exposure
        stage.view_settings.keyframe_insert("exposure", frame=frame)
    for frame in (1, 2, 3):
        stage.frame_set(frame)
        assert np.abs(rendered(tmp_path / "out.png") - GREYS).max() <= 1


def test_a_file_that_is_opened_again_has_them(stage, tmp_path):
    stage.view_settings.exposure = 1.0
    rendered(tmp_path / "out.png")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "film.blend"))
    scene = bpy.context.scene
    assert len(strips(scene.sequence_editor)[0].modifiers) == 1
    assert np.abs(rendered(tmp_path / "out.png") - GREYS).max() <= 1
    scene.view_settings.exposure = -1.0
    assert np.abs(rendered(tmp_path / "out.png") - GREYS).max() <= 1
    scene.view_settings.exposure = 0.0
    assert np.abs(rendered(tmp_path / "out.png") - GREYS).max() <= 1
    assert len(strips(scene.sequence_editor)[0].modifiers) == 0


def test_while_it_still_changes_nothing_is_measured(stage, tmp_path):
    strip = strips(stage.sequence_editor)[0]
    for exposure in (0.5, 1.0, 1.5):
        stage.view_settings.exposure = exposure
        pump.tick()
        assert len(strip.modifiers) == 0
    pump.tick()
    assert len(strip.modifiers) == 1
