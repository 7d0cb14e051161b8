"""Whether a shot changed since its last take: cheap, without moving the playhead, and rather too often than too seldom.

A take's sidecar holds a print of what the shot was made with: settings, frame, cut, camera, where the objects are and
what animates them. What no print can hold (a moved vertex, a colour in a node) Blender tells of when it evaluates it
anew. Exact is what a survey or Check says; a take that it found up to date counts so until the next change.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..compat import curves_of
from ..core.errors import MirageError
from ..core.shots import Shot
from ..core.take_list import TakeOnDisk
from .find import find_camera
from .ids import object_id, remember_ids
from .output import look_path, own_look_path
from .read_shots import scene_of
from .take_settings import copy_settings

_NOT_OF_A_SHOT = {"look_samples", "look_engine", "handles", "world_id", "world_name", "shot_source", "frame_step"}
_OWN = ("use_prompt", "prompt", "use_look", "look_path", "use_seed", "seed")
_LENS = ("type", "lens", "sensor_width", "sensor_height", "sensor_fit", "shift_x", "shift_y", "clip_start", "clip_end")
_SEEN_TYPES = (bpy.types.Material, bpy.types.World, bpy.types.Light, bpy.types.NodeTree, bpy.types.Texture)
_IN_THE_PRINT = (bpy.types.Scene, bpy.types.Camera, bpy.types.Collection)
"""What comes of a camera's data is all in the print; Blender counts its background pictures to its geometry too. Of
collections Blender tells whenever it sorts out anew what hangs on what, as when a setting names another camera."""
_LARGE_SECONDS = 0.05
_SHARE_OF_TIME = 0.02
"""Of the session that looking over the objects of a large set may take."""

_edited: dict[int, str] = {}  # when, by session_uid of scenes in which Blender told of an edit since the last tick
_dirty: set[int] = set()  # of those whose objects may stand elsewhere
_sets: dict[int, tuple[str, float]] = {}  # the print of a scene's objects, and when it may be taken again
_cameras: dict[int, str] = {}  # prints of cameras by session_uid, until something is evaluated anew
_agreed: dict[tuple[int, str], tuple[str, str]] = {}  # by scene and shot: the take that was found up to date, and when
_paused = 0
_undone = False


def register() -> None:
    bpy.app.handlers.depsgraph_update_post.append(_note)
    bpy.app.handlers.undo_post.append(_after_undo)
    bpy.app.handlers.redo_post.append(_after_undo)
    bpy.app.handlers.load_post.append(_after_load)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_after_load)
    bpy.app.handlers.redo_post.remove(_after_undo)
    bpy.app.handlers.undo_post.remove(_after_undo)
    bpy.app.handlers.depsgraph_update_post.remove(_note)


@contextmanager
def reading_itself() -> Iterator[None]:
    """What is evaluated in the block is our own doing."""
    global _paused
    _paused += 1
    try:
        yield
    finally:
        _paused -= 1


def now() -> str:
    """As sidecars write the time."""
    return datetime.now(UTC).isoformat()


def print_of(scene: bpy.types.Scene, shot: Shot) -> str:
    """Equal for a shot that is to be made of the same as far as can be told without evaluating a frame."""
    there = scene_of(scene, shot)
    own = scene.mirage.overrides.get(shot.name)
    settings = {name: value for name, value in copy_settings(scene).items() if name not in _NOT_OF_A_SHOT}
    special = [getattr(own, name) for name in _OWN] if own is not None else []
    looks = [_stamp(look_path(scene)), _stamp(own_look_path(scene, shot.name))]
    render = there.render
    shape = [render.resolution_x / render.resolution_y, render.pixel_aspect_x, render.pixel_aspect_y]
    rate = [scene.render.fps, scene.render.fps_base, there.unit_settings.scale_length]
    cut = [shot.start, shot.end, shot.plays]
    return _digest([sorted(settings.items()), special, looks, shape, rate, cut, _camera(shot), _print_of_set(there)])


def is_changed(scene: bpy.types.Scene, shot: Shot, take: TakeOnDisk) -> bool:
    """Whether the take may not be what the shot would give now. Of a take that says nothing, only what Blender told of
    since it was made counts."""
    there = scene_of(scene, shot)
    since = max(str(take.facts.get("read", take.facts.get("created", ""))), _agreed_at(scene, shot, take))
    if there.mirage.edited > since:
        return True
    if _agreed_at(scene, shot, take):
        return print_of(scene, shot) != _agreed_print(scene, shot)
    world, made_in = scene.mirage.world_id, take.facts.get("world_id", "")
    if world and made_in and world != made_in:
        return True
    made_of = take.facts.get("print", "")
    return bool(made_of) and print_of(scene, shot) != made_of


def agree(scene: bpy.types.Scene, shot: Shot, take: TakeOnDisk) -> None:
    """A survey found the take up to date."""
    _agreed[scene.session_uid, shot.name] = (f"{take.folder}@{now()}", print_of(scene, shot))


def note_edits() -> None:
    """For the pump's tick: writes down, in the scenes, what Blender told of since the last one."""
    global _undone
    _undone = False
    edited = dict(_edited)
    _edited.clear()
    touched = [scene for scene in bpy.data.scenes if scene.session_uid in edited]
    for scene in bpy.data.scenes if touched else ():
        sharing = [other for other in touched if scene == other or not set(scene.objects).isdisjoint(other.objects)]
        if sharing and scene.library is None:
            scene.mirage.edited = max(edited[other.session_uid] for other in sharing)


@persistent
def _note(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph, *_: object) -> None:
    if depsgraph.mode != "VIEWPORT" or _paused:
        return
    _dirty.add(scene.session_uid)
    _cameras.clear()
    if _undone:
        return
    for update in depsgraph.updates:
        block = update.id.original
        if isinstance(block, _IN_THE_PRINT) or (isinstance(block, bpy.types.Object) and block.type == "CAMERA"):
            continue
        if isinstance(block, _SEEN_TYPES) or update.is_updated_geometry:
            _edited[scene.session_uid] = now()
            return


@persistent
def _after_undo(*_: object) -> None:
    """All is evaluated anew: that tells of no edit. What the file says came back with it."""
    global _undone
    _undone = True
    _edited.clear()
    _sets.clear()
    _cameras.clear()


@persistent
def _after_load(*_: object) -> None:
    for kept in (_edited, _dirty, _sets, _cameras, _agreed):
        kept.clear()


def _agreed_at(scene: bpy.types.Scene, shot: Shot, take: TakeOnDisk) -> str:
    which, _ = _agreed.get((scene.session_uid, shot.name), ("@", ""))
    folder, _, at = which.rpartition("@")
    return at if folder == str(take.folder) else ""


def _agreed_print(scene: bpy.types.Scene, shot: Shot) -> str:
    return _agreed[scene.session_uid, shot.name][1]


def _print_of_set(scene: bpy.types.Scene) -> str:
    """Taken anew where something was evaluated since; of a very large set not at every tick."""
    kept, begun = _sets.get(scene.session_uid), time.monotonic()
    if kept is not None and (scene.session_uid not in _dirty or begun < kept[1]):
        return kept[0]
    _dirty.discard(scene.session_uid)
    before = time.process_time()
    remember_ids(scene.objects)
    found = _digest([_rendered(scene.objects), _layers(scene), _instanced(scene.objects)])
    spent = time.process_time() - before
    _sets[scene.session_uid] = found, time.monotonic() + (spent / _SHARE_OF_TIME if spent > _LARGE_SECONDS else 0.0)
    return found


def _rendered(objects: Iterable[bpy.types.Object]) -> list[str]:
    return sorted(_thing(thing) for thing in objects if not thing.hide_render)


def _layers(scene: bpy.types.Scene) -> list[object]:
    """What the view layers and the collections leave out. Not from the layers' own trees of collections: these may
    point at what was removed, until Blender sorts them out anew."""
    hidden = sorted(part.name_full for part in scene.collection.children_recursive if part.hide_render)
    return [hidden, *(sorted(map(object_id, layer.objects)) for layer in scene.view_layers)]


def _instanced(objects: Iterable[bpy.types.Object]) -> list[object]:
    """The collections that objects bring in, also from within one another."""
    found: dict[bpy.types.Collection, object] = {}
    rest = list(objects)
    while rest:
        inside = rest.pop().instance_collection
        if inside is None or inside in found:
            continue
        remember_ids(thing for thing in inside.all_objects if thing.library is None)
        hidden = [part.name for part in (inside, *inside.children_recursive) if part.hide_render]
        found[inside] = [inside.name_full, tuple(inside.instance_offset), hidden, _rendered(inside.all_objects)]
        rest += inside.all_objects
    return sorted(found.values(), key=repr)


def _thing(thing: bpy.types.Object) -> str:
    """An object as it is placed and animated; values that are animated differ from frame to frame and are left out."""
    parent = object_id(thing.parent) if thing.parent is not None else ""
    modifiers = [(each.type, each.show_render) for each in thing.modifiers]
    slots = [slot.material.name if slot.material is not None else "" for slot in thing.material_slots]
    placed = [] if _animates(thing, "location", "rotation", "scale", "delta") else [*map(tuple, thing.matrix_basis)]
    return repr([object_id(thing), thing.type, parent, placed, modifiers, slots, _keys(thing)])


def _camera(shot: Shot) -> str:
    thing = find_camera(shot.camera, shot.camera_id, shot.camera_uid)
    if thing is None:
        return ""
    if thing.session_uid not in _cameras:
        remember_ids([thing])
        _cameras[thing.session_uid] = _digest(_camera_itself(thing))
    return _cameras[thing.session_uid]


def _camera_itself(thing: bpy.types.Object) -> list[Any]:
    values = [getattr(thing.data, name) for name in _LENS if not _animates(thing.data, name)]
    return [_thing(thing), values, _keys(thing.data)]


def _animates(owner: bpy.types.ID, *names: str) -> bool:
    data = owner.animation_data
    if data is None:
        return False
    paths = [curve.data_path for curve in (*curves_of(owner), *data.drivers)]
    return bool(len(data.nla_tracks)) or any(path.startswith(names) for path in paths)


def _keys(owner: bpy.types.ID) -> list[object]:
    """What animates a data-block: its keys with their handles, its drivers, its strips."""
    data = owner.animation_data
    if data is None:
        return []
    curves = [(curve.data_path, curve.array_index, curve.extrapolation, _points(curve)) for curve in curves_of(owner)]
    drivers = [(curve.data_path, curve.array_index, curve.driver.expression) for curve in data.drivers]
    strips = [(strip.frame_start, strip.frame_end, strip.mute) for track in data.nla_tracks for strip in track.strips]
    return [*curves, *drivers, *strips]


def _points(curve: bpy.types.FCurve) -> str:
    points, values = curve.keyframe_points, []
    for name in ("co", "handle_left", "handle_right"):
        row = [0.0] * (2 * len(points))
        points.foreach_get(name, row)
        values.append(row)
    return _digest([values, [point.interpolation for point in points], curve.mute])


def _stamp(path: Any) -> float:
    try:
        return float(path.stat().st_mtime) if path is not None else 0.0
    except OSError:
        return 0.0


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def changed_since(scene: bpy.types.Scene, shot: Shot, take: TakeOnDisk | None) -> bool:
    """As `is_changed`; nothing is said where the shot's scene cannot be read."""
    try:
        return take is not None and is_changed(scene, shot, take)
    except MirageError:
        return False
