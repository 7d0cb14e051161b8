"""The user's own F12 after a take: it shows what it showed before, unless they say otherwise."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from tests.support.scene_strips import effect  # noqa: E402

pytestmark = pytest.mark.bpy

NOTE = "F12 still renders the scene"


@pytest.fixture
def lit(addon):
    """The small set, rendered by Cycles at 16 x 16."""
    addon.render.engine, addon.cycles.samples, addon.cycles.use_denoising = "CYCLES", 1, False
    addon.render.resolution_x = addon.render.resolution_y = 16
    addon.mirage.prompt, addon.mirage.steps, addon.mirage.seed = "brick", 1, 100
    return addon


def generate() -> list[str]:
    """Returns the notes that F12 is told of in."""
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    return [item.name for item in bpy.context.window_manager.mirage.warnings if NOTE in item.name]


def f12(scene, folder) -> bytes:
    scene.frame_set(3)
    scene.render.filepath, scene.render.image_settings.file_format = str(folder / "f12.png"), "PNG"
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(folder / "f12.png"), check_existing=False)
    pixels = bytes(round(value * 255) for value in image.pixels)
    bpy.data.images.remove(image)
    return pixels


def findings() -> list[str]:
    bpy.ops.mirage.check_shots()
    pump.run_until_idle()
    return [item.kind for item in bpy.context.window_manager.mirage.findings]


def test_the_first_take_leaves_f12_as_it_was_says_so_once_and_a_switch_changes_it(lit, tmp_path):
    before = f12(lit, tmp_path)
    assert len(generate()) == 1 and f12(lit, tmp_path) == before and "RENDERS" not in findings()
    assert generate() == [] and f12(lit, tmp_path) == before
    bpy.ops.mirage.choose_renders(what="TIMELINE")
    shown = f12(lit, tmp_path)
    assert shown != before and all(abs(value - 102) <= 2 for value in shown[::4]), "the grey of the tiny engine"
    assert findings() == ["RENDERS"]
    assert generate() == [] and lit.render.use_sequencer, "the user chose it"
    bpy.ops.mirage.choose_renders(what="SCENE")
    assert f12(lit, tmp_path) == before
    assert [item.kind for item in bpy.context.window_manager.mirage.findings] == []


def test_a_timeline_that_is_edited_already_is_left_alone_and_check_says_it(lit, tmp_path):
    lit.sequence_editor_create()
    effect(lit, "COLOR", (50, 60))
    assert generate() == [] and lit.render.use_sequencer
    assert findings() == ["RENDERS"]
    lit.mirage.shot_source = "STRIPS"  # the timeline is what this scene is for
    bpy.ops.mirage.choose_renders(what="TIMELINE")
    assert lit.render.use_sequencer


def test_with_the_sequencer_off_there_is_nothing_to_see_to(lit):
    lit.render.use_sequencer = False
    assert generate() == [] and not lit.render.use_sequencer


def test_it_is_one_step_of_undo_with_the_take(lit):
    bpy.ops.ed.undo_push(message="before")
    generate()
    assert not bpy.context.scene.render.use_sequencer
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert scene.render.use_sequencer and not (scene.sequence_editor and len(strips(scene.sequence_editor)))
