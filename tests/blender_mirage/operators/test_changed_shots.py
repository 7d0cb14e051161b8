"""A shot says of itself that something changed since its newest take."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.world_report import CoverageSeen  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.read_shots import read_shots  # noqa: E402
from blender_mirage.scene.scene_keys import scene_key  # noqa: E402
from blender_mirage.scene.show_shots import known_takes  # noqa: E402
from blender_mirage.scene.show_updates import apply  # noqa: E402
from blender_mirage.wire.survey import Staleness, Survey  # noqa: E402
from tests.support.blender import add_cube  # noqa: E402

pytestmark = pytest.mark.bpy

DONE, CHANGED = "done v001", "changed since v001"


def says() -> str:
    bpy.context.view_layer.update()
    pump.tick()
    return bpy.context.window_manager.mirage.shots[0].text


@pytest.fixture
def made(addon):
    """One take, up to date; a material with nodes, and a cube that is not looked at."""
    cube = bpy.data.objects["Cube"]
    material = bpy.data.materials.new("Paint")
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    cube.data.materials.append(material)
    add_cube("Other", (3, 0, 0)).hide_render = True
    addon.mirage.prompt, addon.mirage.steps, addon.mirage.seed = "brick", 1, 100
    bpy.context.view_layer.update()
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    assert says() == DONE
    return addon


def moved_object(scene):
    bpy.data.objects["Cube"].location.x += 1


def deleted_object(scene):
    bpy.data.objects.remove(bpy.data.objects["Cube"])


def new_object(scene):
    add_cube("New", (0, 3, 0))


def moved_key(scene):
    from blender_mirage.compat import curves_of

    curves_of(scene.camera)[0].keyframe_points[-1].co.y += 0.5
    curves_of(scene.camera)[0].update()


def moved_vertex(scene):
    mesh = bpy.data.objects["Cube"].data
    mesh.vertices[0].co.z -= 0.5
    mesh.update()


def color_in_a_node(scene):
    shader = next(node for node in bpy.data.materials["Paint"].node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (1, 0, 0, 1)


def shown_object(scene):
    bpy.data.objects["Other"].hide_render = False


def instanced(name="Props"):
    """A cube that comes in through an instance of its collection only."""
    props = bpy.data.collections.new(name)
    cube = add_cube("Prop", (0, 2, 0))
    for collection in cube.users_collection:
        collection.objects.unlink(cube)
    props.objects.link(cube)
    instancer = bpy.data.objects.new(name, None)
    instancer.instance_type, instancer.instance_collection = "COLLECTION", props
    bpy.context.scene.collection.objects.link(instancer)
    return props


def moved_inside_a_collection(scene):
    bpy.data.objects["Prop"].location.x += 1


def hidden_inside_a_collection(scene):
    bpy.data.objects["Prop"].hide_render = True


def moved_origin_of_a_collection(scene):
    bpy.data.collections["Props"].instance_offset = (1, 0, 0)


def hidden_collection(scene):
    bpy.data.objects["Cube"].users_collection[0].hide_render = True


def excluded_collection(scene):
    within = bpy.data.objects["Cube"].users_collection[0].name
    bpy.context.view_layer.layer_collection.children[within].exclude = True


def another_shape(scene):
    scene.render.resolution_y = 32


def lens(scene):
    scene.camera.data.lens += 5


def longer(scene):
    scene.frame_end += 2


def another_world(scene):
    scene.mirage.world_id = "another"


def prompt(scene):
    scene.mirage.prompt = "moss"


def seed(scene):
    scene.mirage.seed += 1


def width(scene):
    scene.mirage.width = 128


def own_prompt(scene):
    own = scene.mirage.overrides.add()
    own.name, own.prompt = "Camera", "glass"


EDITS = (moved_object, deleted_object, new_object, moved_key, moved_vertex, color_in_a_node, shown_object)
SETTINGS = (another_shape, lens, longer, another_world, prompt, seed, width, own_prompt)


@pytest.mark.parametrize("edit", EDITS + SETTINGS, ids=lambda edit: edit.__name__)
def test_every_change_shows_in_the_list_and_the_playhead_stays(made, edit):
    frame = made.frame_current
    edit(made)
    assert says() == CHANGED and made.frame_current == frame


COLLECTIONS = (
    moved_inside_a_collection, hidden_inside_a_collection, moved_origin_of_a_collection, hidden_collection,
    excluded_collection,
)  # fmt: skip


@pytest.mark.parametrize("edit", COLLECTIONS, ids=lambda edit: edit.__name__)
def test_what_is_edited_of_a_collection_shows(addon, edit):
    addon.mirage.prompt, addon.mirage.steps = "brick", 1
    within = bpy.data.collections.new("Set")
    addon.collection.children.link(within)
    cube = bpy.data.objects["Cube"]
    for collection in cube.users_collection:
        collection.objects.unlink(cube)
    within.objects.link(cube)
    instanced()
    bpy.context.view_layer.update()
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    assert says() == DONE
    edit(addon)
    assert says() == CHANGED


def test_what_blender_only_sorts_out_anew_is_no_change(made):
    """Then it tells of every collection as if its shape had changed."""
    bpy.data.objects["Other"].hide_viewport = True
    assert says() == DONE, "what is hidden from the view only"
    bpy.data.objects["Other"].constraints.new("COPY_LOCATION").target = bpy.data.objects["Cube"]
    assert says() == DONE, "what does not render hangs on another"
    made.mirage.look_camera = made.camera
    made.mirage.look_camera = None
    assert says() == DONE


def test_what_changes_nothing_of_the_picture_is_no_change(made):
    made.frame_set(3)
    assert says() == DONE, "the playhead"
    bpy.data.objects["Cube"].select_set(True)
    assert says() == DONE, "a selection"
    bpy.data.objects["Cube"].name = "Crate"
    assert says() == DONE, "a name"
    made.mirage.look_samples, made.mirage.handles = 99, 0
    assert says() == DONE
    bpy.data.objects["Other"].location.x += 1
    assert says() == DONE, "what does not render"
    made.frame_set(1)
    bpy.context.view_layer.update()
    assert says() == DONE


def test_a_change_that_is_taken_back_is_none_and_a_new_take_ends_it(made):
    made.mirage.prompt = "moss"
    assert says() == CHANGED
    made.mirage.prompt = "brick"
    assert says() == DONE
    bpy.data.objects["Cube"].location.x += 1
    assert says() == CHANGED
    bpy.data.objects["Cube"].location.x -= 1
    assert says() == DONE
    moved_vertex(made)
    assert says() == CHANGED
    bpy.ops.mirage.generate_take()
    pump.run_until_idle()
    assert says() == "done v002"


def test_undo_takes_the_word_back(made):
    bpy.ops.ed.undo_push(message="before")
    moved_vertex(bpy.context.scene)
    assert says() == CHANGED
    bpy.ops.ed.undo_push(message="moved")
    bpy.ops.ed.undo()
    assert says() == DONE


def test_it_is_still_known_when_the_file_is_opened_again(made, tmp_path):
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    assert says() == DONE
    moved_vertex(bpy.context.scene)
    assert says() == CHANGED
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    assert says() == CHANGED


def test_a_survey_that_finds_it_up_to_date_counts_more(made):
    mesh = bpy.data.objects["Cube"].data
    mesh.update()
    mesh.vertices[0].co.z -= 0.5
    mesh.update()
    bpy.context.view_layer.update()
    mesh.vertices[0].co.z += 0.5
    mesh.update()
    assert says() == CHANGED
    (shot,) = read_shots(made)
    (take,) = known_takes(made, shot.name)
    found = Survey("id", "world", shot.name, (), (Staleness(take.facts["take_id"], shot.name, (), ()),))
    apply(scene_key(made), CoverageSeen(shot, found, {}, ()))
    assert says() == DONE
    bpy.data.objects["Cube"].location.x += 1
    assert says() == CHANGED
