"""Pictures with alpha are holes in the shape: their outlines are those of a Cycles render."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import add_cube, link  # noqa: E402
from tests.support.eyes import agreement, seen, solid_in_render  # noqa: E402
from tests.support.greybox_reads import mesh_of, names, read, row, track_of  # noqa: E402
from tests.support.swatches import look_at_square, new_material, node, quad  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SIDE = 96
"""Pixels of the pictures that are compared."""


def disc(u, v):
    return (np.hypot(u - 0.4, v - 0.55) < 0.3) * 1.0


def leaf(u, v):
    """A ragged outline, with a hole."""
    angle, radius = np.arctan2(v - 0.5, u - 0.5), np.hypot(u - 0.5, v - 0.5)
    return ((radius < 0.35 + 0.1 * np.sin(7 * angle)) & (radius > 0.1)) * 1.0


def soft(u, v):
    return np.clip(1.5 - 3 * np.hypot(u - 0.5, v - 0.5), 0, 1)


def everywhere(u, v):
    return np.ones_like(u)


def nowhere(u, v):
    return np.zeros_like(u)


def picture(alpha, size=64, mode="STRAIGHT"):
    image = bpy.data.images.new("Card", size, size, alpha=True)
    at = (np.arange(size) + 0.5) / size
    pixels = np.full((size, size, 4), 0.6, np.float32)
    pixels[..., 3] = alpha(*np.meshgrid(at, at))
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    image.alpha_mode = mode
    return image


def card_of(image, change=lambda tree, texture: texture.outputs["Alpha"], **texture):
    """A material with the picture's alpha, or what `change` makes of it."""

    def build(tree):
        made = node(tree, "TexImage", image=image, **texture)
        return node(tree, "BsdfPrincipled", Base_Color=made.outputs[0], Alpha=change(tree, made)).outputs[0]

    return new_material("Card", build)


def threshold(tree, texture):
    return node(tree, "Math", operation="GREATER_THAN", Value=texture.outputs["Alpha"], Value_001=0.2).outputs[0]


def inverted(tree, texture):
    return node(tree, "Math", operation="SUBTRACT", Value=1.0, Value_001=texture.outputs["Alpha"]).outputs[0]


def ramped(tree, texture):
    ramp = node(tree, "ValToRGB", Fac=texture.outputs["Alpha"])
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.7, 0.75
    return ramp.outputs[0]


def brightness(tree, texture):
    """A picture without alpha, whose white is solid."""
    return texture.outputs["Color"]


def mapped(scale, location=(0, 0, 0), kind="UV", turn=0.0):
    def build(tree, texture):
        place = node(tree, "TexCoord").outputs[kind]
        moved = node(tree, "Mapping", Vector=place, Scale=(scale, scale, 1), Location=location, Rotation=(0, 0, turn))
        tree.links.new(moved.outputs[0], texture.inputs["Vector"])
        return texture.outputs["Alpha"]

    return build


def mask(image):
    """Black and white, no alpha."""
    pixels = np.array(image.pixels[:]).reshape(-1, 4)
    pixels[:, :3], pixels[:, 3] = pixels[:, 3:], 1.0
    image.pixels.foreach_set(pixels.ravel().astype(np.float32))
    image.pack()
    image.colorspace_settings.name = "Non-Color"
    return image


CARDS = {
    "a disc": lambda: card_of(picture(disc)),
    "a leaf": lambda: card_of(picture(leaf, 128)),
    "soft": lambda: card_of(picture(soft, 32)),
    "a threshold": lambda: card_of(picture(soft, 32), threshold),
    "inverted": lambda: card_of(picture(disc), inverted),
    "a ramp": lambda: card_of(picture(soft, 32), ramped),
    "a mask": lambda: card_of(mask(picture(leaf)), brightness),
    "as large pixels": lambda: card_of(picture(disc, 12), interpolation="Closest"),
    "repeated": lambda: card_of(picture(disc, 32), mapped(2.5)),
    "mirrored": lambda: card_of(picture(disc, 32), mapped(2.5), extension="MIRROR"),
    "clipped": lambda: card_of(picture(leaf, 32), mapped(1.6, (-0.3, -0.2, 0)), extension="CLIP"),
    "a solid picture, clipped": lambda: card_of(picture(everywhere), mapped(1.6), extension="CLIP"),
    "extended": lambda: card_of(picture(disc, 32), mapped(0.5, (0.35, 0.4, 0)), extension="EXTEND"),
    "turned": lambda: card_of(picture(leaf, 32), mapped(1.0, (0.5, -0.2, 0), turn=0.6)),
    "generated coordinates": lambda: card_of(picture(disc, 32), mapped(1.0, kind="Generated", turn=0.0)),
    "packed channels": lambda: card_of(picture(disc, mode="CHANNEL_PACKED")),
    "multiplied": lambda: card_of(picture(disc, mode="PREMUL")),
}


@pytest.mark.parametrize("name", CARDS)
def test_cards(empty_file, name):
    card = quad("Card", 0, 0)
    look_at_square(1.0)
    card.data.materials.append(CARDS[name]())
    shown, result = solid_in_render(SIDE, samples=32), read()
    assert agreement(shown, seen(result, SIDE) >= 0) >= 0.995
    assert shown.any() and not shown.all() or name == "generated coordinates"
    assert len(mesh_of(result, "Card")["triangles"]) < 10_000


def test_alpha_that_is_not_to_be_looked_at_makes_no_holes(empty_file):
    card = quad("Card", 0, 0)
    look_at_square(1.0)
    card.data.materials.append(card_of(picture(disc, mode="NONE")))
    assert solid_in_render(16).all() and len(mesh_of(read(), "Card")["triangles"]) == 2


def test_the_uv_map_that_the_nodes_name(empty_file):
    card = quad("Card", 0, 0)
    look_at_square(1.0)
    other = card.data.uv_layers.new(name="Half")
    other.uv.foreach_set("vector", [0, 0, 0.5, 0, 0.5, 1, 0, 1])
    image = picture(disc)

    def of_map(tree, texture):
        tree.links.new(node(tree, "UVMap", uv_map="Half").outputs[0], texture.inputs["Vector"])
        return texture.outputs["Alpha"]

    card.data.materials.append(card_of(image, of_map))
    assert agreement(solid_in_render(SIDE, 8), seen(read(), SIDE) >= 0) >= 0.995
    card.data.materials[0] = card_of(image)
    card.data.uv_layers["Half"].active_render = True
    assert agreement(solid_in_render(SIDE, 8), seen(read(), SIDE) >= 0) >= 0.995


def test_alpha_painted_on_vertices(empty_file):
    card = quad("Card", 0, 0)
    look_at_square(1.0)
    paint = card.data.color_attributes.new("Paint", "FLOAT_COLOR", "POINT")
    for item, alpha in zip(paint.data, (1, 0, 0, 1), strict=True):
        item.color = (1, 1, 1, alpha)

    def build(tree):
        alpha = node(tree, "VertexColor", layer_name="Paint").outputs["Alpha"]
        sharp = node(tree, "Math", operation="GREATER_THAN", Value=alpha, Value_001=0.5)
        return node(tree, "BsdfPrincipled", Alpha=sharp.outputs[0]).outputs[0]

    card.data.materials.append(new_material("Painted", build))
    assert agreement(solid_in_render(SIDE, 8), seen(read(), SIDE) >= 0) >= 0.995
    assert np.ptp(mesh_of(read(), "Card")["vertices"][:, 0]) == pytest.approx(0.5, abs=0.01)


def test_a_card_that_bends_is_cut_once(empty_file):
    card = quad("Card", 0, 0)
    camera = look_at_square(1.0)
    camera.data.lens = 200
    card.data.materials.append(card_of(picture(leaf, 64)))
    card.shape_key_add(name="Basis")
    key = card.shape_key_add(name="Bent")
    key.data[2].co = (1.4, -0.3, 1.3)
    for frame, value in ((1, 0.0), (5, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    result = read((1, 5))
    assert len(result.greybox.instances) == 1 and track_of(result, "Card").shape[0] == 2
    for index, frame in enumerate((1, 5)):
        empty_file.frame_set(frame)
        assert agreement(solid_in_render(SIDE, 8), seen(result, SIDE, index) >= 0) >= 0.995
    alone = read((5,))
    assert mesh_of(alone, "Card")["triangles"].tobytes() == mesh_of(result, "Card")["triangles"].tobytes()


def test_a_thousand_leaves_are_one_mesh_and_placed_ones_are_cut_once(empty_file):
    """Each leaf of a tree shows the same part of the picture; the tree is placed three times."""
    at = np.random.default_rng(0).uniform(0, 10, (1000, 3))
    square = np.array([(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)])
    data = bpy.data.meshes.new("Leaves")
    data.from_pydata((at[:, None] + 0.3 * square).reshape(-1, 3), [], np.arange(4000).reshape(-1, 4).tolist())
    data.uv_layers.new().uv.foreach_set("vector", np.tile(square[:, [0, 2]], (1000, 1)).ravel())
    data.materials.append(card_of(picture(leaf, 128)))
    for name in ("One", "Two", "Three"):
        link(bpy.data.objects.new(name, data))
    result = read()
    assert len(result.meshes) == 1 and len(result.greybox.instances) == 3
    assert 10_000 < len(mesh_of(result, "One")["triangles"]) <= 300_000


def test_only_the_slot_with_a_picture_is_cut(empty_file):
    cube = add_cube("Cube")
    cube.data.uv_layers.new()
    cube.data.materials.append(new_material("Plain", lambda tree: node(tree, "BsdfDiffuse").outputs[0]))
    cube.data.materials.append(card_of(picture(nowhere)))
    cube.data.polygons[0].material_index = 1
    result = read()
    assert names(result) == ["Cube"] and row(result, "Cube") == 0
    assert mesh_of(result, "Cube")["face_material"].tolist() == [0] * 10


def test_a_picture_that_is_solid_all_over_leaves_the_mesh_as_it_was(empty_file):
    """The memory knows an object by its triangles: what has no holes must keep them."""
    card = quad("Card", 0, 0)
    before = mesh_of(read(), "Card")["triangles"]
    card.data.materials.append(card_of(picture(everywhere)))
    assert np.array_equal(mesh_of(read(), "Card")["triangles"], before)
    card.data.materials[0] = card_of(picture(lambda u, v: np.full_like(u, 0.8)))
    assert np.array_equal(mesh_of(read(), "Card")["triangles"], before)
