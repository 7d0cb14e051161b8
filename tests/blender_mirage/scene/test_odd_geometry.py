"""Every kind of object and mesh: it is exported, or left out with a warning that names it. Never a traceback."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.wire.arrays import unpack  # noqa: E402
from tests.support.blender import add_cube, add_geometry_nodes, link  # noqa: E402
from tests.support.greybox_reads import read  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def mesh_object(vertices, edges=(), faces=()) -> bpy.types.Object:
    mesh = bpy.data.meshes.new("Odd")
    mesh.from_pydata(vertices, list(edges), list(faces))
    return link(bpy.data.objects.new("Odd", mesh))


def data_object(data) -> bpy.types.Object:
    return link(bpy.data.objects.new("Odd", data))


def text() -> None:
    data_object(bpy.data.curves.new("Odd", "FONT")).data.body = "Über"


def bevelled_curve() -> None:
    curve = bpy.data.curves.new("Odd", "CURVE")
    curve.splines.new("POLY").points.add(2)
    for index, point in enumerate(curve.splines[0].points):
        point.co = (index, index % 2, 0, 1)
    curve.dimensions, curve.bevel_depth = "3D", 0.1
    data_object(curve)


def surface() -> None:
    bpy.ops.surface.primitive_nurbs_surface_sphere_add()
    bpy.context.object.name = "Odd"


def metaball() -> None:
    data = bpy.data.metaballs.new("Odd")
    data.elements.new()
    data_object(data)


def hair() -> None:
    curves = bpy.data.hair_curves.new("Odd")
    if hasattr(curves, "add_curves"):
        curves.add_curves([4, 4])
    data_object(curves)


def point_cloud() -> None:
    data_object(bpy.data.pointclouds.new("Odd"))


def volume() -> None:
    data_object(bpy.data.volumes.new("Odd"))


def hair_made_a_mesh() -> None:
    """A curve without thickness that geometry nodes give a profile."""
    thing = mesh_object([(0, 0, 0), (0, 0, 1)], [(0, 1)])
    group = add_geometry_nodes(thing)
    nodes = group.nodes
    curve, circle, profile = (
        nodes.new(f"GeometryNode{name}") for name in ("MeshToCurve", "CurvePrimitiveCircle", "CurveToMesh")
    )
    circle.inputs["Radius"].default_value = 0.1
    for start, end in (
        (nodes["Group Input"].outputs[0], curve.inputs[0]),
        (curve.outputs[0], profile.inputs[0]),
        (circle.outputs[0], profile.inputs[1]),
        (profile.outputs[0], nodes["Group Output"].inputs[0]),
    ):
        group.links.new(start, end)


def non_manifold() -> None:
    """Three faces on one edge, a face twice, and a vertex that only an edge uses."""
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, -1, 0), (5, 5, 5)]
    mesh_object(corners, [(0, 5)], [(0, 1, 2), (0, 1, 3), (0, 1, 4), (0, 1, 2)])


def concave_polygon() -> None:
    mesh_object([(0, 0, 0), (4, 0, 0), (4, 4, 0), (2, 1, 0), (0, 4, 0)], (), [(0, 1, 2, 3, 4)])


def flat_faces() -> None:
    """Faces without area: all corners on a line, or in a point."""
    mesh_object([(0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0)], (), [(0, 1, 2), (0, 1, 3)])


def mirrored() -> None:
    add_cube("Odd").scale = (-1, 2, 1)


def no_vertex() -> None:
    mesh_object([])


def only_edges() -> None:
    mesh_object([(0, 0, 0), (1, 0, 0)], [(0, 1)])


def no_scale() -> None:
    add_cube("Odd").scale = (1, 0, 1)


def thinnest_scale() -> None:
    add_cube("Odd").scale = (1e-20,) * 3


EXPORTED = (
    text, bevelled_curve, surface, metaball, hair_made_a_mesh, non_manifold, concave_polygon, flat_faces, mirrored,
)  # fmt: skip
LEFT_OUT = (hair, point_cloud, volume, no_vertex, only_edges, no_scale)


@pytest.mark.parametrize("make", EXPORTED)
def test_it_is_exported(make: Callable[[], None]):
    make()
    result = read((1, 2))
    assert [instance.name for instance in result.greybox.instances] == ["Odd"]
    _, arrays = unpack(result.meshes[result.greybox.instances[0].mesh])
    vertices, triangles = arrays["vertices"], arrays["triangles"]
    assert len(triangles) > 0 and triangles.min() >= 0 and triangles.max() < len(vertices)
    assert np.isfinite(vertices).all() and len(arrays["face_material"]) == len(triangles)


@pytest.mark.parametrize("make", LEFT_OUT)
def test_it_is_left_out_by_name(make: Callable[[], None]):
    make()
    add_cube("Cube")
    result = read((1, 2))
    assert [instance.name for instance in result.greybox.instances] == ["Cube"]
    assert len(result.warnings) == 1 and "'Odd'" in result.warnings[0] and "left out" in result.warnings[0]


def test_what_is_too_thin_to_see_does_no_harm():
    thinnest_scale()
    result = read((1,))
    assert len(result.greybox.instances) + len(result.warnings) == 1


def test_a_polygon_keeps_its_area_when_it_is_cut_into_triangles():
    concave_polygon()
    result = read((1,))
    _, arrays = unpack(result.meshes[result.greybox.instances[0].mesh])
    a, b, c = (arrays["vertices"][arrays["triangles"][:, corner]] for corner in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    assert len(areas) == 3 and areas.sum() == pytest.approx(10.0)


def test_five_thousand_instances_are_one_mesh_with_as_many_anchors():
    crate = add_cube("Crate")
    side = 71
    points = [(x, y, 0.0) for x in range(side) for y in range(side)][:5000]
    ground = mesh_object(points)
    ground.name = "Ground"
    ground.instance_type = "VERTS"
    crate.parent = ground
    result = read((1,))
    assert len(result.greybox.instances) == 5000
    assert len({instance.anchor for instance in result.greybox.instances}) == 5000
    assert len(result.meshes) == 1 and not [text for text in result.warnings if "Crate" in text]
