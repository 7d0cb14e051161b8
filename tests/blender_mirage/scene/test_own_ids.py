"""A file that is read and not saved is known again: by its name and the names in it. Saved with ids, by those."""

from __future__ import annotations

import shutil

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.ids import ensure_ids, object_id, remember_ids  # noqa: E402
from blender_mirage.scene.scene_keys import find_scene, scene_id, scene_key  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_cube, link  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def blend(tmp_path):
    """A saved file that no command has read yet: two scenes, two objects, no id."""
    with enabled_addon():
        add_cube("Crate")
        add_cube("Barrel")
        bpy.data.scenes.new("Attic")
        path = tmp_path / "set.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        yield path


def open_and_read(path) -> dict[str, str]:
    """Name -> id of every object and scene, as a command reads them that does not save."""
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return given_ids()


def given_ids() -> dict[str, str]:
    ensure_ids(bpy.data.objects)
    objects = {thing.name: object_id(thing) for thing in bpy.data.objects}
    return objects | {scene.name: scene_key(scene).scene_id for scene in bpy.data.scenes}


def written_ids(path) -> set[str]:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return {block.mirage_id for block in bpy.data.objects} | {scene.mirage.scene_id for scene in bpy.data.scenes}


def test_the_same_file_read_twice_has_the_same_ids(blend):
    first = open_and_read(blend)
    assert len(set(first.values())) == 4 and all(len(own) == 32 for own in first.values())
    assert open_and_read(blend) == first


def test_the_file_is_not_written_by_reading_nor_by_a_plain_save(blend):
    open_and_read(blend)
    assert written_ids(blend) == {""}
    remember_ids(bpy.data.objects)
    bpy.ops.wm.save_mainfile()
    assert written_ids(blend) == {""}, "a file that is only saved is left as it was"


def test_saving_keeps_the_ids_of_the_unsaved(blend):
    first = open_and_read(blend)
    bpy.ops.wm.save_mainfile()
    assert written_ids(blend) == set(first.values()) and open_and_read(blend) == first


def test_renamed_in_blender_and_saved(blend):
    """Nothing was generated in this session: the names that the file was opened with are what a world may know."""
    first = open_and_read(blend)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    bpy.data.objects["Crate"].name = "Box"
    bpy.data.scenes["Attic"].name = "Loft"
    add_cube("Crate")
    bpy.ops.wm.save_mainfile()
    second = open_and_read(blend)
    new = second.pop("Crate")
    assert second == {
        "Box": first["Crate"],
        "Barrel": first["Barrel"],
        "Loft": first["Attic"],
        "Scene": first["Scene"],
    }
    assert new not in first.values()


def test_saved_under_another_name(blend, tmp_path):
    first = open_and_read(blend)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set_v2.blend"))
    assert open_and_read(tmp_path / "set_v2.blend") == first


@pytest.mark.parametrize("place", ["elsewhere/set.blend", "set.blend1"])
def test_moved_and_backed_up(blend, tmp_path, place):
    first = open_and_read(blend)
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(blend, tmp_path / place)
    assert open_and_read(tmp_path / place) == first


def test_two_files_of_one_folder_share_nothing(blend, tmp_path):
    """Both have a `Scene` and a `Crate`, as files do; a world that both are made in keeps them apart."""
    first = open_and_read(blend)
    shutil.copy(blend, tmp_path / "another.blend")
    assert not set(first.values()) & set(open_and_read(tmp_path / "another.blend").values())


def test_duplicates_are_told_apart_in_the_same_way_every_time(blend):
    open_and_read(blend)
    link(bpy.data.objects["Crate"].copy()).name = "Another"
    copied = bpy.data.scenes["Attic"].copy()
    copied.name, copied.use_fake_user = "A copy", True
    written = given_ids()
    assert len(set(written.values())) == 6
    bpy.ops.wm.save_mainfile()
    assert open_and_read(blend) == written == open_and_read(blend)


def test_a_scene_keeps_its_id_when_it_is_duplicated_whichever_is_asked_first(blend):
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    attic = bpy.data.scenes["Attic"]
    before = scene_key(attic)
    copied = attic.copy()
    assert scene_key(attic) == before and scene_key(copied).scene_id != before.scene_id
    attic.name = "Loft"
    assert find_scene(before) == attic


def test_the_id_of_a_scene_can_be_asked_without_writing(blend):
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    attic = bpy.data.scenes["Attic"]
    own = scene_id(attic)
    assert attic.mirage.scene_id == "" and scene_key(attic).scene_id == own == attic.mirage.scene_id
