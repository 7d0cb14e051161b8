"""The demo set in the real bpy: what the evaluation figures of the demo take for granted about it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene import demo_set  # noqa: E402  (needs bpy)

pytestmark = pytest.mark.bpy


@pytest.fixture(scope="module")
def scene() -> Iterator[object]:
    yield demo_set.new_demo_file()
    bpy.ops.wm.read_factory_settings(use_empty=True)


def pose(scene, name: str, frame: int) -> np.ndarray:
    scene.frame_set(frame)
    return np.array(bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world)


def test_corner_walk_ends_in_exactly_its_first_pose_after_going_far(scene):
    walk = demo_set.SHOTS[0]
    first, middle, last = (pose(scene, walk.name, f) for f in (walk.start, 25, walk.end))
    assert np.array_equal(first, last)
    assert np.linalg.norm(middle[:3, 3] - first[:3, 3]) > 4.0
    turned = math.degrees(math.acos(np.clip(middle[:3, 2] @ first[:3, 2], -1, 1)))
    assert turned > 60.0


def test_shots_are_marker_bound_cameras_of_the_stated_length(scene):
    markers = sorted(scene.timeline_markers, key=lambda marker: marker.frame)
    assert [(m.name, m.frame, m.camera.name) for m in markers] == [
        ("corner_walk", 1, "corner_walk"),
        ("reverse", 49, "reverse"),
    ]
    assert [shot.end - shot.start + 1 for shot in demo_set.SHOTS] == [48, 32]
    assert (scene.frame_start, scene.frame_end, scene.render.fps) == (1, 80, 24)
    assert (scene.render.resolution_x, scene.render.resolution_y) == (512, 288)
    assert scene["look_frame"] == demo_set.LOOK_FRAME


def test_barrel_rolls_without_slipping(scene):
    first = pose(scene, "Barrel", 1)
    for frame in range(2, 81):
        before, now = pose(scene, "Barrel", frame - 1), pose(scene, "Barrel", frame)
        travel = before[0, 3] - now[0, 3]
        turn = now[:3, :3] @ before[:3, :3].T
        # A turn by -a about +Y has sin(a) at [2,0]; a roll towards -X turns so that the top goes to -X.
        angle = math.atan2(turn[2, 0], turn[0, 0])
        assert travel > 0
        assert angle == pytest.approx(travel / demo_set.BARREL_RADIUS, abs=1e-5)
        assert now[2, 3] == pytest.approx(demo_set.BARREL_RADIUS)
    assert first[0, 3] - now[0, 3] == pytest.approx(demo_set.rolled_distance(80), abs=1e-5)


def sees(scene, camera: str, name: str, frame: int) -> int:
    """How many vertices of object `name` lie in the camera's frame with nothing between."""
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    matrix = pose(scene, camera, frame)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    thing = bpy.data.objects[name].evaluated_get(depsgraph)
    eye = Vector(matrix[:3, 3])
    count = 0
    for vertex in thing.data.vertices:
        point = thing.matrix_world @ vertex.co
        x, y, depth = world_to_camera_view(scene, bpy.data.objects[camera], point)
        if depth <= 0 or not (0 <= x <= 1 and 0 <= y <= 1):
            continue
        toward = point - eye
        hit, place, *_ = scene.ray_cast(depsgraph, eye, toward.normalized(), distance=toward.length - 1e-3)
        count += not hit or (place - point).length < 5e-3
    return count


def test_barrel_is_seen_in_both_shots_but_not_where_the_loop_closes(scene):
    assert sees(scene, "corner_walk", "Barrel", 1) == 0
    assert sees(scene, "corner_walk", "Barrel", 48) == 0
    assert sees(scene, "corner_walk", "Barrel", 25) > 50
    assert sees(scene, "reverse", "Barrel", 80) > 50


def test_cameras_stay_inside_the_corridor(scene):
    for shot in demo_set.SHOTS:
        for frame in range(shot.start, shot.end + 1):
            x, y, z = pose(scene, shot.name, frame)[:3, 3]
            assert 0.2 < z < demo_set.HEIGHT - 0.2
            in_long, in_short = 0.2 < x < 2.8 and 0.2 < y < 6.8, 0.2 < x < 5.8 and 4.2 < y < 6.8
            assert in_long or in_short, (shot.name, frame, x, y)


def test_every_mesh_is_closed_patterned_and_matt(scene):
    import bmesh

    for thing in bpy.data.collections["Set"].objects:
        if thing.type != "MESH":
            continue
        shape = bmesh.new()
        shape.from_mesh(thing.data)
        bmesh.ops.remove_doubles(shape, verts=shape.verts, dist=1e-6)
        assert all(edge.is_manifold for edge in shape.edges), thing.name
        assert shape.calc_volume(signed=True) > 0, f"{thing.name} is wound inside out"
        shape.free()
        (material,) = thing.data.materials
        shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
        assert shader.inputs["Base Color"].is_linked
        assert shader.inputs["Roughness"].default_value == 1.0
        coordinates = [n for n in material.node_tree.nodes if n.type == "TEX_COORD"]
        used = {link.from_socket.name for n in coordinates for out in n.outputs for link in out.links}
        assert used == {"UV"}


def test_building_leaves_the_users_interpolation_preference_alone(scene):
    edit = bpy.context.preferences.edit
    before = edit.keyframe_new_interpolation_type
    other = bpy.data.scenes.new("Another")
    demo_set.build(other)
    # The first scene has objects of the same names; each scene is filmed by its own.
    assert other.camera in list(other.objects) and other.camera is not scene.camera
    assert edit.keyframe_new_interpolation_type == before
    bpy.data.scenes.remove(other)
