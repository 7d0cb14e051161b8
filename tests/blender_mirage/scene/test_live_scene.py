"""The set as it stands now: what `read_greybox` reads at that frame, whatever changed since, and nothing written."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import node_tree  # noqa: E402
from blender_mirage.core.greybox_read import assemble  # noqa: E402
from blender_mirage.scene.live_scene import LiveScene  # noqa: E402
from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_empty, add_geometry_nodes, link  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


@pytest.fixture
def live(empty_file):
    scene = LiveScene()
    handlers = (bpy.app.handlers.depsgraph_update_post, bpy.app.handlers.frame_change_post)
    for handler in handlers:
        handler.append(scene.note)
    yield scene
    for handler in handlers:
        handler.remove(scene.note)


def read(live: LiveScene, seconds: float = 1.0) -> None:
    bpy.context.view_layer.update()
    for _ in range(100):
        live.read_on(bpy.context.scene, bpy.context.view_layer, seconds)
        if not live.reading:
            return
    raise AssertionError("it never ends")


def settle(live: LiveScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until what waits for a quiet moment was read too."""
    bpy.context.view_layer.update()
    with monkeypatch.context() as patch:
        patch.setattr("blender_mirage.scene.live_scene.QUIET_S", -1.0)
        live._look_over_when_quiet()
        read(live)


def same_as_a_shot(live: LiveScene) -> None:
    """Nothing is left out and nothing is old, against the reader of takes."""
    assert live.current is not None and live.problem is None
    now = assemble(live.current.instances, live.current.lamps, live.current.ambient, 1)
    there = read_greybox(bpy.context, (bpy.context.scene.frame_current,))
    assert now.greybox == there.greybox
    for name, array in there.tracks.to_arrays().items():
        np.testing.assert_array_equal(now.tracks.to_arrays()[name], array, err_msg=name)
    assert now.meshes == there.meshes


def busy_set() -> bpy.types.Object:
    """A crate that is animated, copies of it, a text, a bent sheet, a collection that is instanced, a lamp."""
    crate = add_cube("Crate")
    for frame, x in ((1, 0.0), (10, 3.0)):
        crate.location.x = x
        crate.keyframe_insert("location", frame=frame)
    other = link(bpy.data.objects.new("Other", crate.data))
    other.parent = crate
    bent = add_cube("Bent")
    bent.modifiers.new("Bend", "SIMPLE_DEFORM").angle = 0.5
    made = add_cube("Made")
    add_geometry_nodes(made)
    link(bpy.data.objects.new("Words", bpy.data.curves.new("Words", "FONT"))).data.body = "EXIT"
    inside = bpy.data.collections.new("Kit")
    add_cube("Part", collection=inside)
    for number in range(2):
        empty = add_empty(f"Kit {number}")
        empty.instance_type, empty.instance_collection = "COLLECTION", inside
        empty.location.y = 4.0 * number
    lamp = link(bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT")))
    lamp.location.z = 5.0
    bpy.context.scene.camera = add_camera()
    bpy.context.scene.frame_set(1)
    return crate


def test_it_is_what_a_take_would_read(live):
    busy_set()
    read(live)
    same_as_a_shot(live)


def recolour(material):
    """Red: in the viewport and, where the version gives every material nodes, in its shader."""
    material.diffuse_color = (1, 0, 0, 1)
    tree = node_tree(material)
    for node in tree.nodes if tree else ():
        if node.type == "BSDF_PRINCIPLED":
            node.inputs["Base Color"].default_value = (1, 0, 0, 1)


def test_it_follows_every_edit(live, monkeypatch):
    crate = busy_set()
    read(live)
    edits = {
        "a place": lambda: setattr(crate, "rotation_euler", (0.1, 0.2, 0.3)),
        "a frame": lambda: bpy.context.scene.frame_set(5),
        "a vertex": lambda: (setattr(crate.data.vertices[0], "co", (9, 9, 9)), crate.data.update()),
        "a modifier": lambda: setattr(bpy.data.objects["Bent"].modifiers[0], "angle", 1.5),
        "words": lambda: setattr(bpy.data.objects["Words"].data, "body", "NO EXIT"),
        "the inside of a kit": lambda: setattr(bpy.data.objects["Part"], "location", (0, 0, 7)),
        "a mesh inside a kit": lambda: bpy.data.objects["Part"].data.transform(np.diag([2.0, 2, 2, 1]).tolist()),
        "a kit": lambda: setattr(bpy.data.objects["Kit 1"], "location", (8, 0, 0)),
        "a lamp's place": lambda: setattr(bpy.data.objects["Lamp"], "location", (1, 1, 1)),
        "a lamp's power": lambda: setattr(bpy.data.objects["Lamp"].data, "energy", 99),
        "a material": lambda: crate.data.materials.append(bpy.data.materials.new("Oak")),
        "a colour": lambda: recolour(bpy.data.materials["Oak"]),
        "out of render": lambda: setattr(crate, "hide_render", True),
        "a new one": lambda: add_cube("New", (0, 0, 9)),
        "a duplicate": lambda: setattr(link(bpy.data.objects["Bent"].copy()), "name", "A twin"),
        "one less": lambda: bpy.data.objects.remove(bpy.data.objects["Words"]),
        "no scale": lambda: setattr(bpy.data.objects["New"], "scale", (0, 1, 1)),
        "its scale again": lambda: setattr(bpy.data.objects["New"], "scale", (1, 1, 1)),
    }
    for what, edit in edits.items():
        before = live.current
        edit()
        settle(live, monkeypatch)
        assert live.current is not before, what
        same_as_a_shot(live)
        read(live)


def test_what_moves_every_frame_needs_no_second_look_at_the_set(live, monkeypatch):
    busy_set()
    read(live)
    monkeypatch.setattr(LiveScene, "_read_all", lambda *_: pytest.fail("the whole set was read again"))
    bpy.context.scene.camera.location.x = 3
    for frame in (2, 7, 10):
        bpy.context.scene.frame_set(frame)
        assert live.reading
        read(live)
        placed = {one.name: one.transforms[0][0, 3] for one in live.current.instances}
        assert placed["Crate"] == placed["Other"] == pytest.approx(bpy.data.objects["Crate"].matrix_world[0][3])


def test_a_camera_that_moves_is_no_other_set(live, monkeypatch):
    busy_set()
    read(live)
    before = live.current
    for x in range(3):
        bpy.context.scene.camera.location.x = x
        bpy.context.view_layer.update()
        assert not live.reading
    settle(live, monkeypatch)
    assert live.current is before, "nor does a second look make one of it"


def test_reading_goes_on_over_ticks(live):
    for number in range(12):
        cube = add_cube(f"Cube {number}")
        cube.location.x = 3 * number
    bpy.context.view_layer.update()
    for tick in range(12):
        assert live.reading and live.current is None, "nothing is shown half read"
        live.read_on(bpy.context.scene, bpy.context.view_layer, 0.0)
        assert len(live._meshes) == tick + 1, "one mesh a tick, however little time there is"
    assert not live.reading
    same_as_a_shot(live)


def test_nothing_is_written(live):
    busy_set()
    bpy.context.scene.frame_set(4)
    frame = bpy.context.scene.frame_current
    read(live)
    assert bpy.context.scene.frame_current == frame
    assert not any(thing.mirage_id for thing in bpy.data.objects)
    anchors = {one.name: one.anchor for one in live.current.instances}
    there = {one.name: one.anchor for one in read_greybox(bpy.context, (frame,)).greybox.instances}
    assert anchors == there, "the ids that a take writes later are those of the session"


def test_while_an_object_is_edited_it_keeps_its_shape(live):
    cube = add_cube("Crate")
    read(live)
    bpy.context.view_layer.objects.active = cube
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.view_layer.update()
    read(live)
    assert len(live.current.instances) == 1 and live.problem is None
    bpy.ops.object.mode_set(mode="OBJECT")
    read(live)
    same_as_a_shot(live)


def test_what_cannot_be_read_says_so_and_the_rest_waits(live, monkeypatch):
    cube = add_cube("Crate")
    read(live)
    before = live.current
    cube.data.vertices[0].co.x = float("nan")
    cube.data.update()
    bpy.context.view_layer.update()
    live.read_on(bpy.context.scene, bpy.context.view_layer, 1.0)
    assert "'Crate'" in live.problem.message and live.current is before
    cube.data.vertices[0].co.x = 0.0
    cube.data.update()
    settle(live, monkeypatch)
    same_as_a_shot(live)


def test_an_undo_is_another_file(live, monkeypatch):
    crate = busy_set()
    bpy.ops.ed.undo_push(message="before")
    read(live)
    crate.location = (9, 9, 9)
    crate.data.transform(np.diag([2.0, 2, 2, 1]).tolist())
    bpy.ops.ed.undo_push(message="an edit")
    read(live)
    bpy.ops.ed.undo()
    live.forget()
    read(live)
    same_as_a_shot(live)


@pytest.mark.parametrize("kind", ["OBJECT", "COLLECTION"])
def test_what_is_scattered_from_a_source_that_does_not_render(live, kind):
    ground, source = add_cube("Ground"), add_cube("Source", (30, 0, 0))
    settings = ground.modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system.settings
    settings.type, settings.count, settings.render_type = "HAIR", 5, kind
    if kind == "OBJECT":
        settings.instance_object = source
        source.hide_render = True
    else:
        sources = bpy.data.collections.new("Sources")
        bpy.context.scene.collection.children.link(sources)
        sources.objects.link(source)
        bpy.context.scene.collection.objects.unlink(source)
        settings.instance_collection, source.hide_render = sources, False
        ground.show_instancer_for_render = ground.show_instancer_for_viewport = False
    read(live)
    assert len(live.current.instances) == 6
    same_as_a_shot(live)


def test_a_background_scene_stands_in_the_live_view(live):
    add_cube("Front")
    behind = bpy.data.scenes.new("Behind")
    behind.collection.objects.link(add_cube("Wall"))
    bpy.context.scene.collection.objects.unlink(bpy.data.objects["Wall"])
    bpy.context.scene.background_set = behind
    read(live)
    assert {one.name for one in live.current.instances} == {"Front", "Wall"}
    same_as_a_shot(live)


def test_a_closed_eye_closes_the_live_view_too(live):
    group = bpy.data.collections.new("Group")
    bpy.context.scene.collection.children.link(group)
    add_cube("Inside", collection=group)
    add_cube("Crate")
    bpy.context.view_layer.layer_collection.children["Group"].hide_viewport = True
    read(live)
    assert [one.name for one in live.current.instances] == ["Crate"]
