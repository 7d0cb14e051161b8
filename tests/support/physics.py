"""Little sets that something unbaked moves, each with one object `Faller`. Import only where bpy is there."""

from __future__ import annotations

import bpy
import numpy as np

from .blender import add_cube, add_geometry_nodes

LAST = 8
"""The frame that tests jump to."""


def rigid_body() -> None:
    bpy.ops.rigidbody.world_add()
    _active(add_cube("Faller", (0, 0, 4)))
    bpy.ops.rigidbody.object_add(type="ACTIVE")


def cloth() -> None:
    _active(_grid((0, 0, 4)))
    bpy.ops.object.modifier_add(type="CLOTH")


def soft_body() -> None:
    _active(_grid((0, 0, 4)))
    bpy.ops.object.modifier_add(type="SOFT_BODY")
    bpy.context.object.modifiers[0].settings.use_goal = False


def particles() -> None:
    emitter, grain = add_cube("Faller", (0, 0, 4)), add_cube("Grain", (20, 0, 0))
    settings = emitter.modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system.settings
    settings.count, settings.frame_start, settings.frame_end, settings.lifetime = 5, 1, 1, 100
    settings.render_type, settings.instance_object, settings.particle_size = "OBJECT", grain, 1.0
    settings.normal_factor, settings.drag_factor = 0.0, 0.5


def dynamic_paint() -> None:
    canvas, brush = _grid((0, 0, 0)), add_cube("Brush", (-1, 0, 0))
    brush.scale = (0.3, 0.3, 0.3)
    for frame, x in ((1, -1.0), (LAST, 1.0)):
        brush.location.x = x
        brush.keyframe_insert("location", frame=frame)
    for thing, kind in ((brush, "BRUSH"), (canvas, "CANVAS")):
        _active(thing)
        bpy.ops.object.modifier_add(type="DYNAMIC_PAINT")
        thing.modifiers[0].ui_type = kind
        bpy.ops.dpaint.type_toggle(type=kind)
    surface = canvas.modifiers[0].canvas_settings.canvas_surfaces[0]
    surface.surface_type, surface.frame_start, surface.frame_end = "DISPLACE", 1, LAST


def geometry_nodes() -> None:
    faller = add_cube("Faller", (0, 0, 4))
    tree = add_geometry_nodes(faller)
    given, made = tree.nodes["Group Input"], tree.nodes["Group Output"]
    begin, end = tree.nodes.new("GeometryNodeSimulationInput"), tree.nodes.new("GeometryNodeSimulationOutput")
    begin.pair_with_output(end)
    step = tree.nodes.new("GeometryNodeTransform")
    step.inputs["Translation"].default_value = (0, 0, -0.1)
    for left, right in (
        (given.outputs[0], begin.inputs["Geometry"]),
        (begin.outputs["Geometry"], step.inputs["Geometry"]),
        (step.outputs[0], end.inputs["Geometry"]),
        (end.outputs["Geometry"], made.inputs[0]),
    ):
        tree.links.new(left, right)


KINDS = [rigid_body, cloth, soft_body, particles, dynamic_paint, geometry_nodes]


def height_after_walking() -> float:
    """What the viewport shows at LAST when somebody has watched the scene from its start."""
    scene = bpy.context.scene
    for frame in range(1, LAST + 1):
        scene.frame_set(frame)
    heights = []
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        if instance.object.type == "MESH" and is_told(instance):
            vertices = np.array([vertex.co for vertex in instance.object.data.vertices])
            matrix = np.array(instance.matrix_world)
            heights.append((vertices @ matrix[:3, :3].T + matrix[:3, 3])[:, 2].mean())
    return float(np.mean(heights))


def is_told(instance: bpy.types.DepsgraphObjectInstance) -> bool:
    return instance.object.name == ("Grain" if "Grain" in bpy.data.objects else "Faller") and (
        instance.is_instance or "Grain" not in bpy.data.objects
    )


def _grid(location: tuple[float, float, float]) -> bpy.types.Object:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=6, y_subdivisions=6, size=2, location=location)
    bpy.context.object.name = "Faller"
    return bpy.context.object


def _active(thing: bpy.types.Object) -> None:
    bpy.context.view_layer.objects.active = thing
