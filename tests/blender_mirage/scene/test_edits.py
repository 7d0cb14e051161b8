"""What an edit in Blender changes of what the backend is told, and what it leaves: anchors, meshes, tracks, places."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import add_cube  # noqa: E402
from tests.support.greybox_reads import anchors, read  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


@dataclass(frozen=True)
class Told:
    """What the backend is told of one instance."""

    name: str
    mesh: str
    vertex_track: str
    materials: tuple
    place: bytes


def told(mode: str = "RENDER") -> dict[str, Told]:
    """By anchor."""
    result = read((1, 2), mode=mode)
    return {
        instance.anchor: Told(
            instance.name,
            instance.mesh,
            instance.vertex_track,
            instance.materials,
            result.tracks.transforms[row].tobytes(),
        )
        for row, instance in enumerate(result.greybox.instances)
    }


def crate() -> bpy.types.Object:
    """Looked up each time: an undo makes a new one of it."""
    return bpy.data.objects["Crate"]


def select_crate() -> None:
    bpy.ops.object.select_all(action="DESELECT")
    crate().select_set(True)
    bpy.context.view_layer.objects.active = crate()


def move() -> None:
    crate().location.x += 2


def turn_and_scale() -> None:
    crate().rotation_euler.z, crate().scale = 1.0, (1, 2, 1)


def hide_from_render() -> None:
    crate().hide_render = True


def hide_in_viewport() -> None:
    crate().hide_viewport = True


def close_the_eye() -> None:
    crate().hide_set(True)


def exclude_the_collection() -> None:
    group = bpy.data.collections.new("Away")
    bpy.context.scene.collection.children.link(group)
    group.objects.link(crate())
    bpy.context.scene.collection.objects.unlink(crate())
    bpy.context.view_layer.layer_collection.children["Away"].exclude = True


def delete() -> None:
    select_crate()
    bpy.ops.object.delete()


def rename() -> None:
    crate().name = "Kiste"


def duplicate() -> None:
    select_crate()
    bpy.ops.object.duplicate(linked=False)


def duplicate_linked() -> None:
    select_crate()
    bpy.ops.object.duplicate(linked=True)


def subdivide() -> None:
    select_crate()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    bpy.ops.object.mode_set(mode="OBJECT")


EDITS = [move, turn_and_scale, hide_from_render, hide_in_viewport, close_the_eye, exclude_the_collection, delete]
EDITS += [rename, duplicate, duplicate_linked, subdivide]
ONLY_IN_VIEWPORTS = (hide_in_viewport, close_the_eye)


def mode_of(edit) -> str:
    """In which the edit is seen: renders care neither for the eye nor for the monitor."""
    return "VIEWPORT" if edit in ONLY_IN_VIEWPORTS else "RENDER"


@pytest.fixture
def two_boxes(empty_file):
    add_cube("Crate")
    add_cube("Barrel", (4, 0, 0))


@pytest.mark.parametrize("edit", [move, turn_and_scale])
def test_moving_changes_the_place_and_nothing_else(two_boxes, edit):
    anchor, before = anchors()["Crate"], told()
    edit()
    after = told()
    assert {key for key in before if before[key] != after[key]} == {anchor} and before.keys() == after.keys()
    assert after[anchor] == Told(**{**vars(before[anchor]), "place": after[anchor].place})


@pytest.mark.parametrize("edit", [hide_from_render, hide_in_viewport, close_the_eye, exclude_the_collection, delete])
def test_hiding_and_deleting_leave_one_out_and_the_rest_alone(two_boxes, edit):
    mode = mode_of(edit)
    anchor, before = anchors()["Crate"], told(mode)
    edit()
    after = told(mode)
    assert before.keys() - after.keys() == {anchor}
    assert after.items() <= before.items()


@pytest.mark.parametrize("edit", [hide_from_render, hide_in_viewport, close_the_eye])
def test_what_is_shown_again_is_what_it_was(two_boxes, edit):
    mode = mode_of(edit)
    before = told(mode)
    edit()
    assert told(mode) != before
    crate().hide_render = crate().hide_viewport = False
    crate().hide_set(False)
    assert told(mode) == before


@pytest.mark.parametrize("edit", ONLY_IN_VIEWPORTS)
def test_renders_do_not_care_for_what_is_hidden_in_viewports(two_boxes, edit):
    before = told()
    edit()
    assert told() == before


def test_a_rename_changes_the_name_and_nothing_else(two_boxes):
    anchor, before = anchors()["Crate"], told()
    rename()
    after = told()
    assert after.pop(anchor) == Told(**{**vars(before.pop(anchor)), "name": "Kiste"})
    assert after == before


@pytest.mark.parametrize("edit", [duplicate, duplicate_linked])
def test_a_duplicate_is_another_anchor_with_the_same_mesh(two_boxes, edit):
    anchor, before = anchors()["Crate"], told()
    edit()
    after = told()
    assert before.items() <= after.items()
    (copy,) = after.keys() - before.keys()
    assert vars(after[copy]) == {**vars(before[anchor]), "name": "Crate.001"}


def test_another_topology_is_another_mesh_of_the_same_anchor(two_boxes):
    anchor, before = anchors()["Crate"], told()
    subdivide()
    after = told()
    assert after.pop(anchor).mesh != before.pop(anchor).mesh
    assert after == before


@pytest.mark.parametrize("edit", EDITS)
def test_an_undo_and_a_redo_bring_everything_back(two_boxes, edit):
    mode = mode_of(edit)
    bpy.ops.ed.undo_push(message="before")
    before = told(mode)  # after the undo step: the undo also takes the ids away
    edit()
    edited = told(mode)
    bpy.ops.ed.undo_push(message="the edit")
    assert edited != before
    bpy.ops.ed.undo()
    assert told(mode) == before
    bpy.ops.ed.redo()
    assert told(mode) == edited


def test_two_scenes_tell_of_the_same_object_alike(two_boxes):
    before = told()
    other = bpy.data.scenes.new("Other")
    other.collection.objects.link(crate())
    (instance,) = read_of(other)
    assert before[instance.anchor].mesh == instance.mesh and instance.name == "Crate"
    other.collection.objects.link(bpy.data.objects["Barrel"])
    assert {instance.anchor for instance in read_of(other)} == before.keys()
    assert told() == before


def read_of(scene):
    from blender_mirage.scene.read_greybox import read_greybox

    return read_greybox(scene, (1,)).greybox.instances
