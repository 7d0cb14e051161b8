"""The colour of a material, against Cycles: squares under a white sky show what they are made of."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.support.blender import add_cube  # noqa: E402
from tests.support.greybox_reads import mesh_of, read  # noqa: E402
from tests.support.swatches import new_material, node, quad, shines, shown_and_read, white_world  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

RED, BLUE = (0.7, 0.1, 0.05, 1), (0.05, 0.2, 0.6, 1)
GLOSS = 0.07
"""What a varnish reflects of a white sky, beside the colour that lies under it; and noise."""


def picture(name="Picture", size=16, draw=None, file=None) -> bpy.types.Image:
    """`draw(u, v)` [size,size] each gives [size,size,4], the colours as a file holds them."""
    image = bpy.data.images.new(name, size, size, alpha=True)
    at = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(at, at)
    pixels = np.zeros((size, size, 4), np.float32)
    pixels[:] = draw(u, v) if draw else RED
    image.pixels.foreach_set(pixels.ravel())
    if file is None:
        image.pack()
    else:
        image.filepath_raw, image.file_format = str(file), "PNG"
        image.save()
        image.source = "FILE"
    return image


def halves(u, v):
    return np.where((u < 0.5)[..., None], RED, BLUE)


def clear_half(u, v):
    return np.where((u < 0.5)[..., None], RED, (*BLUE[:3], 0.0))


def shader(kind, **inputs):
    return lambda tree: node(tree, kind, **inputs).outputs[0]


def textured(image, output=0, **inputs):
    def build(tree):
        return node(tree, "BsdfDiffuse", Color=node(tree, "TexImage", image=image, **inputs).outputs[0]).outputs[0]

    return build


def between(kind, factor, first, second):
    def build(tree):
        made = tree.nodes.new(f"ShaderNode{kind}")
        sockets = made.inputs[1:] if kind == "MixShader" else made.inputs
        if kind == "MixShader":
            made.inputs[0].default_value = factor
        for socket, part in zip(sockets, (first, second), strict=True):
            tree.links.new(part(tree), socket)
        return made.outputs[0]

    return build


def far_apart(builds, tolerance=GLOSS) -> dict[str, list[list[float]]]:
    white_world()
    found = shown_and_read(builds, samples=48)
    return {
        name: [shown.round(3).tolist(), seen.round(3).tolist()]
        for name, (shown, seen) in found.items()
        if not np.abs(shown - seen).max() < tolerance
    }


def test_shaders(empty_file):
    kinds = ("BsdfDiffuse", "BsdfAnisotropic", "SubsurfaceScattering", "BsdfTranslucent", "Emission")
    builds = {kind: shader(kind, Color=RED) for kind in kinds}
    builds["Principled"] = shader("BsdfPrincipled", Base_Color=RED)
    builds["metal"] = shader("BsdfPrincipled", Base_Color=RED, Metallic=1.0)
    builds["half in shadow"] = shader("Emission", Color=RED, Strength=0.5)
    builds["mixed"] = between("MixShader", 0.25, builds["BsdfDiffuse"], shader("BsdfAnisotropic", Color=BLUE))
    builds["added"] = between("AddShader", 0, builds["BsdfDiffuse"], shader("Emission", Color=(0.1, 0.2, 0.3, 1)))
    builds["unlike for light"] = lambda tree: by_light_path(tree)
    assert far_apart(builds) == {}


def by_light_path(tree):
    """Red to the camera, blue to all else."""
    mixed = node(tree, "MixShader", Fac=node(tree, "LightPath").outputs["Is Camera Ray"])
    for socket, color in zip(mixed.inputs[1:], (BLUE, RED), strict=True):
        tree.links.new(shader("BsdfDiffuse", Color=color)(tree), socket)
    return mixed.outputs[0]


def test_textures(empty_file, tmp_path):
    def checks(tree):
        return node(tree, "BsdfDiffuse", Color=node(tree, "TexChecker", Color1=RED, Color2=BLUE, Scale=8.0).outputs[0])

    def mapped(tree):
        """The left half of the picture alone."""
        place = node(tree, "Mapping", Vector=node(tree, "UVMap").outputs[0], Scale=(0.5, 1, 1))
        return textured(picture(draw=halves), Vector=place.outputs[0])(tree)

    def turned(tree):
        turn = (0, 0, np.pi / 2)
        place = node(tree, "Mapping", Vector=node(tree, "TexCoord").outputs["UV"], Rotation=turn, Location=(0.4, 0, 0))
        return textured(picture(draw=halves), Vector=place.outputs[0], extension="EXTEND")(tree)

    def ramped(tree):
        """A ramp over what a picture shows: the mean of the ramp, not the ramp of the mean."""
        ramp = node(tree, "ValToRGB", Fac=node(tree, "TexImage", image=picture(draw=halves)).outputs[0])
        ramp.color_ramp.interpolation = "CONSTANT"
        ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = RED, BLUE
        ramp.color_ramp.elements[1].position = 0.1
        return shines(tree, ramp.outputs[0])

    numbers = picture("Numbers", draw=halves)
    numbers.colorspace_settings.name = "Non-Color"
    builds = {
        "packed": textured(picture(draw=halves)),
        "of a file": textured(picture(draw=halves, file=tmp_path / "halves.png")),
        "numbers": textured(numbers),
        "clear parts are black where alpha is not asked": textured(picture(draw=clear_half)),
        "checks": lambda tree: checks(tree).outputs[0],
        "a part by its mapping": mapped,
        "turned": turned,
        "ramped": ramped,
    }
    assert far_apart(builds, 0.04) == {}


def test_large_picture_is_read_small_and_shows_the_same(empty_file, tmp_path):
    image = picture(size=1200, draw=halves, file=tmp_path / "large.png")
    assert far_apart({"large": textured(image)}, 0.04) == {}
    assert set(bpy.data.images.keys()) == {image.name, "Render Result"}


def test_a_palette_gives_each_mesh_the_color_that_its_faces_lie_on(empty_file):
    material = new_material("Palette", textured(picture(draw=halves)))
    for name, u in (("Left", 0.25), ("Right", 0.75)):
        square = quad(name, 0, 0)
        square.data.materials.append(material)
        square.data.uv_layers[0].uv.foreach_set("vector", [u, 0.5] * 4)
    color = {instance.name: instance.materials[0].base_color for instance in read().greybox.instances}
    assert color["Left"][0] > 5 * color["Left"][2] and color["Right"][2] > 5 * color["Right"][0]


@pytest.mark.parametrize("kind", ["VertexColor", "Attribute"])
@pytest.mark.parametrize("domain", ["POINT", "CORNER"])
def test_color_attributes_of_the_faces_of_a_material(empty_file, kind, domain):
    cube = add_cube("Cube")
    painted = cube.data.color_attributes.new("Paint", "FLOAT_COLOR", domain)
    for number, item in enumerate(painted.data):
        item.color = RED if number < len(painted.data) / 2 else BLUE
    name = {"layer_name": "Paint"} if kind == "VertexColor" else {"attribute_name": "Paint"}
    cube.data.materials.append(new_material("Painted", lambda tree: shines(tree, node(tree, kind, **name).outputs[0])))
    (instance,) = read().greybox.instances
    assert instance.materials[0].base_color == pytest.approx(np.mean([RED[:3], BLUE[:3]], 0), abs=0.06)


def test_what_no_node_tells_has_its_viewport_display_color(empty_file):
    for name, build in (("Script", shader("Script")), ("Missing", textured(bpy.data.images.new("Gone", 8, 8)))):
        square = quad(name, 0, 0)
        square.data.materials.append(new_material(name, build) if name == "Missing" else lost(name))
        square.data.materials[0].diffuse_color = (0.1, 0.2, 0.3, 1)
    gone = bpy.data.images["Gone"]
    gone.source, gone.filepath = "FILE", "//nowhere.png"
    found = read()
    for instance in found.greybox.instances:
        assert instance.materials[0].base_color == pytest.approx((0.1, 0.2, 0.3))
    assert found.warnings == ("The image 'Gone' is missing: surfaces with it have their viewport display color.",)


def lost(name):
    """A material whose tree has no output."""
    material = new_material(name, shader("BsdfDiffuse"))
    material.node_tree.nodes.clear()
    return material


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
