"""Sets drawn at random, as people build them: shapes, modifiers, visibilities, instances, materials, cameras.

Import only where bpy is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import bpy
import numpy as np

from .blender import add_geometry_nodes

Rng = np.random.Generator


def draw_set(seed: int) -> int:
    """An empty file becomes the set of that seed; returns the frame to look at."""
    rng = np.random.default_rng(seed)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("World")
    scene.unit_settings.scale_length = float(rng.choice([1.0, 1.0, 0.01, 2.5]))
    home = np.array([0.0, 0.0, 0.0]) if rng.random() < 0.8 else rng.uniform(-3000, 3000, 3) * (1, 1, 0.02)
    _floor(home)
    for _ in range(int(rng.integers(6, 11))):
        thing = _shape(rng, home)
        _modify(rng, thing)
        _animate(rng, thing)
        _paint(rng, thing)
        _hide(rng, thing)
    for extra in (_collection_instance, _particles, _scatter, _second_layer, _background_scene, _parents):
        if rng.random() < 0.4:
            extra(rng, home)
    _camera(rng, home)
    frame = int(rng.integers(1, 25))
    scene.frame_set(frame)
    return frame


def _pick(rng: Rng, choices):
    return choices[int(rng.integers(len(choices)))]


def _floor(home) -> None:
    bpy.ops.mesh.primitive_plane_add(size=14, location=home - (0, 0, 1.5))


def _shape(rng: Rng, home) -> bpy.types.Object:
    at = home + rng.uniform((-4, -3, -1), (4, 3, 2))
    turn = tuple(rng.uniform(-math.pi, math.pi, 3))
    _pick(rng, _SHAPES)(location=tuple(at), rotation=turn)
    thing = bpy.context.object
    size = rng.uniform(0.4, 1.3, 3)
    if rng.random() < 0.3:
        size[0] *= -1
    thing.scale = size
    return thing


def _text(**where) -> None:
    bpy.ops.object.text_add(**where)
    text = bpy.context.object.data
    text.body, text.extrude, text.size = "Ab", 0.15, 2.0


def _pipe(**where) -> None:
    bpy.ops.curve.primitive_bezier_circle_add(**where)
    bpy.context.object.data.bevel_depth = 0.2


_SHAPES: tuple[Callable[..., object], ...] = (
    lambda **where: bpy.ops.mesh.primitive_cube_add(**where),
    lambda **where: bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=8, **where),
    lambda **where: bpy.ops.mesh.primitive_cylinder_add(vertices=10, **where),
    lambda **where: bpy.ops.mesh.primitive_cone_add(vertices=9, **where),
    lambda **where: bpy.ops.mesh.primitive_torus_add(major_segments=12, minor_segments=6, **where),
    lambda **where: bpy.ops.mesh.primitive_monkey_add(**where),
    lambda **where: bpy.ops.object.metaball_add(type="BALL", **where),
    lambda **where: bpy.ops.surface.primitive_nurbs_surface_sphere_add(**where),
    _text,
    _pipe,
)


def _modify(rng: Rng, thing: bpy.types.Object) -> None:
    if thing.type != "MESH" or rng.random() < 0.4:
        return
    kind = _pick(rng, ["ARRAY", "MIRROR", "SUBSURF", "SOLIDIFY", "BEVEL", "BOOLEAN", "SIMPLE_DEFORM", "DECIMATE"])
    modifier = thing.modifiers.new(kind, kind)
    if kind == "ARRAY":
        modifier.count = int(rng.integers(2, 4))
    elif kind == "SUBSURF":
        modifier.levels, modifier.render_levels = (int(n) for n in rng.integers(0, 3, 2))
    elif kind == "MIRROR":
        modifier.mirror_object = bpy.data.objects["Plane"]
    elif kind == "BOOLEAN":
        bpy.ops.mesh.primitive_cube_add(size=1.2, location=thing.location)
        modifier.object, modifier.operation = bpy.context.object, _pick(rng, ["DIFFERENCE", "UNION"])
        bpy.context.object.hide_render = bpy.context.object.hide_viewport = True
    elif kind == "SIMPLE_DEFORM":
        modifier.deform_method, modifier.angle = "TWIST", 1.0
    elif kind == "DECIMATE":
        modifier.ratio = 0.6
    modifier.show_viewport, modifier.show_render = (bool(flag) for flag in rng.random(2) < 0.7)


def _animate(rng: Rng, thing: bpy.types.Object) -> None:
    if rng.random() < 0.6:
        return
    thing.keyframe_insert("location", frame=1)
    thing.location.x += float(rng.uniform(-2, 2))
    thing.keyframe_insert("location", frame=25)
    if rng.random() < 0.3:
        thing.hide_render = True
        thing.keyframe_insert("hide_render", frame=12)
        thing.hide_render = False
        thing.keyframe_insert("hide_render", frame=1)


def _hide(rng: Rng, thing: bpy.types.Object) -> None:
    flag = _pick(rng, ["eye", "monitor", "render", "camera", "holdout", "catcher", "indirect", "collection", *"-" * 12])
    if flag == "eye":
        thing.hide_set(True)
    elif flag == "monitor":
        thing.hide_viewport = True
    elif flag == "render":
        thing.hide_render = True
    elif flag == "camera":
        thing.visible_camera = False
    elif flag == "holdout":
        thing.is_holdout = True
    elif flag == "catcher":
        thing.is_shadow_catcher = True
    elif flag in ("indirect", "collection"):
        group = _own_collection(thing)
        if flag == "indirect":
            bpy.context.view_layer.layer_collection.children[group.name].indirect_only = True
        else:
            group.hide_viewport = bool(rng.random() < 0.5)
            bpy.context.view_layer.layer_collection.children[group.name].hide_viewport = True


def _own_collection(thing: bpy.types.Object) -> bpy.types.Collection:
    group = bpy.data.collections.new(f"Of {thing.name}")
    bpy.context.scene.collection.children.link(group)
    for old in list(thing.users_collection):
        old.objects.unlink(thing)
    group.objects.link(thing)
    return group


def _paint(rng: Rng, thing: bpy.types.Object) -> None:
    kind = _pick(rng, ["clear", "alpha", "glass", "fog", "card", *"-" * 9])
    if kind == "-" or (kind == "card" and thing.type != "MESH"):  # curves and metaballs have no UVs
        return
    material = bpy.data.materials.new(kind)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    if kind == "clear":
        clear = tree.nodes.new("ShaderNodeBsdfTransparent")
        tree.links.new(clear.outputs[0], output.inputs["Surface"])
    elif kind == "alpha":
        shader.inputs["Alpha"].default_value = float(_pick(rng, [0.0, 0.01, 0.8]))
    elif kind == "glass":
        shader.inputs["Transmission Weight"].default_value = 1.0
        bpy.context.scene["has glass"] = True
    elif kind == "fog":
        volume = tree.nodes.new("ShaderNodeVolumePrincipled")
        volume.inputs["Density"].default_value = 1e-6  # thin: no ray of the judge ends in it
        tree.nodes.remove(shader)
        tree.links.new(volume.outputs[0], output.inputs["Volume"])
    else:
        checker = tree.nodes.new("ShaderNodeTexChecker")
        checker.inputs["Color1"].default_value, checker.inputs["Color2"].default_value = (0, 0, 0, 1), (1, 1, 1, 1)
        checker.inputs["Scale"].default_value = 4.0
        where = tree.nodes.new("ShaderNodeTexCoord")
        tree.links.new(where.outputs["UV"], checker.inputs["Vector"])
        tree.links.new(checker.outputs["Fac"], shader.inputs["Alpha"])
    thing.data.materials.clear()
    thing.data.materials.append(material)


def _collection_instance(rng: Rng, home) -> None:
    group = bpy.data.collections.new("Props")
    bpy.ops.mesh.primitive_cone_add(vertices=6, location=(0, 0, 0))
    source = bpy.context.object
    bpy.context.scene.collection.objects.unlink(source)
    group.objects.link(source)
    for _ in range(3):
        empty = bpy.data.objects.new("Instancer", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        empty.location, empty.scale = home + rng.uniform(-3, 3, 3), rng.uniform(0.5, 1.5, 3)
        bpy.context.scene.collection.objects.link(empty)


def _source(rng: Rng, home) -> bpy.types.Object:
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=1, location=home + (50, 50, 0))
    source = bpy.context.object
    source.hide_render = bool(rng.random() < 0.5)
    source.hide_viewport = bool(rng.random() < 0.3)
    return source


def _particles(rng: Rng, home) -> None:
    source = _source(rng, home)
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4, size=6, location=home + (0, 0, -1))
    thing = bpy.context.object
    system = thing.modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system.settings
    system.type, system.count, system.render_type, system.instance_object = "HAIR", 20, "OBJECT", source
    system.particle_size, system.display_percentage = 0.15, int(rng.choice([30, 100]))


def _scatter(rng: Rng, home) -> None:
    source = _source(rng, home)
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=3, y_subdivisions=3, size=5, location=home + (0, 0, 1))
    group = add_geometry_nodes(bpy.context.object)
    points, told = group.nodes.new("GeometryNodeInstanceOnPoints"), group.nodes.new("GeometryNodeObjectInfo")
    told.inputs["Object"].default_value, told.inputs["As Instance"].default_value = source, True
    points.inputs["Scale"].default_value = (0.4, 0.4, 0.4)
    inside, outside = group.nodes["Group Input"], group.nodes["Group Output"]
    group.links.new(inside.outputs[0], points.inputs["Points"])
    group.links.new(told.outputs["Geometry"], points.inputs["Instance"])
    group.links.new(points.outputs["Instances"], outside.inputs[0])


def _second_layer(rng: Rng, home) -> None:
    bpy.ops.mesh.primitive_cube_add(location=home + rng.uniform(-2, 2, 3))
    group = _own_collection(bpy.context.object)
    layer = bpy.context.scene.view_layers.new("Second")
    layer.use = bool(rng.random() < 0.7)
    bpy.context.view_layer.layer_collection.children[group.name].exclude = True


def _background_scene(rng: Rng, home) -> None:
    behind = bpy.data.scenes.new("Behind")
    thing = bpy.data.objects.new("Backdrop", bpy.data.objects["Plane"].data)
    thing.location, thing.rotation_euler = home + (0, 6, 1), (1.3, 0, float(rng.uniform(-0.5, 0.5)))
    behind.collection.objects.link(thing)
    bpy.context.scene.background_set = behind


def _parents(rng: Rng, home) -> None:
    empty = bpy.data.objects.new("Parent", None)
    empty.rotation_euler, empty.scale = rng.uniform(-1, 1, 3), rng.uniform(0.5, 2, 3)
    empty.location = home
    bpy.context.scene.collection.objects.link(empty)
    bpy.ops.mesh.primitive_cube_add(size=1)
    child = bpy.context.object
    child.parent, child.location = empty, rng.uniform(-2, 2, 3)


def _camera(rng: Rng, home) -> None:
    scene, render = bpy.context.scene, bpy.context.scene.render
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    target = bpy.data.objects.new("Target", None)
    target.location = home
    scene.collection.objects.link(target)
    camera.location = home + (float(rng.uniform(-5, 5)), float(rng.uniform(-11, -7)), float(rng.uniform(0, 4)))
    look = camera.constraints.new("TRACK_TO")
    look.target, look.track_axis, look.up_axis = target, "TRACK_NEGATIVE_Z", "UP_Y"
    lens = camera.data
    lens.lens = float(rng.uniform(18, 60))
    lens.shift_x, lens.shift_y = (float(n) for n in rng.uniform(-0.15, 0.15, 2))
    lens.sensor_fit = str(rng.choice(["AUTO", "HORIZONTAL", "VERTICAL"]))
    lens.clip_start, lens.clip_end = float(rng.choice([0.1, 0.1, 8.0])), float(rng.choice([1000.0, 1000.0, 12.0]))
    render.pixel_aspect_x = float(rng.choice([1.0, 1.0, 1.5]))
