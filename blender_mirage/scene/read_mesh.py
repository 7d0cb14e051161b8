"""One evaluated mesh to arrays, and whether an object's mesh can change over a shot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ..compat import curves_of
from ..core.greybox_read import MeshRead

_DEFORMING_PARENTS = {"ARMATURE", "LATTICE", "CURVE"}
_POSING_MODIFIERS = {
    "ARMATURE", "CAST", "CLOTH", "CORRECTIVE_SMOOTH", "CURVE", "DISPLACE", "HOOK", "LAPLACIANDEFORM", "LATTICE",
    "MESH_CACHE", "MESH_DEFORM", "MESH_SEQUENCE_CACHE", "SHRINKWRAP", "SIMPLE_DEFORM", "SOFT_BODY", "SURFACE_DEFORM",
    "WARP", "WAVE",
}  # fmt: skip
_REBUILDING_MODIFIERS = {"BUILD", "EXPLODE", "VOLUME_TO_MESH"}
_REBUILDING_SETTINGS = {
    "ARRAY": ("count", "fit_length", "fit_type"),
    "DECIMATE": ("ratio", "iterations", "angle_limit"),
    "MASK": ("threshold",),
    "REMESH": ("octree_depth", "voxel_size", "scale"),
    "SCREW": ("steps", "render_steps", "iterations"),
    "SUBSURF": ("levels", "render_levels"),
    "WELD": ("merge_threshold",),
}
_REBUILDING_CURVES = {
    "bevel_factor_start", "bevel_factor_end", "bevel_resolution", "resolution_u", "render_resolution_u", "fill_mode",
    "use_fill_caps",
}  # fmt: skip
"""Settings that make another mesh where they are animated."""


def read_mesh(mesh: bpy.types.Mesh, before: MeshRead | None = None, posed: bool = False) -> MeshRead:
    """Triangulated arrays of an evaluated mesh.

    `before` is the same object's mesh at another frame: it is returned itself where nothing changed, and lends its
    triangles where only vertices moved. Blender splits a bent quad along the one or the other diagonal, a Triangulate
    modifier too; the triangles of a mesh that is `posed` must not depend on the pose in which a shot first meets it.
    So its quads are all split along their first, and as many vertices are taken for the same vertices.
    """
    # The attributes are the mesh's own arrays: a hundred times faster to copy than `vertices` and `loops`.
    vertices = _attribute(mesh, "position", "vector", (len(mesh.vertices), 3), np.float32)
    corners = _attribute(mesh, ".corner_vert", "value", (len(mesh.loops),), np.int32)
    edges = np.append(corners, np.int32(len(mesh.polygons)))
    alike = posed and before is not None and before.same_counts(vertices, edges)
    if before is not None and (alike or before.same_topology(vertices, edges)):
        return before if np.array_equal(vertices, before.vertices) else replace(before, vertices=vertices)
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    faces = _column(mesh.loop_triangles, "polygon_index", (count,), np.int32)
    loops = _column(mesh.loop_triangles, "loops", (count, 3), np.int32)
    if posed:
        starts = _column(mesh.polygons, "loop_start", (len(mesh.polygons),), np.int32)
        _split_quads_alike(loops, faces, len(corners), starts)
    triangles = corners[loops]
    slots = _column(mesh.polygons, "material_index", (len(mesh.polygons),), np.int32)
    last_slot = max(len(mesh.materials), 1) - 1
    return MeshRead(vertices, triangles, np.clip(slots[faces], 0, last_slot).astype(np.int32), edges, loops)


def may_deform(thing: bpy.types.Object) -> bool:
    """False only where the (original) object's mesh is sure to stay as it is while the playhead moves."""
    if thing.type != "MESH" or thing.modifiers or thing.parent_type in _DEFORMING_PARENTS:
        return True
    return thing.data.shape_keys is not None or thing.data.animation_data is not None


def changes_topology(thing: bpy.types.Object) -> bool:
    """Whether the (original) object is sure to have another mesh at another frame, as far as it can be seen on it."""
    if thing.type == "META":
        return True
    if thing.type != "MESH" and any(curve.data_path in _REBUILDING_CURVES for curve in curves_of(thing.data)):
        return True
    keyed = {curve.data_path for curve in curves_of(thing)}
    return any(_rebuilds(item, keyed) for item in thing.modifiers)


def _rebuilds(item: bpy.types.Modifier, keyed: set[str]) -> bool:
    if item.type in _REBUILDING_MODIFIERS or (item.type == "FLUID" and item.fluid_type == "DOMAIN"):
        return True
    if item.type == "BOOLEAN" and item.operand_type == "OBJECT" and item.object is not None:
        return item.object.animation_data is not None or item.object.parent is not None
    settings = _REBUILDING_SETTINGS.get(item.type, ())
    return any(f'modifiers["{item.name}"].{setting}' in keyed for setting in settings)


def is_posed(thing: bpy.types.Object) -> bool:
    """Whether something bends the (original) object's mesh, so that other shots may meet it in another shape."""
    if thing.parent_type in _DEFORMING_PARENTS or any(item.type in _POSING_MODIFIERS for item in thing.modifiers):
        return True
    return thing.type == "MESH" and thing.data.shape_keys is not None


def _split_quads_alike(loops: Any, faces: Any, corners: int, starts: Any) -> None:
    """Writes both triangles of every quad into `loops` [F,3]; `faces` [F] names each one's polygon, rising."""
    quads = np.flatnonzero(np.diff(np.append(starts, corners)) == 4)
    first = np.searchsorted(faces, quads)
    for row, places in ((first, (0, 1, 2)), (first + 1, (0, 2, 3))):
        loops[row] = starts[quads][:, None] + np.array(places)


def _attribute(mesh: bpy.types.Mesh, name: str, field: str, shape: tuple[int, ...], dtype: Any) -> Any:
    return _column(mesh.attributes[name].data, field, shape, dtype) if shape[0] else np.empty(shape, dtype)


def _column(collection: Any, attribute: str, shape: tuple[int, ...], dtype: Any) -> Any:
    values = np.empty(shape, dtype)
    collection.foreach_get(attribute, values.ravel())
    return values
