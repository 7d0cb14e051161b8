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
from blender_mirage.scene.read_greybox import GreyboxReader  # noqa: E402
from blender_mirage.wire.arrays import content_hash  # noqa: E402
from blender_mirage.wire.codec import from_bundle, to_bundle  # noqa: E402
from blender_mirage.wire.greybox import GreyboxTracks  # noqa: E402
from blender_mirage.wire.messages import Greybox  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.greybox_reads import (  # noqa: E402
    evaluated_vertices,
    mesh_of,
    read,
    row,
    track_of,
    world_vertices,
)

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


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


@pytest.mark.parametrize(
    ("mode", "unseen"),
    [("RENDER", {"NoRender", "InGroupNoRender"}), ("VIEWPORT", {"NoViewport", "EyeClosed", "InGroupNoViewport"})],
)
def test_what_is_hidden_is_left_out(empty_file, mode, unseen):
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
    everything = {"Seen", "NoRender", "NoViewport", "EyeClosed", "InGroupNoRender", "InGroupNoViewport"}
    assert {instance.name for instance in read(mode=mode).greybox.instances} == everything - unseen


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


def test_an_empty_set_is_a_set(empty_file):
    result = read((1, 2))
    assert result.greybox.instances == ()
    GreyboxTracks.from_arrays(result.greybox, result.tracks.to_arrays(), 2)


def test_nan_names_the_object_and_frame_and_puts_the_playhead_back(empty_file):
    empty_file.frame_set(7)
    cube = add_cube("Broken")
    cube.location.x = math.nan
    with pytest.raises(SceneNotReady, match="'Broken' has a transform that is not a finite number at frame 3"):
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
    with pytest.raises(SceneNotReady, match="'Open' is in edit mode. Leave Edit Mode"):
        read()


def test_stepwise_reading_can_stop_anywhere(empty_file):
    add_cube("Box")
    empty_file.frame_set(40)
    with GreyboxReader(bpy.context, range(1, 11), "VIEWPORT") as reader:
        assert reader.step() and reader.step()
        assert (reader.done, reader.total, empty_file.frame_current) == (2, 10, 2)
    assert empty_file.frame_current == 40
    with pytest.raises(ValueError, match="all 10 frames"):
        reader.result()


def test_progress_is_told_frame_by_frame_in_the_viewport(empty_file):
    told = []
    read((1, 2, 3), on_progress=lambda done, total: told.append((done, total)), mode="VIEWPORT")
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_scene_that_goes_away_between_steps(empty_file):
    other = bpy.data.scenes.new("Other")
    with GreyboxReader(other, (1, 2), "VIEWPORT") as reader:
        reader.step()
        bpy.data.scenes.remove(other)
        with pytest.raises(SceneNotReady, match="'Other' was deleted"):
            reader.step()


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


def test_colours_that_are_keyed_are_told_of(empty_file):
    """A take has one colour a material: that of the first frame."""
    for name in ("Still", "Turning"):
        material = bpy.data.materials.new(name)
        if bpy.app.version < (5, 0, 0):
            material.use_nodes = True
        add_cube(name, (5, 0, 0)).data.materials.append(material)
    color = material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    for frame, value in ((2, (1, 0, 0, 1)), (5, (0, 1, 0, 1))):
        color.default_value = value
        color.keyframe_insert("default_value", frame=frame)
    result = read((2, 3, 4))
    told = [warning for warning in result.warnings if "over time" in warning]
    assert told == ["The colours of 'Turning' change over time; it keeps those of frame 2."]
    instance = result.greybox.instances[row(result, "Turning")]
    assert instance.materials[0].base_color == pytest.approx((1, 0, 0), abs=1e-3)
