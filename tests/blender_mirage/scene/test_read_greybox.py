"""What the depsgraph shows, read once a mesh, tracked over the frames."""

from __future__ import annotations

import math

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from mathutils import Matrix  # noqa: E402

from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.in_view import any_mesh_in_view, require_mesh_in_view  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_camera import read_camera_path  # noqa: E402
from blender_mirage.scene.read_greybox import GreyboxReader, read_greybox  # noqa: E402
from blender_mirage.wire.arrays import content_hash, unpack  # noqa: E402
from blender_mirage.wire.codec import from_bundle, to_bundle  # noqa: E402
from blender_mirage.wire.greybox import GreyboxTracks  # noqa: E402
from blender_mirage.wire.messages import Greybox  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_empty, add_geometry_nodes, link  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def read(frames=(1,), **how):
    return read_greybox(bpy.context, frames, **how)


def row(result, name: str) -> int:
    return next(i for i, instance in enumerate(result.greybox.instances) if instance.name == name)


def mesh_of(result, name: str) -> dict:
    return unpack(result.meshes[result.greybox.instances[row(result, name)].mesh])[1]


def track_of(result, name: str):
    """The vertex track [T,V,3] of an instance, None where it is rigid."""
    blob = result.greybox.instances[row(result, name)].vertex_track
    return unpack(result.meshes[blob])[1]["vertices"] if blob else None


def world_vertices(result, name: str, index: int) -> np.ndarray:
    """[V,3] metres at frame `index`, put together as the backend does."""
    track = track_of(result, name)
    local = mesh_of(result, name)["vertices"] if track is None else track[index]
    transform = result.tracks.transforms_at(index)[row(result, name)]
    return local @ transform[:3, :3].T + transform[:3, 3]


def evaluated_vertices(thing, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    scale = bpy.context.scene.unit_settings.scale_length
    return scale * np.array([evaluated.matrix_world @ vertex.co for vertex in evaluated.data.vertices])


def test_a_cube_travels_whole_and_arrives(empty_file):
    add_cube("Box", (1, 2, 3))
    result = read((1, 2))
    bundle = to_bundle(result.greybox, result.tracks.to_arrays())
    greybox, arrays = from_bundle(Greybox, bundle)
    tracks = GreyboxTracks.from_arrays(greybox, arrays, 2)
    assert greybox == result.greybox
    assert tracks.transforms[0, :3, 3].tolist() == [1, 2, 3]
    mesh = mesh_of(result, "Box")
    assert {key: (value.shape, value.dtype.str) for key, value in mesh.items()} == {
        "vertices": ((8, 3), "<f4"),
        "triangles": ((12, 3), "<i4"),
        "face_material": ((12,), "<i4"),
    }
    assert all(content_hash(data) == name for name, data in result.meshes.items())
    corners = mesh["vertices"][mesh["triangles"]].astype(float)
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert np.all((outward * corners.mean(1)).sum(1) > 0)
    assert np.linalg.norm(outward, axis=1).sum() / 2 == pytest.approx(24)


def test_a_rolling_box_has_a_transform_track_only(empty_file):
    rolling, _ = add_cube("Rolling"), add_cube("Standing", (5, 0, 0))
    for frame, turn in ((1, 0.0), (9, math.pi)):
        rolling.rotation_euler.y = turn
        rolling.location.x = turn
        rolling.keyframe_insert("rotation_euler", frame=frame)
        rolling.keyframe_insert("location", frame=frame)
    result = read(range(1, 10))
    assert result.tracks.moving.tolist() == [row(result, "Rolling")]
    assert track_of(result, "Rolling") is None
    assert len(result.meshes) == 1, "two equal cubes are one mesh"
    for index, frame in enumerate(range(1, 10)):
        np.testing.assert_allclose(
            world_vertices(result, "Rolling", index), evaluated_vertices(rolling, frame), atol=1e-6
        )


def add_armature_to(cube):
    """One bone that turns by a right angle over frames 1 to 5 and carries the whole cube."""
    armature = link(bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig")))
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bone = armature.data.edit_bones.new("Bone")
    bone.head, bone.tail = (0, 0, -1), (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    cube.vertex_groups.new(name="Bone").add([1, 3, 5, 7], 1.0, "REPLACE")
    cube.modifiers.new("Rig", "ARMATURE").object = armature
    pose = armature.pose.bones["Bone"]
    pose.rotation_mode = "XYZ"
    for frame, turn in ((1, 0.0), (5, math.pi / 2)):
        pose.rotation_euler.x = turn
        pose.keyframe_insert("rotation_euler", frame=frame)


def add_shape_key_to(cube):
    cube.shape_key_add(name="Basis")
    key = cube.shape_key_add(name="Tall")
    for vertex in key.data:
        vertex.co.z *= 2
    key.value = 0.0
    key.keyframe_insert("value", frame=1)
    key.value = 1.0
    key.keyframe_insert("value", frame=5)


def add_wave_to(cube):
    cube.modifiers.new("Wave", "WAVE")


@pytest.mark.parametrize("deform", [add_armature_to, add_shape_key_to, add_wave_to])
def test_deformation_becomes_a_vertex_track(empty_file, deform):
    empty_file.unit_settings.scale_length = 0.5
    cube = add_cube("Soft", (1, 0, 0))
    deform(cube)
    frames = range(1, 6)
    result = read(frames)
    track = track_of(result, "Soft")
    assert track.shape == (5, 8, 3)
    assert np.array_equal(track[0], mesh_of(result, "Soft")["vertices"])
    assert np.abs(track[4] - track[0]).max() > 0.1
    for index, frame in enumerate(frames):
        np.testing.assert_allclose(world_vertices(result, "Soft", index), evaluated_vertices(cube, frame), atol=1e-6)


def test_a_modifier_that_does_nothing_leaves_a_mesh_rigid(empty_file):
    add_cube("Bevelled").modifiers.new("Bevel", "BEVEL")
    result = read((1, 2, 3))
    assert track_of(result, "Bevelled") is None
    assert len(mesh_of(result, "Bevelled")["vertices"]) == 24


def test_changing_topology_keeps_the_first_shape_and_says_so(empty_file):
    array = add_cube("Growing").modifiers.new("Array", "ARRAY")
    for frame, count in ((1, 1), (5, 3)):
        array.count = count
        array.keyframe_insert("count", frame=frame)
    result = read((1, 5))
    assert len(mesh_of(result, "Growing")["vertices"]) == 8
    assert track_of(result, "Growing") is None
    assert result.warnings == ("'Growing' changes its topology; it keeps the shape it had before.",)


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


def test_what_is_hidden_is_left_out(empty_file):
    add_cube("Seen")
    add_cube("NoRender").hide_render = True
    add_cube("NoViewport").hide_viewport = True
    add_cube("NoCamera").visible_camera = False
    add_cube("EyeClosed").hide_set(True)
    for name, attribute in (("GroupNoRender", "hide_render"), ("GroupNoViewport", "hide_viewport")):
        group = bpy.data.collections.new(name)
        empty_file.collection.children.link(group)
        add_cube(f"In{name}", collection=group)
        setattr(group, attribute, True)
    excluded = bpy.data.collections.new("Excluded")
    empty_file.collection.children.link(excluded)
    add_cube("InExcluded", collection=excluded)
    bpy.context.view_layer.layer_collection.children["Excluded"].exclude = True
    assert [instance.name for instance in read().greybox.instances] == ["Seen"]


def test_appearing_and_leaving_is_visibility(empty_file):
    cube = add_cube("Blinking", (1, 0, 0))
    for frame, hidden in ((1, True), (2, False), (4, True)):
        cube.hide_render = hidden
        cube.keyframe_insert("hide_render", frame=frame)
    result = read((1, 2, 3, 4))
    assert result.tracks.visible.tolist() == [[0, 1, 1, 0]]
    assert result.tracks.moving.size == 0


def test_mirrored_scale_stays_in_the_transform(empty_file):
    mirrored = add_cube("Mirrored")
    mirrored.scale = (-1, 2, 1)
    result = read()
    assert np.linalg.det(result.tracks.transforms[0][:3, :3]) == pytest.approx(-2)


def test_scale_length_reaches_every_transform(empty_file):
    empty_file.unit_settings.scale_length = 0.01
    add_cube("Box", (100, 0, 0))
    np.testing.assert_allclose(read().tracks.transforms[0], Matrix.Translation((1, 0, 0)) @ Matrix.Diagonal(
        (0.01, 0.01, 0.01, 1)
    ), rtol=1e-6)  # fmt: skip


def test_text_curves_and_metaballs_come_once_as_meshes(empty_file):
    text = bpy.data.curves.new("Sign", "FONT")
    text.body = "EXIT"
    tube = bpy.data.curves.new("Tube", "CURVE")
    tube.dimensions, tube.bevel_depth = "3D", 0.1
    tube.splines.new("POLY").points.add(2)
    for point, place in zip(tube.splines[0].points, ((0, 0, 0, 1), (1, 0, 0, 1), (1, 1, 0, 1)), strict=True):
        point.co = place
    blob = bpy.data.metaballs.new("Blob")
    blob.elements.new()
    path = bpy.data.curves.new("Path", "CURVE")
    path.splines.new("POLY").points.add(1)
    for data in (text, tube, blob, path):
        link(bpy.data.objects.new(data.name, data))
    result = read((1, 2))
    assert sorted(instance.name for instance in result.greybox.instances) == ["Blob", "Sign", "Tube"]
    assert not any(instance.vertex_track for instance in result.greybox.instances)
    assert result.warnings == ()


def test_empty_and_flat_objects_are_left_out_by_name(empty_file):
    link(bpy.data.objects.new("Nothing", bpy.data.meshes.new("Nothing")))
    add_cube("Flat").scale.x = 0
    add_cube("Fine")
    result = read((1, 2))
    assert [instance.name for instance in result.greybox.instances] == ["Fine"]
    assert sorted(result.warnings) == [
        "'Flat' has a scale of zero at some frames and is left out there.",
        "'Nothing' has no faces and is left out.",
    ]


def test_an_empty_set_is_a_set(empty_file):
    result = read((1, 2))
    assert result.greybox.instances == ()
    GreyboxTracks.from_arrays(result.greybox, result.tracks.to_arrays(), 2)


def test_nan_names_the_object_and_frame_and_puts_the_playhead_back(empty_file):
    empty_file.frame_set(7)
    cube = add_cube("Broken")
    cube.location.x = math.nan
    with pytest.raises(SceneNotReady, match="'Broken' has a matrix that is not finite at frame 3"):
        read((3, 4))
    assert empty_file.frame_current == 7
    cube.location.x = 0
    cube.data.vertices[0].co.x = math.nan
    cube.data.update_tag()
    with pytest.raises(SceneNotReady, match="'Broken' has a vertex that is not a finite number at frame 3"):
        read((3, 4))


def test_an_object_in_edit_mode(empty_file):
    bpy.context.view_layer.objects.active = add_cube("Open")
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(SceneNotReady, match="'Open' is in edit mode. Leave edit mode"):
        read()


def test_stepwise_reading_can_stop_anywhere(empty_file):
    add_cube("Box")
    empty_file.frame_set(40)
    with GreyboxReader(bpy.context, range(1, 11)) as reader:
        assert reader.step() and reader.step()
        assert (reader.done, reader.total, empty_file.frame_current) == (2, 10, 2)
    assert empty_file.frame_current == 40
    with pytest.raises(ValueError, match="all 10 frames"):
        reader.result()


def test_progress_is_told_after_each_frame(empty_file):
    told = []
    read((1, 2, 3), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_scene_that_goes_away_between_steps(empty_file):
    other = bpy.data.scenes.new("Other")
    with GreyboxReader(other, (1, 2)) as reader:
        reader.step()
        bpy.data.scenes.remove(other)
        with pytest.raises(SceneNotReady, match="'Other' went away"):
            reader.step()


def test_materials_slots_and_colours(empty_file):
    cube = add_cube("Painted")
    painted, plain = bpy.data.materials.new("Painted"), bpy.data.materials.new("Plain")
    plain.diffuse_color = (0.1, 0.2, 0.3, 1)
    if bpy.app.version < (5, 0, 0):
        painted.use_nodes = True
    painted.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.9, 0.1, 0.05, 1)
    if bpy.app.version >= (5, 0, 0):
        plain.node_tree.nodes.clear()
    for material in (painted, None, plain):
        cube.data.materials.append(material)
    cube.data.polygons[0].material_index = 2
    cube.material_slots[1].link = "OBJECT"
    cube.material_slots[1].material = painted
    result = read()
    (instance,) = result.greybox.instances
    assert [material.name for material in instance.materials] == ["Painted", "Painted", "Plain"]
    assert instance.materials[0].base_color == pytest.approx((0.9, 0.1, 0.05))
    assert instance.materials[2].base_color == pytest.approx((0.1, 0.2, 0.3))
    assert np.bincount(mesh_of(result, "Painted")["face_material"]).tolist() == [10, 0, 2]


def test_an_object_without_material_has_blenders_grey(empty_file):
    add_cube("Bare")
    (material,) = read().greybox.instances[0].materials
    assert (material.name, material.base_color) == ("", (0.8, 0.8, 0.8))


def test_no_mesh_in_view(empty_file):
    empty_file.camera = camera = add_camera(location=(0, -8, 0))
    add_cube("Box")
    shot = Shot("Walk", "Camera", 1, 2)
    result = read((1, 2))
    path = read_camera_path(bpy.context, shot, 64, 64)
    assert any_mesh_in_view(path, result)
    require_mesh_in_view(path, result, shot.name)

    camera.rotation_euler.x *= -1  # upright still, but away from the box
    away = read_camera_path(bpy.context, shot, 64, 64)
    assert not any_mesh_in_view(away, result)
    with pytest.raises(SceneNotReady, match="shot 'Walk' sees no mesh in frames 1 to 2"):
        require_mesh_in_view(away, result, shot.name)

    bpy.data.objects["Box"].hide_render = True
    assert not any_mesh_in_view(path, read((1, 2)))


def test_a_camera_inside_a_room_sees_it(empty_file):
    empty_file.camera = add_camera(location=(0, 0, 0))
    add_cube("Room").scale = (10, 10, 10)
    path = read_camera_path(bpy.context, Shot("s", "Camera", 1, 1), 64, 64)
    assert any_mesh_in_view(path, read())
