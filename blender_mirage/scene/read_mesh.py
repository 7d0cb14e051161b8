"""One evaluated mesh to arrays, and whether an object's mesh can change over a shot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ..core.greybox_read import MeshRead

_DEFORMING_PARENTS = {"ARMATURE", "LATTICE", "CURVE"}


def read_mesh(mesh: bpy.types.Mesh, before: MeshRead | None = None) -> MeshRead:
    """Triangulated arrays of an evaluated mesh.

    `before` is the same object's mesh at another frame: it is returned itself where nothing changed, and lends its
    triangles where only vertices moved (Blender may split a bent quad along the other diagonal; a track must not).
    """
    # The attributes are the mesh's own arrays: a hundred times faster to copy than `vertices` and `loops`.
    vertices = _attribute(mesh, "position", "vector", (len(mesh.vertices), 3), np.float32)
    corners = _attribute(mesh, ".corner_vert", "value", (len(mesh.loops),), np.int32)
    corners = np.append(corners, np.int32(len(mesh.polygons)))
    if before is not None and before.same_topology(vertices, corners):
        return before if np.array_equal(vertices, before.vertices) else replace(before, vertices=vertices)
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    faces = _column(mesh.loop_triangles, "polygon_index", (count,), np.int32)
    slots = _column(mesh.polygons, "material_index", (len(mesh.polygons),), np.int32)
    last_slot = max(len(mesh.materials), 1) - 1
    return MeshRead(
        vertices,
        _column(mesh.loop_triangles, "vertices", (count, 3), np.int32),
        np.clip(slots[faces], 0, last_slot).astype(np.int32),
        corners,
    )


def may_deform(thing: bpy.types.Object) -> bool:
    """False only where the (original) object's mesh is sure to stay as it is while the playhead moves."""
    if thing.type != "MESH" or thing.modifiers or thing.parent_type in _DEFORMING_PARENTS:
        return True
    return thing.data.shape_keys is not None or thing.data.animation_data is not None


def _attribute(mesh: bpy.types.Mesh, name: str, field: str, shape: tuple[int, ...], dtype: Any) -> Any:
    return _column(mesh.attributes[name].data, field, shape, dtype) if shape[0] else np.empty(shape, dtype)


def _column(collection: Any, attribute: str, shape: tuple[int, ...], dtype: Any) -> Any:
    values = np.empty(shape, dtype)
    collection.foreach_get(attribute, values.ravel())
    return values
