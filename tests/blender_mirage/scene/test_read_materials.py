"""Names and colours of material slots, as they reach the greybox."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import add_cube  # noqa: E402
from tests.support.greybox_reads import mesh_of, read  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


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
