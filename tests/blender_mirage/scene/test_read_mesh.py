"""Meshes as the depsgraph shows them: what bends, what changes its topology, what is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import CUBE, add_cube, link  # noqa: E402
from tests.support.greybox_reads import evaluated_vertices, mesh_of, read, row, track_of, world_vertices  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


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


def add_lattice_to(cube):
    lattice = link(bpy.data.objects.new("Cage", bpy.data.lattices.new("Cage")))
    lattice.scale = (4, 4, 4)
    cube.modifiers.new("Cage", "LATTICE").object = lattice
    corner = lattice.data.points[-1]
    for frame, along in ((1, 0.5), (5, 1.0)):
        corner.co_deform.x = along
        corner.keyframe_insert("co_deform", frame=frame)


DEFORMERS = [add_armature_to, add_shape_key_to, add_wave_to, add_lattice_to]


@pytest.mark.parametrize("deform", DEFORMERS)
def test_deformation_becomes_a_vertex_track(empty_file, deform):
    empty_file.unit_settings.scale_length = 0.5
    cube = add_cube("Soft", (1, 0, 0))
    deform(cube)
    frames = range(1, 6)
    result = read(frames)
    track = track_of(result, "Soft")
    assert track.shape == (5, 8, 3)
    assert np.array_equal(mesh_of(result, "Soft")["vertices"], np.array(CUBE, np.float32)), "the shape without the pose"
    assert np.abs(track[4] - track[0]).max() > 0.1
    for index, frame in enumerate(frames):
        np.testing.assert_allclose(world_vertices(result, "Soft", index), evaluated_vertices(cube, frame), atol=1e-6)


@pytest.mark.parametrize("deform", DEFORMERS)
@pytest.mark.parametrize("modifier", [None, "SUBSURF", "TRIANGULATE"])
def test_shots_that_begin_in_other_poses_tell_of_one_topology(empty_file, deform, modifier):
    cube = add_cube("Soft")
    deform(cube)
    if modifier:
        cube.modifiers.new("Made", modifier)
    shots = [read(frames) for frames in ((1, 2), (3, 4, 5), (5,), (4, 4))]
    meshes = [mesh_of(shot, "Soft") for shot in shots]
    assert len({shot.greybox.instances[row(shot, "Soft")].anchor for shot in shots}) == 1
    for mesh in meshes[1:]:
        assert np.array_equal(mesh["triangles"], meshes[0]["triangles"])
    if modifier is None:
        held = meshes.pop()
        assert len({mesh["vertices"].tobytes() for mesh in meshes}) == 1, "the shape that was modelled, sent once"
        assert track_of(shots[3], "Soft") is None and not np.array_equal(held["vertices"], meshes[0]["vertices"])


def test_a_quad_that_folds_is_split_alike_in_every_pose(empty_file):
    """Blender itself splits it along the other diagonal once its corner is pushed past the middle."""
    mesh = bpy.data.meshes.new("Flag")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    flag = link(bpy.data.objects.new("Flag", mesh))
    flag.shape_key_add(name="Basis")
    key = flag.shape_key_add(name="Folded")
    key.data[1].co = (0.2, 0.6, 0)
    for frame, value in ((1, 0.0), (2, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    flat, folded = read((1,)), read((2,))
    assert np.array_equal(mesh_of(flat, "Flag")["triangles"], mesh_of(folded, "Flag")["triangles"])
    flag.modifiers.new("Made", "SUBSURF").subdivision_type = "SIMPLE"
    flat, folded = read((1,)), read((2,))
    assert np.array_equal(mesh_of(flat, "Flag")["triangles"], mesh_of(folded, "Flag")["triangles"])
    bpy.context.scene.frame_set(2)
    evaluated = flag.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    evaluated.calc_loop_triangles()
    blenders = [tuple(triangle.vertices) for triangle in evaluated.loop_triangles]
    assert blenders != [tuple(triangle) for triangle in mesh_of(folded, "Flag")["triangles"].tolist()]


def test_two_in_different_poses_have_one_shape(empty_file):
    """So that the memory knows them for copies of each other."""
    for name, value in (("Calm", 0.0), ("Stretched", 1.0)):
        thing = add_cube(name)
        add_shape_key_to(thing)
        thing.data.shape_keys.animation_data_clear()
        thing.data.shape_keys.key_blocks["Tall"].value = value
    result = read((1,))
    assert len({instance.mesh for instance in result.greybox.instances}) == 1
    assert track_of(result, "Calm") is None
    assert np.abs(track_of(result, "Stretched")[0]).max() == 2


def test_an_array_that_grows_between_two_shots_is_another_mesh_of_the_same_anchor(empty_file):
    array = add_cube("Row").modifiers.new("Array", "ARRAY")
    array.count = 2
    before = read()
    array.count = 3
    after = read()
    assert [len(mesh_of(result, "Row")["vertices"]) for result in (before, after)] == [16, 24]
    assert before.greybox.instances[0].anchor == after.greybox.instances[0].anchor


def test_a_modifier_that_does_nothing_leaves_a_mesh_rigid(empty_file):
    add_cube("Bevelled").modifiers.new("Bevel", "BEVEL")
    result = read((1, 2, 3))
    assert track_of(result, "Bevelled") is None
    assert len(mesh_of(result, "Bevelled")["vertices"]) == 24


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
        "'Flat' has a scale of zero in some frames and is left out of them.",
        "'Nothing' has no faces and is left out.",
    ]
