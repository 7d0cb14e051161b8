"""Meshes that are another mesh from frame to frame: every frame has its own shape, and all of them one anchor."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.live_scene import LiveScene  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_geometry_nodes, link  # noqa: E402
from tests.support.eyes import agreement, seen, solid_in_render  # noqa: E402
from tests.support.greybox_reads import mesh_of, read, track_of  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

FRAMES = (1, 3, 5)


def keyed(owner, path, first, last):
    for frame, value in ((1, first), (5, last)):
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)


def metaballs():
    """Two of a family: Blender makes one mesh of them."""
    for name, x in (("Ball", 0.0), ("Ball.001", 2.5)):
        data = bpy.data.metaballs.new(name)
        data.render_resolution = data.resolution = 0.15
        data.elements.new().radius = 1.2
        ball = link(bpy.data.objects.new(name, data))
        ball.location.x = x
    keyed(ball, "location", (2.5, 0, 0), (0.5, 0, 0))


def growing_array():
    keyed(add_cube("Grows").modifiers.new("Array", "ARRAY"), "count", 1, 3)


def being_built():
    cube = add_cube("Built")
    cube.modifiers.new("Fine", "SUBSURF").subdivision_type = "SIMPLE"
    build = cube.modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = 0, 8


def swept_by_a_boolean():
    cube, cutter = add_cube("Cut"), add_cube("Cutter")
    cutter.display_type = "WIRE"
    cutter.hide_render = True
    keyed(cutter, "location", (1.5, 0, 0.7), (-1.5, 0, 0.7))
    boolean = cube.modifiers.new("Boolean", "BOOLEAN")
    boolean.object, boolean.solver = cutter, "EXACT"


def drawn_curve():
    curve = bpy.data.curves.new("Pipe", "CURVE")
    curve.dimensions, curve.bevel_depth = "3D", 0.3
    spline = curve.splines.new("POLY")
    spline.points.add(6)
    for number, point in enumerate(spline.points):
        point.co = (number - 3, 0, (number % 2), 1)
    keyed(curve, "bevel_factor_end", 0.2, 0.9)
    link(bpy.data.objects.new("Pipe", curve))


def masked_and_bent():
    cube = add_cube("Masked")
    cube.shape_key_add(name="Basis")
    key = cube.shape_key_add(name="Wide")
    for point in key.data:
        point.co = (point.co[0] * 2, point.co[1], point.co[2])
    keyed(key, "value", 0.0, 1.0)
    kept, front = cube.vertex_groups.new(name="Kept"), [0, 1, 4, 5]
    for weight, vertices in ((1.0, front), (0.5, [2, 3, 6, 7])):
        kept.add(vertices, weight, "REPLACE")
    mask = cube.modifiers.new("Mask", "MASK")
    mask.vertex_group = "Kept"
    keyed(mask, "threshold", 0.0, 0.9)


def of_geometry_nodes():
    cube = add_cube("Nodes")
    group = add_geometry_nodes(cube)
    made, time = group.nodes.new("GeometryNodeMeshUVSphere"), group.nodes.new("GeometryNodeInputSceneTime")
    more = group.nodes.new("ShaderNodeMath")
    more.operation, more.inputs[1].default_value = "MULTIPLY", 3
    group.links.new(time.outputs["Frame"], more.inputs[0])
    group.links.new(more.outputs[0], made.inputs["Segments"])
    group.links.new(made.outputs[0], next(node for node in group.nodes if node.type == "GROUP_OUTPUT").inputs[0])


KINDS = [
    metaballs,
    growing_array,
    being_built,
    swept_by_a_boolean,
    drawn_curve,
    masked_and_bent,
    of_geometry_nodes,
]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_every_frame_has_the_shape_that_a_render_shows(empty_file, make):
    make()
    empty_file.camera = add_camera(location=(0, -12, 0))
    result = read(FRAMES)
    assert result.warnings == ()
    assert len({instance.anchor for instance in result.greybox.instances}) == 1
    assert {instance.anchored_by for instance in result.greybox.instances} == {"place"}
    assert result.tracks.visible.sum(0).tolist() == [1, 1, 1], "one at a time"
    shown = []
    for index, frame in enumerate(FRAMES):
        empty_file.frame_set(frame)
        shown.append(solid_in_render(32, samples=8))
        assert agreement(shown[-1], seen(result, 32, index) >= 0) >= 0.995
    assert shown[0].any() and (shown[0] != shown[2]).any()


@pytest.mark.parametrize("make", [metaballs, growing_array, swept_by_a_boolean], ids=lambda make: make.__name__)
def test_one_frame_alone_and_the_live_set_have_the_same_anchor(empty_file, make):
    make()
    whole, alone = read(FRAMES).greybox.instances, read((3,)).greybox.instances
    live = LiveScene()
    live.read_on(empty_file, bpy.context.view_layer, 10.0)
    (track,) = live.current.instances
    for instance in (*whole, *alone, track):
        assert (instance.anchor, instance.anchored_by) == (whole[0].anchor, "place")


def test_frames_of_one_topology_are_one_instance_also_where_others_lie_between(empty_file):
    """A shape that comes again is sent once; one that only moves meanwhile has a track."""
    array = add_cube("Blinks").modifiers.new("Array", "ARRAY")
    for frame, count in ((1, 1), (2, 2), (3, 1), (4, 2)):
        array.count = count
        array.keyframe_insert("count", frame=frame)
    result = read((1, 2, 3, 4))
    assert result.tracks.visible.tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]
    assert len(result.meshes) == 2 and track_of(result, "Blinks") is None
    assert len(result.tracks.moving) == 0


def test_what_appears_with_no_face_yet_is_not_told_of(empty_file):
    build = add_cube("Built").modifiers.new("Build", "BUILD")
    build.frame_start, build.frame_duration = 3, 4
    result = read((1, 4, 9))
    assert result.warnings == () and result.tracks.visible.sum(0).tolist() == [0, 1, 1]
    empty = read((1,))
    assert empty.warnings == ("'Built' has no faces and is left out.",)


def test_a_mesh_that_only_bends_keeps_its_anchor_on_its_shape(empty_file):
    cube = add_cube("Soft")
    cube.modifiers.new("Wave", "WAVE")
    cube.modifiers.new("Array", "ARRAY").count = 2
    (instance,) = read((1, 5, 9)).greybox.instances
    assert instance.anchored_by == "shape" and instance.vertex_track
    assert np.array_equal(mesh_of(read((1, 5, 9)), "Soft")["triangles"], mesh_of(read((9,)), "Soft")["triangles"])
