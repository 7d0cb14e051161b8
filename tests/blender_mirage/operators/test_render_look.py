"""Render Look and the demo set: no backend is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.read_look import read_look  # noqa: E402
from tests.support.addon import enabled_addon, small_set  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene


def test_the_look_is_remembered_with_its_frame_and_camera(scene, tmp_path):
    camera = small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_set(2)
    scene.mirage.look_samples = 1
    for version in (1, 2):
        bpy.ops.mirage.render_look()
        assert scene.mirage.look_path == f"//mirage/looks/look_v{version:03d}.png"
    assert (scene.mirage.look_frame, scene.mirage.look_camera) == (2, camera)
    assert read_look(Path(bpy.path.abspath(scene.mirage.look_path))).shape == (64, 64, 3)


def test_without_a_camera_the_button_is_off(scene):
    assert not bpy.ops.mirage.render_look.poll()


def test_the_demo_set_comes_in_a_scene_of_its_own(scene):
    bpy.ops.mirage.build_demo_set()
    assert len(bpy.data.scenes) == 2
    assert len(bpy.data.scenes["Mirage Demo"].timeline_markers) == 2
    assert not scene.objects
