"""The anchor of an object stays what it is: the memory hangs on it."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.ids import ensure_ids, object_id  # noqa: E402
from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from tests.support.blender import add_cube, add_empty, link  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def anchors() -> dict[str, str]:
    return {i.name: i.anchor for i in read_greybox(bpy.context, (1,)).greybox.instances}


def test_ids_survive_rename_save_and_load(empty_file, tmp_path):
    cube = add_cube("Crate")
    before = anchors()["Crate"]
    cube.name = "Kiste"
    assert anchors() == {"Kiste": before}
    blend = str(tmp_path / "set.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.open_mainfile(filepath=blend)
    assert anchors() == {"Kiste": before}


def test_a_duplicate_gets_its_own_and_the_elder_keeps_it(empty_file):
    cube = add_cube("Crate")
    before = anchors()["Crate"]
    copy = link(cube.copy())
    copy.name = "Another"  # sorts before the original
    assert copy.mirage_id == before
    after = anchors()
    assert after["Crate"] == before
    assert after["Another"] != before
    assert anchors() == after


def test_an_undo_past_the_first_reading_leaves_every_id_as_it_was(empty_file):
    add_cube("Crate")
    add_cube("Barrel")
    bpy.ops.ed.undo_push(message="before")
    before = anchors()
    link(bpy.data.objects["Crate"].copy()).name = "Copy"
    copied = anchors()["Copy"]
    bpy.data.objects["Crate"].location.x = 3.0
    bpy.ops.ed.undo_push(message="an edit")
    bpy.ops.ed.undo()
    assert bpy.data.objects["Crate"].mirage_id == "", "the undo took it"
    assert anchors() == before
    link(bpy.data.objects["Crate"].copy()).name = "Copy"
    after = anchors()
    assert after.pop("Copy") not in {copied, *before.values()} and after == before


def test_a_copy_that_an_undo_made_a_copy_again_gets_its_own_back(empty_file):
    cube = add_cube("Crate")
    first = anchors()["Crate"]
    copy = link(cube.copy())
    copy.name = "Copy"
    both = anchors()
    copy.mirage_id = first  # as it was when it was duplicated
    assert anchors() == both


def test_a_duplicate_saved_before_it_was_noticed(empty_file, tmp_path):
    cube = add_cube("Crate")
    before = anchors()["Crate"]
    link(cube.copy())
    blend = str(tmp_path / "set.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.open_mainfile(filepath=blend)
    after = anchors()
    assert after["Crate"] == before
    assert after["Crate.001"] != before


def test_saving_tells_a_renamed_copy_from_its_elder(empty_file, tmp_path):
    """In the file they would lie in the order of their names, and the copy would take the elder's place."""
    cube = add_cube("Crate")
    before = anchors()["Crate"]
    link(cube.copy()).name = "Another"
    plain = add_cube("Plain")
    blend = str(tmp_path / "set.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    assert plain.mirage_id == "", "a file that is only saved is left as it was"
    bpy.ops.wm.open_mainfile(filepath=blend)
    after = anchors()
    assert after["Crate"] == before != after["Another"]


def test_nothing_is_written_where_all_have_theirs(empty_file):
    things = [add_cube("A"), add_empty("B")]
    ensure_ids(things)
    ids = [thing.mirage_id for thing in things]
    ensure_ids(reversed(things))
    assert [thing.mirage_id for thing in things] == ids
    assert len(set(ids)) == 2 and all(len(text) == 32 for text in ids)


def test_linked_objects_are_named_after_their_library(empty_file, tmp_path):
    group = bpy.data.collections.new("Props")
    empty_file.collection.children.link(group)
    add_cube("Crate", collection=group)
    library = str(tmp_path / "props.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library)

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.collections = ["Props"]
    instancer = add_empty("Instancer")
    instancer.instance_type, instancer.instance_collection = "COLLECTION", wanted.collections[0]
    (anchor,) = anchors().values()
    assert anchor == f"{instancer.mirage_id}/{library}:Crate"
    assert bpy.data.objects["Crate"].mirage_id == "", "linked data is not written"
    assert object_id(bpy.data.objects["Crate"]).endswith("props.blend:Crate")
