"""How many triangles a scene's render has, by its data alone: quick, and about right."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from .read_mesh import may_deform

_QUADRUPLES = {"SUBSURF": "render_levels", "MULTIRES": "render_levels"}


def count_triangles(scene: bpy.types.Scene) -> tuple[int, int]:
    """(of meshes that keep their shape, of meshes that change it). A mesh that is placed many times counts once."""
    still, bent = 0, 0
    seen: set[int] = set()
    for thing in _all_objects(scene):
        if thing.type != "MESH" or thing.hide_render or (thing.data.session_uid in seen and not thing.modifiers):
            continue
        seen.add(thing.data.session_uid)
        count = (len(thing.data.loops) - 2 * len(thing.data.polygons)) * _factor(thing)
        if may_deform(thing):
            bent += count
        else:
            still += count
    return still, bent


def _all_objects(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """Those of the scene, and those of the collections that they place."""
    open_objects, seen = list(scene.objects), set()
    while open_objects:
        thing = open_objects.pop()
        if thing.session_uid in seen:
            continue
        seen.add(thing.session_uid)
        yield thing
        if thing.instance_type == "COLLECTION" and thing.instance_collection is not None:
            open_objects.extend(thing.instance_collection.all_objects)


def _factor(thing: bpy.types.Object) -> int:
    """How many times over the modifiers of a render make its triangles."""
    factor = 1
    for modifier in thing.modifiers:
        if modifier.show_render and modifier.type in _QUADRUPLES:
            factor *= 4 ** getattr(modifier, _QUADRUPLES[modifier.type])
        elif modifier.show_render and modifier.type == "ARRAY" and modifier.fit_type == "FIXED_COUNT":
            factor *= modifier.count
    return factor
