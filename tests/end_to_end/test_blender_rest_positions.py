"""A material point of a mesh that bends keeps its rest position, on every frame and in every shot: real Blender, the
world's own table of anchors, and the ray caster."""

from __future__ import annotations

import math

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.wire.greybox import GreyboxTracks  # noqa: E402
from inference_backend.generation.greybox_frames import GreyboxFrames  # noqa: E402
from inference_backend.greybox.gbuffer import pixel_gbuffer  # noqa: E402
from inference_backend.worlds.catalog import WorldCatalog  # noqa: E402
from inference_backend.worlds.mesh_store import MeshStore  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_cube, link  # noqa: E402
from tests.support.greybox import look_at, pinhole  # noqa: E402
from tests.support.greybox_reads import read  # noqa: E402

pytestmark = pytest.mark.bpy

FRAMES = range(1, 6)
SIZE = 33  # odd, so that the middle pixel's centre is the picture's


@pytest.fixture
def cube():
    with enabled_addon():
        thing = add_cube("Soft", (1, 2, 3))
        thing.scale = (1.0, 1.5, 0.5)
        thing.rotation_euler.z = 0.4
        yield thing


def key_values(owner, attribute: str, first: float, last: float, index: int = -1) -> None:
    for frame, value in ((FRAMES[0], first), (FRAMES[-1], last)):
        if index < 0:
            setattr(owner, attribute, value)
        else:
            getattr(owner, attribute)[index] = value
        owner.keyframe_insert(attribute, frame=frame, index=index)


def by_shape_key(cube) -> None:
    cube.shape_key_add(name="Basis")
    key = cube.shape_key_add(name="Lean")
    for vertex in key.data:
        vertex.co.x += 0.6 * vertex.co.z
    key_values(key, "value", 0.0, 1.0)


def by_lattice(cube) -> None:
    cage = link(bpy.data.objects.new("Cage", bpy.data.lattices.new("Cage")))
    cage.location, cage.scale = cube.location, (4, 4, 4)
    cube.modifiers.new("Cage", "LATTICE").object = cage
    key_values(cage.data.points[-1], "co_deform", 0.5, 0.8, index=0)


def by_armature(cube) -> None:
    rig = link(bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig")))
    rig.location = cube.location
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("Bone")
    bone.head, bone.tail = (0, 0, -1), (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    cube.vertex_groups.new(name="Bone").add([1, 3, 5, 7], 1.0, "REPLACE")
    cube.modifiers.new("Rig", "ARMATURE").object = rig
    pose = rig.pose.bones["Bone"]
    pose.rotation_mode = "XYZ"
    key_values(pose, "rotation_euler", 0.0, math.radians(15), index=0)


def in_finer_pieces(cube) -> None:
    by_armature(cube)
    finer = cube.modifiers.new("Finer", "SUBSURF")
    finer.subdivision_type, finer.render_levels = "SIMPLE", finer.levels  # what is read is what renders


def point_and_normal(cube, frame: int, triangle: int) -> tuple[np.ndarray, np.ndarray]:
    """World place of a triangle's middle, and its outward normal, as Blender evaluates them."""
    bpy.context.scene.frame_set(frame)
    mesh = cube.evaluated_get(bpy.context.evaluated_depsgraph_get())
    corners = np.array([mesh.matrix_world @ mesh.data.vertices[index].co for index in triangle])
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    return corners.mean(0), normal / np.linalg.norm(normal)


@pytest.mark.parametrize("bend", [by_shape_key, by_lattice, by_armature, in_finer_pieces])
def test_one_material_point_has_one_rest_position(cube, tmp_path, bend):
    bend(cube)
    catalog, meshes = WorldCatalog(tmp_path), MeshStore(tmp_path)
    world_id = catalog.create("set").world_id
    seen, moved = {}, 0.0
    for shot in (FRAMES, FRAMES[3:], FRAMES[2:3], (4, 4)):  # poses to begin with; one frame; one that is held
        told = read(shot)
        for name, data in told.meshes.items():
            meshes.put(name, data)
        tracks = GreyboxTracks.from_arrays(told.greybox, told.tracks.to_arrays(), len(shot))
        triangles = meshes.get(told.greybox.instances[0].mesh)["triangles"][::3]
        with catalog.open(world_id) as world:
            frames = GreyboxFrames(told.greybox, tracks, meshes, world)
        for index, frame in enumerate(shot):
            for number, triangle in enumerate(triangles.tolist()):
                point, normal = point_and_normal(cube, frame, triangle)
                eye = point + 0.03 * normal + (0.002, 0.003, 0.001)
                buffer = pixel_gbuffer(frames.caster(index), look_at(eye, point), pinhole(SIZE, SIZE), SIZE, SIZE)
                middle = (SIZE // 2, SIZE // 2)
                anchor, rest = int(buffer.anchor[middle]), buffer.rest_position[middle]
                known = seen.setdefault(number, (anchor, rest, point))
                assert anchor == known[0] >= 1
                np.testing.assert_allclose(rest, known[1], atol=2e-4)
                moved = max(moved, float(np.linalg.norm(point - known[2])))
    assert len(seen) >= 4 and moved > 0.2, "the points do move in the world"
