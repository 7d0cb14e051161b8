"""Reads off a scene what may spoil its takes; `core.preflight` says what of it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from ..core.errors import MirageError
from ..core.left_out import glass_sentence
from ..core.preflight import Finding, disk_finding, encloses, scale_finding, size_finding
from ..core.shots import Shot
from .count_triangles import count_triangles
from .own_renders import renders_finding
from .read_camera import fit_resolution
from .read_shots import read_shots, scene_of
from .shaders.materials import ShaderTrees
from .shaders.points import no_points

_SOLID = {"MESH", "CURVE", "SURFACE", "FONT", "META", "CURVES"}
_SIDES = tuple(Vector(side) for axis in range(3) for side in (np.eye(3)[axis], -np.eye(3)[axis]))
_NAMED = 3
"""Objects that a finding names; the rest it counts."""


def quick_findings(scene: bpy.types.Scene, base: Path) -> list[Finding]:
    """What can be seen without moving the playhead. `scene`: whose timeline has the shots; each is looked at in the
    scene that it is shot in. `base`: where the takes will lie."""
    found: list[Finding | None] = []
    shots: Sequence[Shot] = ()
    try:
        shots = read_shots(scene)
    except MirageError as error:
        kind = "STRIP" if scene.mirage.shot_source == "STRIPS" else "NO_CAMERA"
        found.append(Finding(kind, str(error), stops=True))
    found += [
        Finding("STRIP", f"{shot.refusal} {shot.hint}", stops=True, frame=shot.cut[0]) for shot in shots if shot.refusal
    ]
    if not bpy.data.filepath:
        found.append(Finding("UNSAVED", f"Save the file so its takes stay with it. Until then they go to {base}."))
    for shot_in in scenes_of(scene, shots):
        found += _findings_of(shot_in) if shot_in == scene else _findings_of_another(shot_in)
    found.append(_glass(scene))
    height, width = fit_resolution(scene, scene.mirage.width)
    frames = sum(len(shot.frames(scene.mirage.frame_step)) for shot in shots)
    found.append(of_size(scene, shots))
    found.append(renders_finding(scene))
    found.append(disk_finding(base, frames, height * width))
    return [finding for finding in found if finding is not None]


def of_size(scene: bpy.types.Scene, shots: Sequence[Shot]) -> Finding | None:
    """What reading the sets of the shots will ask for."""
    step = scene.mirage.frame_step
    counts = np.zeros(2, int)
    for shot_in in scenes_of(scene, shots):
        counts += count_triangles(shot_in)
    return size_finding(int(counts[0]), int(counts[1]), sum(len(shot.frames(step)) for shot in shots))


def scenes_of(scene: bpy.types.Scene, shots: Sequence[Shot]) -> list[bpy.types.Scene]:
    """Those that the shots are shot in, in their order; that of the timeline where there is no shot."""
    return list(dict.fromkeys(scene_of(scene, shot) for shot in shots)) or [scene]


def _findings_of(scene: bpy.types.Scene) -> list[Finding]:
    """What is so of one scene that shots are shot in."""
    found = [
        scale_finding(longest_side(scene), scene.unit_settings.scale_length),
        _without_id(scene),
    ]
    return [finding for finding in found if finding is not None]


def _findings_of_another(scene: bpy.types.Scene) -> list[Finding]:
    """The same of a scene that is not the timeline's, with its name."""
    scene.view_layers[0].update()  # no window shows it, so that it was perhaps never evaluated
    return [replace(finding, text=f"{scene.name}: {finding.text}", scene=scene.name) for finding in _findings_of(scene)]


def inside_finding(
    scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph, camera: bpy.types.Object, frame: int
) -> Finding | None:
    """Whether a camera sees the inside of an object at the frame that `depsgraph` was evaluated for. It sees from its
    Clip Start on: one that stands in a wall and looks out of it by that is well."""
    metres = scene.unit_settings.scale_length
    there = camera.evaluated_get(depsgraph)
    backward = there.matrix_world.to_3x3().col[2].normalized()
    origin = there.matrix_world.translation - backward * there.data.clip_start
    hits, last = [], None
    for side in _SIDES:
        hit, place, normal, _, thing, _ = scene.ray_cast(depsgraph, origin, side)
        solid = hit and not thing.hide_render and thing.visible_camera
        hits.append((thing.name, (place - origin).length * metres, side.dot(normal)) if solid else None)
        last = thing if hit else last
    smallest = min(last.dimensions) * metres if last is not None else 0.0
    if last is None or not encloses(hits, smallest):
        return None
    return Finding(
        "INSIDE", f"Camera {camera.name!r} is inside {last.name!r} at frame {frame}: it sees nothing else.", frame=frame
    )


def longest_side(scene: bpy.types.Scene) -> float:
    """Metres, of the box around all objects of the scene that have a surface and render."""
    corners = [
        np.array(thing.bound_box) @ np.array(thing.matrix_world)[:3, :3].T + np.array(thing.matrix_world)[:3, 3]
        for thing in scene.objects
        if thing.type in _SOLID and not thing.hide_render
    ]
    if not corners:
        return 0.0
    both = np.concatenate(corners)
    return float((both.max(0) - both.min(0)).max()) * scene.unit_settings.scale_length


def _glass(scene: bpy.types.Scene) -> Finding | None:
    """What is left out of the set because a render's camera sees through it."""
    if scene.mirage.keep_glass:
        return None
    trees = ShaderTrees(scene.render.engine)
    clear = {
        material.session_uid: trees.read(material, no_points()).through == "clear"
        for material in bpy.data.materials
        if material.users
    }
    names = [
        thing.name
        for thing in scene.objects
        if not thing.hide_render
        and any(slot.material is not None and clear.get(slot.material.session_uid) for slot in thing.material_slots)
    ]
    return Finding("GLASS", glass_sentence(names)) if names else None


def _without_id(scene: bpy.types.Scene) -> Finding | None:
    """Linked objects cannot be written, so that what the world remembers of them hangs on their names."""
    names = sorted(thing.name for thing in scene.objects if thing.library is not None and thing.type in _SOLID)
    if not names:
        return None
    few = ", ".join(names[:_NAMED])
    return Finding(
        "NO_ID",
        f"{few} and {len(names) - _NAMED} more come from a library and are remembered by their file and name: renamed "
        "there, they count as new."
        if len(names) > _NAMED
        else f"{few} come from a library and are remembered by their file and name: renamed there, they count as new.",
    )
