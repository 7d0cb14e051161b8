"""The set that is read is the set that Cycles renders: what each of Blender's switches does, asked of a render."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.visibility import obey_single_layer  # noqa: E402
from tests.support import render_masks  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_empty, add_geometry_nodes  # noqa: E402
from tests.support.greybox_reads import names, read  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

FRAME = 2


def group(name: str, *things: bpy.types.Object) -> bpy.types.Collection:
    """Moves objects into a collection of their own."""
    scene = bpy.context.scene
    made = bpy.data.collections.new(name)
    scene.collection.children.link(made)
    for thing in things:
        for owner in thing.users_collection:
            owner.objects.unlink(thing)
        made.objects.link(thing)
    return made


def left() -> bpy.types.Object:
    return bpy.data.objects["Left"]


def object_monitor_off():
    left().hide_viewport = True


def object_eye_closed():
    left().hide_set(True)


def object_camera_off():
    left().hide_render = True


def object_both_off():
    left().hide_render = left().hide_viewport = True


def object_not_seen_by_camera_rays():
    left().visible_camera = False


def object_comes_to_renders_at_the_frame():
    for frame, hidden in ((1, True), (FRAME, False), (3, True)):
        left().hide_render = hidden
        left().keyframe_insert("hide_render", frame=frame)


def object_leaves_renders_at_the_frame():
    for frame, hidden in ((1, False), (FRAME, True)):
        left().hide_render = hidden
        left().keyframe_insert("hide_render", frame=frame)


def collection_monitor_off():
    group("Group", left()).hide_viewport = True


def collection_eye_closed():
    group("Group", left())
    bpy.context.view_layer.layer_collection.children["Group"].hide_viewport = True


def collection_camera_off():
    group("Group", left()).hide_render = True


def collection_in_a_collection_that_does_not_render():
    outer = group("Outer")
    outer.children.link(group("Inner", left()))
    bpy.context.scene.collection.children.unlink(bpy.data.collections["Inner"])
    outer.hide_render = True


def in_two_collections_of_which_one_renders():
    group("Group", left()).hide_render = True
    bpy.context.scene.collection.objects.link(left())


def collection_excluded():
    group("Group", left())
    bpy.context.view_layer.layer_collection.children["Group"].exclude = True


def two_view_layers():
    group("A", left())
    group("B", bpy.data.objects["Right"])
    scene = bpy.context.scene
    second = scene.view_layers.new("Second")
    scene.view_layers[0].layer_collection.children["A"].exclude = True
    second.layer_collection.children["B"].exclude = True


def a_view_layer_that_does_not_render():
    two_view_layers()
    bpy.context.scene.view_layers["Second"].use = False


def three_view_layers_of_which_one_shows_all():
    two_view_layers()
    bpy.context.scene.view_layers.new("All")


def array_in_renders_only(show_render=True):
    array = left().modifiers.new("Array", "ARRAY")
    array.count, array.relative_offset_displace = 3, (0, 0, 1.2)
    array.show_render, array.show_viewport = show_render, not show_render


def array_in_viewports_only():
    array_in_renders_only(False)


def subdivision_of_renders():
    subdivision = left().modifiers.new("Subdivision", "SUBSURF")
    subdivision.levels, subdivision.render_levels = 0, 3


def subdivision_that_simplify_limits():
    subdivision_of_renders()
    render = bpy.context.scene.render
    render.use_simplify, render.simplify_subdivision, render.simplify_subdivision_render = True, 6, 1


def multiresolution():
    bpy.context.view_layer.objects.active = left()
    multires = left().modifiers.new("Multires", "MULTIRES")
    for _ in range(2):
        bpy.ops.object.multires_subdivide(modifier="Multires")
    multires.levels, multires.render_levels = 0, 2


def scattered(render_type="OBJECT", show_render=False, viewport_share=20) -> bpy.types.Object:
    """Particles on Left, whose source is off to the side."""
    source = add_cube("Source", (30, 0, 0))
    source.scale = (0.3, 0.3, 0.3)
    settings = left().modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system.settings
    settings.type, settings.count, settings.emit_from, settings.use_emit_random = "HAIR", 8, "VERT", False
    settings.use_advanced_hair, settings.hair_length, settings.particle_size = True, 1.0, 1.0
    settings.render_type, settings.display_percentage = render_type, viewport_share
    if render_type == "OBJECT":
        settings.instance_object = source
    else:
        settings.instance_collection = group("Sources", source)
    left().show_instancer_for_render = show_render
    return source


def particles_with_a_share_in_viewports():
    scattered()


def particles_and_their_emitter():
    scattered(show_render=True)
    left().show_instancer_for_viewport = False


def particles_whose_source_does_not_render():
    scattered().hide_render = True


def particles_of_a_collection():
    scattered("COLLECTION")


def particles_of_a_collection_that_does_not_render():
    scattered("COLLECTION")
    bpy.data.collections["Sources"].hide_render = True


def particles_shown_in_renders_only():
    scattered()
    left().modifiers[0].show_viewport = False


def particles_with_children():
    scattered()
    settings = left().particle_systems[0].settings
    settings.child_type, settings.child_percent, settings.rendered_child_count = "SIMPLE", 0, 3


def nodes_scatter(kind: str) -> bpy.types.Object:
    source = add_cube("Source", (30, 0, 0))
    source.scale = (0.3, 0.3, 0.3)
    tree = add_geometry_nodes(left())
    place = tree.nodes.new("GeometryNodeInstanceOnPoints")
    if kind == "OBJECT":
        info = tree.nodes.new("GeometryNodeObjectInfo")
        info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = source, True
        out = info.outputs["Geometry"]
    else:
        info = tree.nodes.new("GeometryNodeCollectionInfo")
        info.inputs["Collection"].default_value = group("Sources", source)
        info.inputs["Separate Children"].default_value = info.inputs["Reset Children"].default_value = True
        out = info.outputs[0]
    tree.links.new(tree.nodes["Group Input"].outputs[0], place.inputs["Points"])
    tree.links.new(out, place.inputs["Instance"])
    tree.links.new(place.outputs[0], tree.nodes["Group Output"].inputs[0])
    return source


def nodes_with_a_source_that_does_not_render():
    nodes_scatter("OBJECT").hide_render = True


def nodes_with_a_collection():
    nodes_scatter("COLLECTION")


def nodes_with_an_object_of_a_collection_that_does_not_render():
    nodes_scatter("COLLECTION").hide_render = True


def nodes_with_a_collection_that_does_not_render():
    nodes_scatter("COLLECTION")
    bpy.data.collections["Sources"].hide_render = True


def nodes_that_ask_whether_it_is_the_viewport():
    tree = add_geometry_nodes(left())
    where, switch = tree.nodes.new("GeometryNodeIsViewport"), tree.nodes.new("GeometryNodeSwitch")
    tree.links.new(where.outputs[0], switch.inputs["Switch"])
    tree.links.new(tree.nodes["Group Input"].outputs[0], switch.inputs["False"])
    tree.links.new(switch.outputs[0], tree.nodes["Group Output"].inputs[0])


def collection_instance(**hidden) -> None:
    thing = left()
    placed = bpy.data.collections.new("Placed")
    placed.objects.link(thing)
    bpy.context.scene.collection.objects.unlink(thing)
    instancer = add_empty("Instancer")
    instancer.instance_type, instancer.instance_collection = "COLLECTION", placed
    for name, value in hidden.items():
        owner, attribute = name.split("__")
        setattr({"thing": thing, "placed": placed, "instancer": instancer}[owner], attribute, value)


def placed_collection():
    collection_instance(thing__hide_viewport=True)


def placed_object_that_does_not_render():
    collection_instance(thing__hide_render=True)


def placed_collection_that_does_not_render():
    collection_instance(placed__hide_render=True)


def placed_by_what_does_not_render():
    collection_instance(instancer__hide_render=True)


def placed_by_what_camera_rays_do_not_see():
    collection_instance(instancer__visible_camera=False)


def child_on_vertices(**settings):
    child = add_cube("Child", (-3, 0, 4))
    child.scale = (0.3, 0.3, 0.3)
    child.parent = left()
    left().instance_type = "VERTS"
    for name, value in settings.items():
        setattr(left() if name.startswith("show") else child, name, value)


def child_on_vertices_with_its_parent():
    child_on_vertices(show_instancer_for_render=True, show_instancer_for_viewport=False)


def child_on_vertices_without_its_parent():
    child_on_vertices(show_instancer_for_render=False)


def child_on_vertices_that_does_not_render():
    child_on_vertices(hide_render=True)


def background_scene(chained: bool = False) -> None:
    scene = bpy.context.scene
    behind = bpy.data.scenes.new("Behind")
    behind.collection.objects.link(left())
    scene.collection.objects.unlink(left())
    front = scene
    if chained:
        front.background_set = bpy.data.scenes.new("Between")
        front = front.background_set
    front.background_set = behind


def background_scene_behind():
    background_scene()


def background_scene_behind_a_background_scene():
    background_scene(chained=True)


def background_scene_with_hidden_things():
    background_scene()
    left().hide_viewport = True
    other = add_cube("Other", (0, 0, 4))
    bpy.data.scenes["Behind"].collection.objects.link(other)
    bpy.context.scene.collection.objects.unlink(other)
    other.hide_render = True


SETS = [
    value
    for name, value in list(globals().items())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and name not in ("group", "left", "scattered", "nodes_scatter", "collection_instance", "child_on_vertices")
    and name != "background_scene"
]


@pytest.mark.parametrize("build", SETS, ids=lambda build: build.__name__)
def test_what_is_read_covers_the_pixels_that_cycles_covers(empty_file, tmp_path, build):
    add_cube("Left", (-3, 0, 0))
    add_cube("Right", (3, 0, 0))
    empty_file.camera = add_camera(location=(0, -14, 1.5))
    build()
    seen = render_masks.read(empty_file, FRAME)
    assert render_masks.agreement(seen, render_masks.rendered(empty_file, FRAME, tmp_path)) >= 0.998


def test_the_same_anchors_in_both_modes_and_over_all_view_layers(empty_file):
    add_cube("Left", (-3, 0, 0))
    add_cube("Right", (3, 0, 0))
    scattered(viewport_share=100, show_render=True)
    collection = bpy.data.collections.new("Placed")
    add_cube("Inner", collection=collection)
    instancer = add_empty("Instancer")
    instancer.instance_type, instancer.instance_collection = "COLLECTION", collection
    rendered, shown = (read(mode=mode).greybox.instances for mode in ("RENDER", "VIEWPORT"))
    assert {i.anchor for i in rendered} == {i.anchor for i in shown} and len(rendered) == 12
    two_view_layers()
    bpy.context.scene.view_layers["Second"].layer_collection.children["B"].exclude = False
    assert {i.anchor for i in read().greybox.instances} == {i.anchor for i in rendered}


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        (object_camera_off, ["Left", "Right"]),
        (object_monitor_off, ["Right"]),
        (object_eye_closed, ["Right"]),
        (collection_eye_closed, ["Right"]),
        (collection_monitor_off, ["Right"]),
        (collection_camera_off, ["Left", "Right"]),
        (two_view_layers, ["Right"]),
        (background_scene_behind, ["Left", "Right"]),
        (nodes_that_ask_whether_it_is_the_viewport, ["Right"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_viewport_mode_reads_what_the_viewport_shows(empty_file, build, shown):
    add_cube("Left", (-3, 0, 0))
    add_cube("Right", (3, 0, 0))
    build()
    assert names(read(mode="VIEWPORT")) == shown


def test_subdivision_levels_and_modifiers_are_those_of_the_mode(empty_file):
    add_cube("Left")
    subdivision_of_renders()
    sizes = [max(map(len, read(mode=mode).meshes.values())) for mode in ("RENDER", "VIEWPORT")]
    assert sizes[0] > 4 * sizes[1]


def test_reading_leaves_every_setting_and_handler_as_it_was(empty_file):
    add_cube("Left")
    heard = []
    empty_file.camera = add_camera()
    render = empty_file.render
    render.use_border, render.border_max_x, render.use_sequencer, render.use_compositing = True, 0.4, True, True
    render.engine, render.resolution_percentage = "CYCLES", 50
    second = empty_file.view_layers.new("Second")
    second.use = False
    kept = [
        name for name in render.bl_rna.properties.keys() if isinstance(getattr(render, name), (bool, int, float, str))
    ]
    before = {name: getattr(render, name) for name in kept}
    bpy.app.handlers.render_pre.append(heard.append)
    bpy.app.handlers.render_init.append(heard.append)
    try:
        read((1, 2, 3))
        assert heard == [] and list(bpy.app.handlers.render_pre)[-1] == heard.append
    finally:
        bpy.app.handlers.render_pre.remove(heard.append)
        bpy.app.handlers.render_init.remove(heard.append)
    assert {name: getattr(render, name) for name in kept} == before
    assert [layer.use for layer in empty_file.view_layers] == [True, False]


def test_nothing_of_the_reading_stays_in_the_file(empty_file):
    add_cube("Left")
    read()
    assert [len(blocks) for blocks in (bpy.data.images, bpy.data.cameras)] == [0, 0]
    assert [thing.name for thing in bpy.data.objects] == ["Left"]


def test_render_single_layer_counts_for_a_window_alone(empty_file):
    add_cube("Left", (-3, 0, 0))
    add_cube("Right", (3, 0, 0))
    two_view_layers()
    obey_single_layer(empty_file, empty_file.view_layers["Second"])
    assert names(read()) == ["Left", "Right"]
    empty_file.render.use_single_layer = True
    assert names(read()) == ["Left", "Right"], "without a window Blender ignores it"
    obey_single_layer(empty_file, empty_file.view_layers["Second"])
    assert names(read()) == ["Left"]


def test_what_has_only_instances_is_no_forgotten_surface_and_hair_is_told_of(empty_file):
    add_cube("Left")
    nodes_scatter("OBJECT")
    assert read().warnings == ()
    bpy.data.objects.remove(left())
    add_cube("Left")
    left().modifiers.new("Hair", "PARTICLE_SYSTEM").particle_system.settings.type = "HAIR"
    assert read().warnings == ("'Left' has hair, which has no surface: the hair is left out.",)


def test_a_scene_without_a_view_layer_that_renders_says_so(empty_file):
    from blender_mirage.core.errors import SceneNotReady

    add_cube("Left")
    empty_file.view_layers[0].use = False
    with pytest.raises(SceneNotReady, match="No view layer of the scene 'Scene' is used for rendering"):
        read()
    assert names(read(mode="VIEWPORT")) == ["Left"]


def test_a_camera_that_nothing_holds_is_evaluated(empty_file):
    """Of a strip, say: neither the scene's, nor bound to a marker, nor in a collection."""
    from blender_mirage.core.shots import Shot
    from blender_mirage.scene.read_camera import read_camera_path

    add_cube("Left")
    empty_file.camera, other = add_camera(), add_camera("Other")
    empty_file.timeline_markers.new("cut", frame=1).camera = empty_file.camera
    for frame, x in ((1, 0.0), (11, 10.0)):
        other.location.x = x
        other.keyframe_insert("location", frame=frame)
    empty_file.collection.objects.unlink(other)
    other.hide_render = True
    path = read_camera_path(empty_file, Shot("s", "Other", 1, 11, camera_uid=other.session_uid), 64, 64, step=10)
    assert path.c2w[:, 0, 3].tolist() == [0, 10]
    assert empty_file.camera.name == "Camera" and len(empty_file.timeline_markers) == 1
