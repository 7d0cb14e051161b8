"""A file opens for a command however people saved it: in any mode, in any scene, with damage that Blender survives."""

from __future__ import annotations

import struct

import pytest

bpy = pytest.importorskip("bpy")

import bmesh  # noqa: E402

from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.headless.open_file import open_file, the_one_named  # noqa: E402
from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_camera, add_cube, link  # noqa: E402

pytestmark = pytest.mark.bpy

MODES = {
    "EDIT": "mesh.primitive_cube_add",
    "SCULPT": "mesh.primitive_cube_add",
    "VERTEX_PAINT": "mesh.primitive_cube_add",
    "WEIGHT_PAINT": "mesh.primitive_cube_add",
    "TEXTURE_PAINT": "mesh.primitive_cube_add",
    "POSE": "object.armature_add",
    "PAINT_GREASE_PENCIL": "object.grease_pencil_add",
}
EDITED = ("object.armature_add", "curve.primitive_bezier_curve_add", "object.text_add", "object.metaball_add")


@pytest.fixture
def addon():
    with enabled_addon() as scene:
        yield scene


def save(path, **options) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), **options)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def make(operator: str) -> bpy.types.Object:
    group, name = operator.split(".")
    options = {"type": "STROKE"} if name == "grease_pencil_add" else {}
    getattr(getattr(bpy.ops, group), name)(**options)
    return bpy.context.object


@pytest.mark.parametrize(("mode", "operator"), [*MODES.items(), *(("EDIT", name) for name in EDITED)])
def test_a_file_saved_in_any_mode(addon, tmp_path, capsys, mode, operator):
    if mode == "PAINT_GREASE_PENCIL" and bpy.app.version < (4, 3, 0):
        mode, operator = "PAINT_GPENCIL", "object.gpencil_add"
    thing = make(operator)
    thing.name = "Set"
    bpy.ops.object.mode_set(mode=mode)
    save(tmp_path / "set.blend")
    open_file(tmp_path / "set.blend")
    assert bpy.data.objects["Set"].mode == "OBJECT"
    assert "'Set' left edit mode, or another" in capsys.readouterr().out


def test_several_objects_in_edit_mode_keep_what_was_edited(addon, tmp_path):
    things = [add_cube("Crate"), add_cube("Barrel")]
    for thing in things:
        thing.select_set(True)
    bpy.context.view_layer.objects.active = things[0]
    bpy.ops.object.mode_set(mode="EDIT")
    for thing in things:
        edited = bmesh.from_edit_mesh(thing.data)
        for vertex in edited.verts:
            vertex.co.z += 5.0
        bmesh.update_edit_mesh(thing.data)
    save(tmp_path / "set.blend")
    scene = open_file(tmp_path / "set.blend")
    assert {thing.mode for thing in scene.objects} == {"OBJECT"}
    read = read_greybox(scene, (1,))
    assert [box[:, 2].tolist() for box in read.bounds] == [[4.0, 6.0], [4.0, 6.0]]


def test_an_object_in_edit_mode_of_another_scene(addon, tmp_path):
    attic = bpy.data.scenes.new("Attic")
    thing = link(bpy.data.objects.new("Box", add_cube("Crate").data), attic.collection)
    bpy.context.window.scene = attic
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    save(tmp_path / "set.blend")
    scene = open_file(tmp_path / "set.blend", "Scene")
    assert len(read_greybox(scene, (1,)).greybox.instances) == 1
    assert len(read_greybox(open_file(tmp_path / "set.blend", "Attic"), (1,)).greybox.instances) == 1


def test_the_scene_that_is_named_is_the_one_that_operators_see(addon, tmp_path):
    bpy.data.scenes.new("Attic")
    save(tmp_path / "set.blend")
    assert open_file(tmp_path / "set.blend").name == "Scene" == bpy.context.scene.name
    assert open_file(tmp_path / "set.blend", "Attic") == bpy.context.scene == bpy.data.scenes["Attic"]
    with pytest.raises(SceneNotReady, match="no scene 'Cellar'.*'Attic', 'Scene'"):
        open_file(tmp_path / "set.blend", "Cellar")


def test_a_camera_of_several_libraries_is_asked_for(addon, tmp_path):
    for name in ("a", "b"):
        camera = add_camera()
        bpy.data.libraries.write(str(tmp_path / f"{name}.blend"), {camera})
        bpy.data.objects.remove(camera)
    cameras = []
    for name in ("a", "b"):
        with bpy.data.libraries.load(str(tmp_path / f"{name}.blend"), link=True) as (_, wanted):
            wanted.objects = ["Camera"]
        cameras += wanted.objects
    with pytest.raises(SceneNotReady, match=r"2 cameras .*'Camera \[a.blend\]', 'Camera \[b.blend\]'"):
        the_one_named(cameras, "Camera", "camera")
    assert the_one_named(cameras, "Camera [b.blend]", "camera") == cameras[1]
    here = add_camera()
    assert the_one_named([*cameras, here], "Camera", "camera") == here


def test_damage_that_blender_survives_is_a_note(addon, tmp_path, capsys):
    """A shape key that does not know its mesh: Blender mends it, reports an error, and has the file open."""
    add_cube("Crate").shape_key_add()
    path = tmp_path / "set.blend"
    save(path, compress=False)
    data = bytearray(path.read_bytes())
    blocks = {code: (start, size, address) for code, start, size, address in _blocks(data)}
    start, size, _ = blocks[b"KE\0\0"]
    place = data.index(blocks[b"ME\0\0"][2], start, start + size)
    data[place : place + 8] = bytes(8)
    path.write_bytes(data)
    with pytest.raises(RuntimeError, match="pointer is invalid"):
        bpy.ops.wm.open_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert [thing.name for thing in open_file(path).objects] == ["Crate"]
    assert "Note: " in (said := capsys.readouterr().out) and "pointer is invalid" in said


def _blocks(data: bytes):
    """(code, start and size of the content, old address) of every block of an uncompressed .blend."""
    place, head = (12, struct.Struct("<4si8sii")) if data[7:8] != b"1" else (17, struct.Struct("<4si8sqq"))
    while data[place : place + 4] != b"ENDB":
        if head.size == 24:
            code, size, address, *_ = head.unpack_from(data, place)
        else:  # 5.0: SDNA number before the address, and a size of 64 bits
            code, _, address, size, _ = head.unpack_from(data, place)
        yield code, place + head.size, size, address
        place += head.size + size


def test_a_missing_library_and_a_missing_picture_are_no_obstacle(addon, tmp_path):
    library = tmp_path / "props.blend"
    bpy.data.libraries.write(str(library), {add_cube("Crate")})
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["Crate"]
    link(wanted.objects[0])
    bpy.data.images.new("look", 8, 8).filepath = "//gone.png"
    save(tmp_path / "set.blend")
    library.unlink()
    assert open_file(tmp_path / "set.blend").name == "Scene"


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_what_is_not_open_is_refused_and_not_taken_for_the_file_before(addon, tmp_path, share):
    add_cube("Crate")
    path = tmp_path / "set.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SceneNotReady, match=r"set\.blend could not be opened"):
        open_file(path)
