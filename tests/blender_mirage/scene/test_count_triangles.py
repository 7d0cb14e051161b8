"""What a big set costs is said before it is read."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.preflight import size_finding  # noqa: E402
from blender_mirage.scene.count_triangles import count_triangles  # noqa: E402
from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from blender_mirage.wire.arrays import unpack  # noqa: E402
from tests.support.blender import add_cube, add_empty  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def test_the_count_is_that_of_what_is_read(empty_file):
    add_cube("Still")
    add_cube("Round").modifiers.new("Round", "SUBSURF").render_levels = 3
    add_cube("Row").modifiers.new("Row", "ARRAY").count = 5
    group = bpy.data.collections.new("Props")
    add_cube("Placed", collection=group)
    placing = add_empty("Placing")
    placing.instance_type, placing.instance_collection = "COLLECTION", group
    read = read_greybox(empty_file, (1,))
    triangles = [len(unpack(read.meshes[instance.mesh])[1]["triangles"]) for instance in read.greybox.instances]
    still, bent = count_triangles(empty_file)
    assert still + bent == sum(triangles) and still == 24


def test_only_much_is_told_of():
    assert size_finding(10_000, 10_000, 750) is None
    finding = size_finding(6_700_000, 0, 24)
    assert finding.text.startswith("The set has 6.7 million triangles: reading it at 24 frames takes about ")
    assert finding.text.endswith(" MiB of memory.") and not finding.stops
    assert size_finding(0, 500_000, 750) is not None, "a rig of many frames takes its time too"
