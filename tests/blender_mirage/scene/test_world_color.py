"""What the world shines from everywhere, against what Cycles shows of a white wall under it."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.eyes import rendered  # noqa: E402
from tests.support.greybox_reads import read  # noqa: E402
from tests.support.swatches import node, white_world  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def hdri(size=32) -> bpy.types.Image:
    """A blue sky over a brown ground, as large floats."""
    image = bpy.data.images.new("Sky", size * 2, size, float_buffer=True, alpha=False)
    pixels = np.ones((size, size * 2, 4), np.float32)
    pixels[size // 2 :, :, :3], pixels[: size // 2, :, :3] = (0.4, 0.8, 2.0), (0.3, 0.2, 0.1)
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    return image


def of_hdri(tree):
    return node(tree, "TexEnvironment", image=hdri()).outputs[0]


def of_a_slope(tree):
    """Darker below, through a ramp over the direction."""
    apart = node(tree, "SeparateXYZ", Vector=node(tree, "TexCoord").outputs["Generated"])
    half = node(tree, "Math", operation="MULTIPLY_ADD", Value=apart.outputs[2], Value_001=0.5, Value_002=0.5)
    ramp = node(tree, "ValToRGB", Fac=half.outputs[0])
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (0.2, 0.1, 0.1, 1), (0.3, 0.6, 0.9, 1)
    return ramp.outputs[0]


def in_a_group(tree):
    inner = bpy.data.node_groups.new("Air", "ShaderNodeTree")
    inner.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    color = inner.nodes.new("ShaderNodeRGB")
    color.outputs[0].default_value = (0.1, 0.5, 0.3, 1)
    inner.links.new(color.outputs[0], inner.nodes.new("NodeGroupOutput").inputs[0])
    placed = tree.nodes.new("ShaderNodeGroup")
    placed.node_tree = inner
    return placed.outputs[0]


@pytest.mark.parametrize("color", [of_hdri, of_a_slope, in_a_group], ids=lambda color: color.__name__)
def test_the_mean_over_all_directions(empty_file, color):
    """The light that a surface gets from above and from below, a half each."""
    white_world(1.5)
    tree = empty_file.world.node_tree
    tree.links.new(color(tree), tree.nodes["Background"].inputs["Color"])
    bpy.ops.mesh.primitive_plane_add(size=40)
    material = bpy.data.materials.new("White")
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    material.node_tree.nodes.clear()
    end = material.node_tree.nodes.new("ShaderNodeOutputMaterial")
    white = node(material.node_tree, "BsdfDiffuse", Color=(1, 1, 1, 1))
    material.node_tree.links.new(white.outputs[0], end.inputs["Surface"])
    bpy.context.object.data.materials.append(material)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    empty_file.collection.objects.link(camera)
    empty_file.camera = camera
    lit = []
    for height, turn in ((1.0, 0.0), (-1.0, np.pi)):
        camera.location, camera.rotation_euler = (0, 0, height), (turn, 0, 0)
        lit.append(rendered(8, 64)[..., :3].mean((0, 1)))
    assert read().greybox.ambient == pytest.approx(np.mean(lit, 0), rel=0.08, abs=0.01)


def test_what_only_the_camera_sees_lights_nothing(empty_file):
    """A backdrop to the camera alone, as it is made with Light Path."""
    white_world()
    tree = empty_file.world.node_tree
    mixed = node(tree, "MixShader", Fac=node(tree, "LightPath").outputs["Is Camera Ray"])
    for socket, color in zip(mixed.inputs[1:], ((0.2, 0.4, 0.6, 1), (1, 0, 0, 1)), strict=True):
        tree.links.new(node(tree, "Background", Color=color).outputs[0], socket)
    tree.links.new(mixed.outputs[0], tree.nodes["World Output"].inputs["Surface"])
    assert read().greybox.ambient == pytest.approx((0.2, 0.4, 0.6), abs=1e-3)
