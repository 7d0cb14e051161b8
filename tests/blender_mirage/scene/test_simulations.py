"""What physics move and nobody baked: wherever reading begins, it is where it is after watching from the start."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.evaluated_frames import walk_frames  # noqa: E402
from tests.support import physics  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.greybox_reads import read, world_vertices  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def build(kind) -> float:
    """Builds the set; returns the right height at the last frame, of the very same set built before."""
    kind()
    truth = physics.height_after_walking()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    kind()
    assert abs(truth - 4.0) > 0.05 or kind is physics.dynamic_paint and abs(truth) > 0.01, "something falls"
    return truth


def height(result, index: int = -1) -> float:
    names = [instance.name for instance in result.greybox.instances]
    wanted = "Faller/Grain" if "Faller/Grain" in names else "Faller"
    index %= result.tracks.visible.shape[1]
    return float(np.mean([world_vertices(result, row, index)[:, 2].mean() for row in rows(result, wanted)]))


def rows(result, name: str) -> list[int]:
    return [row for row, instance in enumerate(result.greybox.instances) if instance.name == name]


def hide_in_viewports() -> None:
    bpy.data.objects["Faller"].hide_viewport = True


def switch_modifiers_off_in_viewports() -> None:
    for modifier in bpy.data.objects["Faller"].modifiers:
        modifier.show_viewport = False


def hide_the_collection_in_viewports() -> None:
    _into_a_collection().hide_viewport = True


def show_in_another_view_layer() -> None:
    scene = bpy.context.scene
    group = _into_a_collection()
    scene.view_layers.new("Second")
    scene.view_layers[0].layer_collection.children[group.name].exclude = True


def _into_a_collection() -> bpy.types.Collection:
    scene, faller = bpy.context.scene, bpy.data.objects["Faller"]
    group = bpy.data.collections.new("Group")
    scene.collection.children.link(group)
    group.objects.link(faller)
    scene.collection.objects.unlink(faller)
    return group


@pytest.mark.parametrize("mode", ["RENDER", "VIEWPORT"])
@pytest.mark.parametrize("kind", physics.KINDS)
def test_a_frame_that_is_jumped_to(kind, mode):
    truth = build(kind)
    bpy.context.scene.frame_set(3)
    assert height(read((physics.LAST,), mode=mode)) == pytest.approx(truth, abs=1e-4)
    assert bpy.context.scene.frame_current == 3


@pytest.mark.parametrize(
    "hide",
    [
        hide_in_viewports,
        switch_modifiers_off_in_viewports,
        hide_the_collection_in_viewports,
        show_in_another_view_layer,
    ],
)
@pytest.mark.parametrize("kind", physics.KINDS)
def test_what_only_renders_show_is_simulated_too(kind, hide):
    truth = build(kind)
    hide()
    faller, group = bpy.data.objects["Faller"], bpy.data.collections.get("Group")
    before = [faller.hide_viewport, group and group.hide_viewport, *(one.show_viewport for one in faller.modifiers)]
    assert height(read((physics.LAST,))) == pytest.approx(truth, abs=1e-4)
    after = [faller.hide_viewport, group and group.hide_viewport, *(one.show_viewport for one in faller.modifiers)]
    assert after == before


@pytest.mark.parametrize("mode", ["RENDER", "VIEWPORT"])
@pytest.mark.parametrize("kind", [physics.rigid_body, physics.soft_body, physics.geometry_nodes])
def test_a_background_scene_and_a_scene_that_no_window_shows(kind, mode):
    truth = build(kind)
    front = bpy.data.scenes.new("Front")
    front.background_set = bpy.context.scene
    from blender_mirage.scene.read_greybox import read_greybox

    assert height(read_greybox(front, (physics.LAST,), mode=mode)) == pytest.approx(truth, abs=1e-4)


def test_frame_steps_and_frames_between_frames_follow_the_fall():
    truth = build(physics.rigid_body)
    result = read((1, 4, 7.5, physics.LAST))
    heights = [height(result, index) for index in range(4)]
    assert heights == sorted(heights, reverse=True) and heights[0] == pytest.approx(4.0, abs=1e-3)
    assert heights[3] == pytest.approx(truth, abs=1e-4) and heights[2] > truth


def test_a_set_without_physics_is_not_walked_through():
    add_cube("Box")
    bpy.context.scene.camera = add_camera()
    told = []
    read((200,), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


@pytest.mark.parametrize("kind", physics.KINDS)
def test_all_frames_of_all_view_layers_tell_the_same_fall(kind):
    truth, scene, told = build(kind), bpy.context.scene, {}
    for name in ("Left", "Right"):
        group = bpy.data.collections.new(name)
        scene.collection.children.link(group)
        add_cube(name, (9, 9, 9), group)
    second = scene.view_layers.new("Second")
    scene.view_layers[0].layer_collection.children["Left"].exclude = True
    second.layer_collection.children["Right"].exclude = True

    def see(index, depsgraph):
        heights = [one.matrix_world.translation.z for one in depsgraph.object_instances if physics.is_told(one)]
        told[depsgraph.view_layer.name, index] = round(sum(heights) / len(heights), 4)

    frames = (1, 5, physics.LAST)
    assert list(walk_frames(scene, frames, see))[-1][0] == physics.LAST + 2 * len(frames)
    assert [told["ViewLayer", index] for index in range(3)] == [told["Second", index] for index in range(3)]
    for _ in range(2):  # one reading after another
        assert height(read(frames)) == pytest.approx(truth, abs=1e-4)
