"""What collections, geometry nodes, particles and parents place: once each, under an anchor that stays."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import add_cube, add_empty, add_geometry_nodes  # noqa: E402
from tests.support.greybox_reads import anchors, names, read, row  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def test_collection_instances_are_placed_one_by_one(empty_file):
    group = bpy.data.collections.new("Group")
    add_cube("Post", (0, 0, 1), group)
    for name, x in (("Left", -3), ("Right", 3)):
        instancer = add_empty(name)
        instancer.instance_type, instancer.instance_collection = "COLLECTION", group
        instancer.location.x = x
    result = read()
    assert [instance.name for instance in sorted(result.greybox.instances, key=lambda i: i.name)] == [
        "Left/Post",
        "Right/Post",
    ]
    assert len({instance.anchor for instance in result.greybox.instances}) == 2
    assert len(result.meshes) == 1
    assert result.tracks.transforms[row(result, "Left/Post"), :3, 3].tolist() == [-3, 0, 1]
    assert result.tracks.transforms[row(result, "Right/Post"), :3, 3].tolist() == [3, 0, 1]


def test_an_anchor_in_a_collection_stays_when_another_object_leaves(empty_file):
    group = bpy.data.collections.new("Group")
    gone = add_cube("Gone", (0, 0, 5), group)
    add_cube("Post", (0, 0, 1), group)
    instancer = add_empty("Instancer")
    instancer.instance_type, instancer.instance_collection = "COLLECTION", group
    before = read()
    bpy.data.objects.remove(gone)
    after = read()
    assert after.greybox.instances[row(after, "Instancer/Post")].anchor == (
        before.greybox.instances[row(before, "Instancer/Post")].anchor
    )


def test_geometry_node_instances(empty_file):
    points = add_cube("Points")
    group = add_geometry_nodes(points)
    nodes = group.nodes
    scatter, ball = nodes.new("GeometryNodeInstanceOnPoints"), nodes.new("GeometryNodeMeshIcoSphere")
    group.links.new(nodes["Group Input"].outputs[0], scatter.inputs["Points"])
    group.links.new(ball.outputs[0], scatter.inputs["Instance"])
    group.links.new(scatter.outputs[0], nodes["Group Output"].inputs[0])
    result = read((1, 2))
    assert len(result.greybox.instances) == 8
    assert len({instance.anchor for instance in result.greybox.instances}) == 8
    assert len(result.meshes) == 1
    places = {tuple(place) for place in result.tracks.transforms[:, :3, 3].tolist()}
    assert places == {(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)}
    assert [i.anchor for i in read((2,)).greybox.instances] == [i.anchor for i in result.greybox.instances]


def test_a_particle_system_of_boxes(empty_file):
    ground, grain = add_cube("Ground"), add_cube("Grain", (9, 9, 9))
    ground.modifiers.new("Particles", "PARTICLE_SYSTEM")
    settings = ground.particle_systems[0].settings
    settings.type, settings.count = "HAIR", 5
    settings.render_type, settings.instance_object = "OBJECT", grain
    names = [instance.name for instance in read().greybox.instances]
    assert sorted(names) == ["Grain", "Ground", *["Ground/Grain"] * 5]


def test_objects_in_nested_collections_keep_their_anchors_when_others_leave_or_hide(empty_file):
    inner, outer = bpy.data.collections.new("Inner"), bpy.data.collections.new("Outer")
    for name, group in (("Gone", inner), ("Lamp", inner), ("Hidden", outer), ("Desk", outer)):
        add_cube(name, collection=group)
    room = bpy.data.objects.new("Room", None)
    outer.objects.link(room)
    building = add_empty("Building")
    for instancer, group in ((room, inner), (building, outer)):
        instancer.instance_type, instancer.instance_collection = "COLLECTION", group
    before = anchors()
    assert set(before) == {"Building/Gone", "Building/Lamp", "Building/Hidden", "Building/Desk"}
    bpy.data.objects.remove(bpy.data.objects["Gone"])
    bpy.data.objects["Hidden"].hide_render = True
    after = anchors()
    assert set(after) == {"Building/Lamp", "Building/Desk"} and after.items() <= before.items()


def test_one_collection_instanced_twice_inside_another_gives_two_anchors(empty_file):
    inner, outer = bpy.data.collections.new("Inner"), bpy.data.collections.new("Outer")
    add_cube("Lamp", collection=inner)
    for name in ("First", "Second"):
        thing = bpy.data.objects.new(name, None)
        outer.objects.link(thing)
        thing.instance_type, thing.instance_collection = "COLLECTION", inner
    add_empty("Building")
    bpy.data.objects["Building"].instance_type = "COLLECTION"
    bpy.data.objects["Building"].instance_collection = outer
    both = {instance.anchor for instance in read().greybox.instances}
    bpy.data.objects.remove(bpy.data.objects["First"])
    (left,) = {instance.anchor for instance in read().greybox.instances}
    assert len(both) == 2 and left in both and bpy.data.objects["Second"].mirage_id in left


def scatter(ground, prop):
    """Boxes at random points of `ground`; returns the node that distributes them."""
    group = add_geometry_nodes(ground)
    nodes = group.nodes
    spread, place = nodes.new("GeometryNodeDistributePointsOnFaces"), nodes.new("GeometryNodeInstanceOnPoints")
    info = nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value, info.inputs["As Instance"].default_value = prop, True
    for end, start in (
        (spread.inputs["Mesh"], nodes["Group Input"].outputs[0]),
        (place.inputs["Points"], spread.outputs["Points"]),
        (place.inputs["Instance"], info.outputs["Geometry"]),
        (nodes["Group Output"].inputs[0], place.outputs[0]),
    ):
        group.links.new(start, end)
    return spread


def places(prefix: str) -> dict[str, tuple]:
    """Where each instance of that name stands, by anchor."""
    result = read()
    return {
        instance.anchor: tuple(result.tracks.transforms[row].ravel())
        for row, instance in enumerate(result.greybox.instances)
        if instance.name == prefix
    }


def test_scattered_instances_keep_their_anchors_when_more_are_scattered(empty_file):
    spread = scatter(add_cube("Ground"), add_cube("Grain", (9, 9, 9)))
    spread.inputs["Density"].default_value = 0.3
    few = places("Ground/Grain")
    spread.inputs["Density"].default_value = 0.9
    many = places("Ground/Grain")
    assert 3 < len(few) < len(many) and few.items() <= many.items()


@pytest.mark.parametrize("render_type", ["OBJECT", "COLLECTION"])
def test_particles_keep_their_anchors_while_others_are_born_and_die(empty_file, render_type):
    ground, grain = add_cube("Ground"), add_cube("Grain", (9, 9, 9))
    ground.modifiers.new("Particles", "PARTICLE_SYSTEM")
    settings = ground.particle_systems[0].settings
    settings.count, settings.frame_start, settings.frame_end, settings.lifetime = 8, 1, 5, 4
    settings.render_type, settings.particle_size = render_type, 1.0
    if render_type == "OBJECT":
        settings.instance_object = grain
    else:
        settings.instance_collection = bpy.data.collections.new("Grains")
        settings.instance_collection.objects.link(grain)
    result = read(range(1, 9))
    rows = [row for row, instance in enumerate(result.greybox.instances) if instance.name == "Ground/Grain"]
    seen = result.tracks.visible[rows]
    assert len(rows) == 8 and seen.any(1).all() and not seen.all(), "each is one instance that comes and goes"
    for life in seen:
        first, last = life.argmax(), len(life) - life[::-1].argmax()
        assert life[first:last].all(), "it is the same one from its birth to its death"
    later = read((5,)).greybox.instances
    assert {i.anchor for i in later} <= {i.anchor for i in result.greybox.instances}


@pytest.mark.parametrize("kind", ["VERTS", "FACES"])
def test_a_child_that_its_parent_places_is_left_out_itself(empty_file, kind):
    parent, child = add_cube("Parent"), add_cube("Child")
    child.parent, parent.instance_type = parent, kind
    result = read()
    assert names(result) == ["Parent"] + ["Parent/Child"] * (8 if kind == "VERTS" else 6)
    assert len({instance.anchor for instance in result.greybox.instances}) == len(result.greybox.instances)


def test_a_linked_collection_is_known_by_its_library_however_its_path_is_written(empty_file, tmp_path):
    group = bpy.data.collections.new("Props")
    empty_file.collection.children.link(group)
    add_cube("Crate", collection=group)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "props.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (_, wanted):
        wanted.collections = ["Props"]
    instancer = add_empty("Instancer")
    instancer.instance_type, instancer.instance_collection = "COLLECTION", wanted.collections[0]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"), relative_remap=False)
    told = []
    for write in (bpy.ops.file.make_paths_absolute, bpy.ops.file.make_paths_relative):
        write()
        told.append((bpy.data.libraries[0].filepath, anchors()))
    (absolute, first), (relative, second) = told
    assert absolute != relative and first == second
    assert first["Instancer/Crate"].endswith("///props.blend:Crate")
