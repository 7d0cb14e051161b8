"""Physics that nobody baked. Blender simulates only while the playhead of the viewport goes frame by frame, and a frame
that is jumped to shows the set as it was before. Once it was walked through, caches in memory tell it to renders too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import bpy

from .temporary import changed
from .visibility import RENDER, background_layers, layers_to_read, standing_in

_CACHED = {"CLOTH", "SOFT_BODY"}
_WITHOUT_PHYSICS = {"NO", "KEYED"}


@dataclass
class Simulation:
    """What a view layer simulates."""

    scene: bpy.types.Scene
    layer: bpy.types.ViewLayer
    first: float = math.inf
    """The frame at which the earliest of it begins; infinite where nothing is simulated."""
    things: set[bpy.types.Object] = field(default_factory=set)
    """What is simulated, or takes part in it."""
    painted: bool = False
    """Whether something is dynamic paint: each depsgraph simulates that for itself."""


Trees = dict[bpy.types.NodeTree, bool]
"""Whether node trees simulate, as far as it was looked up."""


def simulations(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, mode: str) -> list[Simulation]:
    """What is simulated in the set that is seen; `layer` is the viewport's. One entry a view layer that has to be
    walked through."""
    found: list[Simulation] = []
    known: set[bpy.types.Object] = set()
    layers = layers_to_read(scene) if mode == RENDER else [layer]
    trees: Trees = {}
    for one in [*layers, *background_layers(scene)]:
        simulation = _simulation(one.id_data, one, trees)
        if simulation.first < math.inf and not simulation.things <= known:
            found.append(simulation)
            known |= simulation.things
    return found


def unbaked_liquids(scene: bpy.types.Scene) -> list[str]:
    """Names of liquid domains that show nothing before they are baked."""
    domains = [
        (thing, modifier.domain_settings)
        for thing in scene.objects
        for modifier in thing.modifiers
        if modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN" and not thing.hide_render
    ]
    return [
        thing.name
        for thing, domain in domains
        if domain.domain_type == "LIQUID" and domain.cache_type != "REPLAY" and not domain.has_cache_baked_mesh
    ]


def simulate(found: Iterable[Simulation], until: float) -> Iterator[int]:
    """Walks the viewport through each of `found`, from its first frame to `until`. Yields 1 a frame."""
    for simulation in found:
        here = {"scene": simulation.scene, "view_layer": simulation.layer}
        for thing in simulation.things:
            thing.update_tag(
                refresh={"DATA"}
            )  # begins anew: a jump leaves cloth in a state that walking never comes to
        for frame in _frames(simulation, until):
            with bpy.context.temp_override(**here):
                bpy.context.evaluated_depsgraph_get()  # some physics are simulated for the active depsgraph alone
            simulation.scene.frame_set(frame)
            yield 1


def frames_to_simulate(found: Iterable[Simulation], until: float) -> int:
    return sum(len(_frames(simulation, until)) for simulation in found)


def _frames(simulation: Simulation, until: float) -> range:
    return range(math.floor(simulation.first), math.ceil(until) + 1)


@contextmanager
def simulated_as_rendered(found: Iterable[Simulation]) -> Iterator[None]:
    """For the block, viewports show what is simulated as renders do. It lasts until the frames are read: the caches of
    some physics are dropped when these settings change."""
    with ExitStack() as stack:
        for simulation in found:
            for thing in simulation.things:
                if thing.hide_viewport and not thing.hide_render:
                    stack.enter_context(changed(thing, hide_viewport=False))
                for modifier in thing.modifiers:
                    if modifier.show_viewport != modifier.show_render:
                        stack.enter_context(changed(modifier, show_viewport=modifier.show_render))
                    if modifier.type == "SUBSURF" and modifier.levels != modifier.render_levels:
                        stack.enter_context(changed(modifier, levels=modifier.render_levels))
            for group in simulation.scene.collection.children_recursive:
                if group.hide_viewport and not group.hide_render:
                    stack.enter_context(changed(group, hide_viewport=False))
        yield


def _simulation(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, trees: Trees) -> Simulation:
    simulation = Simulation(scene, layer)
    things = standing_in(layer)
    for instancer in list(things):
        if instancer.instance_type == "COLLECTION" and instancer.instance_collection is not None:
            things.update(instancer.instance_collection.all_objects)
    world = scene.rigidbody_world
    bodies = set(world.collection.all_objects) if world is not None and world.enabled and world.collection else set()
    if bodies & things and not world.point_cache.is_baked:
        simulation.first = world.point_cache.frame_start
        simulation.things |= bodies & things
    for thing in things:
        first = min(_starts(thing, scene, trees), default=math.inf)
        if first < math.inf or _takes_part(thing):
            simulation.things.add(thing)
            simulation.first = min(simulation.first, first)
        simulation.painted = simulation.painted or _is_painted(thing)
    return simulation


def _starts(thing: bpy.types.Object, scene: bpy.types.Scene, trees: Trees) -> Iterator[float]:
    """The first frame of everything that the object simulates and that is not baked."""
    for modifier in thing.modifiers:
        if not (modifier.show_render or modifier.show_viewport):
            continue
        if modifier.type in _CACHED and not modifier.point_cache.is_baked:
            yield modifier.point_cache.frame_start
        elif modifier.type == "NODES" and modifier.node_group and _simulates(modifier.node_group, trees):
            yield scene.simulation_frame_start if scene.use_custom_simulation_range else scene.frame_start
        elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
            domain = modifier.domain_settings
            if domain.cache_type == "REPLAY" and domain.domain_type == "LIQUID":
                yield domain.cache_frame_start
    yield from (surface.frame_start for surface in _painted_surfaces(thing))
    for system in thing.particle_systems:
        settings = system.settings
        moving = settings.type == "EMITTER" and settings.physics_type not in _WITHOUT_PHYSICS
        if (moving or system.use_hair_dynamics) and not system.point_cache.is_baked:
            yield min(settings.frame_start, system.point_cache.frame_start)


def _takes_part(thing: bpy.types.Object) -> bool:
    field_settings = thing.field
    if field_settings is not None and field_settings.type != "NONE":
        return True
    return any(modifier.type == "COLLISION" for modifier in thing.modifiers)


def _is_painted(thing: bpy.types.Object) -> bool:
    return any(True for _ in _painted_surfaces(thing))


def _painted_surfaces(thing: bpy.types.Object) -> Iterator[bpy.types.DynamicPaintSurface]:
    """Dynamic paint that changes the mesh, and is not baked."""
    for modifier in thing.modifiers:
        if modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings is not None:
            for surface in modifier.canvas_settings.canvas_surfaces:
                moves = surface.surface_type in ("DISPLACE", "WAVE") and surface.is_active
                if moves and not surface.point_cache.is_baked:
                    yield surface


def _simulates(tree: bpy.types.NodeTree, trees: Trees) -> bool:
    if tree not in trees:
        trees[tree] = False  # while it is looked up: nothing holds itself
        inside = {node.node_tree for node in tree.nodes if getattr(node, "node_tree", None) is not None}
        own = any(node.bl_idname == "GeometryNodeSimulationOutput" for node in tree.nodes)
        trees[tree] = own or any(_simulates(inner, trees) for inner in inside)
    return trees[tree]
