"""What a render's camera sees through is no wall of the greybox. The judge is the alpha of a Cycles render."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.live_scene import LiveScene  # noqa: E402
from blender_mirage.scene.preflight import quick_findings  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402
from tests.support.eyes import agreement, seen, solid_in_render  # noqa: E402
from tests.support.greybox_reads import names, read  # noqa: E402
from tests.support.swatches import new_material, node, quad  # noqa: E402

pytestmark = pytest.mark.bpy

OPEN, SOLID = True, False
DIFFUSE, CLEAR = ("BsdfDiffuse", {}), ("BsdfTransparent", {})
GLASS = ("BsdfGlass", {})


def one(kind, **inputs):
    return lambda tree: node(tree, kind, **inputs).outputs[0]


def mixed(factor, first, second):
    def build(tree):
        made = tree.nodes.new("ShaderNodeMixShader")
        if isinstance(factor, float):
            made.inputs[0].default_value = factor
        else:
            tree.links.new(factor(tree), made.inputs[0])
        for socket, (kind, inputs) in zip(made.inputs[1:], (first, second), strict=True):
            tree.links.new(node(tree, kind, **inputs).outputs[0], socket)
        return made.outputs[0]

    return build


def added(first, second):
    def build(tree):
        made = tree.nodes.new("ShaderNodeAddShader")
        for socket, (kind, inputs) in zip(made.inputs, (first, second), strict=True):
            tree.links.new(node(tree, kind, **inputs).outputs[0], socket)
        return made.outputs[0]

    return build


def in_a_group(kind, **inputs):
    def build(tree):
        inner = bpy.data.node_groups.new("Shader", "ShaderNodeTree")
        inner.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
        inner.links.new(node(inner, kind, **inputs).outputs[0], inner.nodes.new("NodeGroupOutput").inputs[0])
        placed = tree.nodes.new("ShaderNodeGroup")
        placed.node_tree = inner
        bend = tree.nodes.new("NodeReroute")
        tree.links.new(placed.outputs[0], bend.inputs[0])
        return bend.outputs[0]

    return build


def path(output):
    return lambda tree: node(tree, "LightPath").outputs[output]


MATERIALS = {
    "alpha 0": (one("BsdfPrincipled", Alpha=0.0), OPEN),
    "alpha nearly 0": (one("BsdfPrincipled", Alpha=0.2), OPEN),
    "alpha nearly 1": (one("BsdfPrincipled", Alpha=0.8), SOLID),
    "transparent": (one(CLEAR[0]), OPEN),
    "dark transparent": (one("BsdfTransparent", Color=(0.1, 0.1, 0.1, 1)), SOLID),
    "mostly transparent": (mixed(0.7, DIFFUSE, CLEAR), OPEN),
    "hardly transparent": (mixed(0.3, DIFFUSE, CLEAR), SOLID),
    "a glow": (added(CLEAR, ("Emission", {})), OPEN),
    "transparent in a group": (in_a_group(CLEAR[0]), OPEN),
    "transparent to the camera": (mixed(path("Is Camera Ray"), DIFFUSE, CLEAR), OPEN),
    "transparent to shadows": (mixed(path("Is Shadow Ray"), DIFFUSE, CLEAR), SOLID),
    "holdout": (one("Holdout"), OPEN),
    "principled glass": (one("BsdfPrincipled", Transmission_Weight=1.0, Roughness=0.0), OPEN),
    "frosted glass": (one("BsdfPrincipled", Transmission_Weight=1.0, Roughness=1.0), SOLID),
    "metal stays metal": (one("BsdfPrincipled", Transmission_Weight=1.0, Metallic=1.0), SOLID),
    "glass": (one(GLASS[0]), OPEN),
    "refraction": (one("BsdfRefraction"), OPEN),
    "architects' glass": (mixed(path("Is Shadow Ray"), GLASS, CLEAR), OPEN),
    "translucent": (one("BsdfTranslucent"), SOLID),
    "thick paint": (one("BsdfPrincipled", Subsurface_Weight=1.0), SOLID),
}


def before_the_camera(thing):
    bpy.context.scene.camera = add_camera(location=(0, -8, 0))
    return thing


@pytest.mark.parametrize("name", MATERIALS)
def test_materials(empty_file, name):
    build, through = MATERIALS[name]
    pane = before_the_camera(quad("Pane", -1, -1, 2))
    pane.data.materials.append(new_material("Made", build))
    assert names(read()) == ([] if through else ["Pane"])
    assert agreement(solid_in_render(8, samples=64), seen(read(), 8) >= 0) == 1.0


def test_a_volume_without_surface_is_no_wall_and_is_told_of(empty_file):
    material = new_material("Fog", one("BsdfDiffuse"))
    tree = material.node_tree
    output = tree.nodes["Material Output"]
    tree.links.remove(output.inputs["Surface"].links[0])
    tree.links.new(node(tree, "VolumePrincipled", Density=0.01).outputs[0], output.inputs["Volume"])
    before_the_camera(add_cube("Mist")).data.materials.append(material)
    assert names(read()) == [] and not solid_in_render(16).any()
    assert read().warnings == ("'Mist' is a volume without a surface and is left out.",)


def test_the_box_of_smoke_is_no_wall(empty_file):
    """Renderers give it a volume where it has no material. (Not rendered here: that would start the simulation.)"""
    smoke = add_cube("Smoke").modifiers.new("Fluid", "FLUID")
    smoke.fluid_type = "DOMAIN"
    smoke.domain_settings.domain_type = "GAS"
    smoke.show_viewport = smoke.show_render = False
    assert names(read()) == []
    smoke.domain_settings.domain_type = "LIQUID"
    assert names(read()) == ["Smoke"]


def in_collection(thing):
    collection = bpy.data.collections.new("Apart")
    scene = bpy.context.scene
    scene.collection.children.link(collection)
    scene.collection.objects.unlink(thing)
    collection.objects.link(thing)
    return scene.view_layers[0].layer_collection.children["Apart"]


OBJECTS = {
    "holdout": lambda thing: setattr(thing, "is_holdout", True),
    "shadow catcher": lambda thing: setattr(thing, "is_shadow_catcher", True),
    "not to the camera": lambda thing: setattr(thing, "visible_camera", False),
    "holdout collection": lambda thing: setattr(in_collection(thing), "holdout", True),
    "indirect only": lambda thing: setattr(in_collection(thing), "indirect_only", True),
    "not to shadows": lambda thing: setattr(thing, "visible_shadow", False),
}


@pytest.mark.parametrize("how", OBJECTS)
@pytest.mark.parametrize("instanced", [False, True])
def test_objects(empty_file, how, instanced):
    box = before_the_camera(add_cube("Box"))
    if instanced:
        library = bpy.data.collections.new("Library")
        library.objects.link(box)
        empty_file.collection.objects.unlink(box)
        box = bpy.data.objects.new("Placed", None)
        box.instance_type, box.instance_collection = "COLLECTION", library
        empty_file.collection.objects.link(box)
    OBJECTS[how](box)
    bpy.context.view_layer.update()
    assert agreement(solid_in_render(16), seen(read(), 16) >= 0) == 1.0
    assert bool(names(read())) == (how == "not to shadows")
    assert bool(read().warnings) == how.startswith("holdout")


def test_materials_of_single_faces(empty_file):
    box = before_the_camera(add_cube("Box"))
    for build in (one(DIFFUSE[0]), one(CLEAR[0])):
        box.data.materials.append(new_material("Made", build))
    for face in box.data.polygons:
        face.material_index = int(face.center.y != 1)  # only its back stands
    whole = names(read())
    assert whole == ["Box"] and agreement(solid_in_render(32), seen(read(), 32) >= 0) > 0.995
    box.material_slots[0].link = "OBJECT"
    box.material_slots[0].material = box.data.materials[1]
    bpy.context.view_layer.update()
    assert names(read()) == [] and not solid_in_render(16).any()


def test_a_material_that_fades_out_is_seen_as_long_as_it_is_solid(empty_file):
    box = before_the_camera(add_cube("Box"))
    material = new_material("Fading", one("BsdfPrincipled"))
    box.data.materials.append(material)
    alpha = material.node_tree.nodes["Principled BSDF"].inputs["Alpha"]
    for frame, value in ((1, 1.0), (5, 0.0)):
        alpha.default_value = value
        alpha.keyframe_insert("default_value", frame=frame)
    frames = (1, 2, 4, 5)
    result = read(frames)
    assert result.tracks.visible.tolist() == [[1, 1, 0, 0]]
    for index, frame in enumerate(frames):
        empty_file.frame_set(frame)
        assert solid_in_render(16).any() == bool(result.tracks.visible[0, index])


def test_glass_is_kept_where_one_wants_it_and_is_said_once(tmp_path):
    with enabled_addon() as scene:
        for place in range(5):
            pane = add_cube(f"Pane{place}", (3 * place, 0, 0))
            pane.data.materials.append(new_material("Glass", one(GLASS[0])))
        add_cube("Wall", (0, 5, 0))
        bpy.context.view_layer.update()
        sentence = "Glass is left out, so that the camera sees through it: Pane0, Pane1, Pane2 and 2 more."
        assert names(read()) == ["Wall"] and read().warnings == (sentence,)
        found = quick_findings(scene, tmp_path)
        assert [finding.text for finding in found if finding.kind == "GLASS"] == [sentence]
        live = LiveScene()
        live.read_on(scene, bpy.context.view_layer, 10.0)
        assert [track.name for track in live.current.instances] == ["Wall"]
        scene.mirage.keep_glass = True
        assert len(names(read())) == 6 and read().warnings == ()
        live.forget()
        live.read_on(scene, bpy.context.view_layer, 10.0)
        assert len(live.current.instances) == 6
