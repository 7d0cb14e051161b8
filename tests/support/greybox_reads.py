"""What a greybox that was read from Blender holds, by object name. Import only where bpy is there."""

from __future__ import annotations

import bpy
import numpy as np

from blender_mirage.core.greybox_read import GreyboxRead
from blender_mirage.scene.read_greybox import read_greybox
from blender_mirage.wire.arrays import unpack


def read(frames=(1,), **how) -> GreyboxRead:
    return read_greybox(bpy.context, frames, **how)


def row(result, name: str | int) -> int:
    """Of the first instance of that name; a row is itself."""
    if isinstance(name, int):
        return name
    return next(i for i, instance in enumerate(result.greybox.instances) if instance.name == name)


def mesh_of(result, name: str) -> dict:
    return unpack(result.meshes[result.greybox.instances[row(result, name)].mesh])[1]


def track_of(result, name: str):
    """The vertex track [T,V,3] of an instance, None where it is rigid."""
    blob = result.greybox.instances[row(result, name)].vertex_track
    return unpack(result.meshes[blob])[1]["vertices"] if blob else None


def world_vertices(result, name: str, index: int) -> np.ndarray:
    """[V,3] metres at frame `index`, put together as the backend does."""
    track = track_of(result, name)
    local = mesh_of(result, name)["vertices"] if track is None else track[index]
    transform = result.tracks.transforms_at(index)[row(result, name)]
    return local @ transform[:3, :3].T + transform[:3, 3]


def evaluated_vertices(thing, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    scale = bpy.context.scene.unit_settings.scale_length
    return scale * np.array([evaluated.matrix_world @ vertex.co for vertex in evaluated.data.vertices])


def names(result: GreyboxRead) -> list[str]:
    return sorted(instance.name for instance in result.greybox.instances)


def anchors(result: GreyboxRead | None = None) -> dict[str, str]:
    """Anchor by name, for sets whose names are all different."""
    found = {instance.name: instance.anchor for instance in (result or read()).greybox.instances}
    assert len(found) == len((result or read()).greybox.instances)
    return found
