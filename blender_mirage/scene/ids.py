"""The stable id of an object, which tokens of the memory hang on. It survives renames, saving and undo.

Stored as a registered property on the object, hence in the .blend. What cannot be written (linked data) is named after
its library file and full name. An undo past the moment when an id was given takes the property back; the session then
still knows whose it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

import bpy
from bpy.app.handlers import persistent

UNUSED = 2**31 - 1
"""Fills the places of `persistent_id` that an instance does not use."""

_given: dict[int, str] = {}  # by session_uid, which is an object's own for the session, through undo and redo


def register() -> None:
    bpy.types.Object.mirage_id = bpy.props.StringProperty(
        name="Mirage Anchor",
        description="What the world's memory of this object hangs on",
        options={"HIDDEN"},
        override={"LIBRARY_OVERRIDABLE"},
    )
    bpy.app.handlers.save_pre.append(_tell_copies_apart)


def unregister() -> None:
    bpy.app.handlers.save_pre.remove(_tell_copies_apart)
    del bpy.types.Object.mirage_id


@persistent
def _tell_copies_apart(*_: object) -> None:
    """Before a file is written: who is the elder of two objects with one id is known in this session only."""
    ensure_ids(thing for thing in bpy.data.objects if thing.mirage_id)


def ensure_ids(objects: Iterable[bpy.types.Object]) -> None:
    """Gives every object that can be written an id of its own.

    Duplicating an object copies its id; the older of the two keeps it, the copy gets a new one. What lost its id to an
    undo gets the same again.
    """
    for thing, own in _own_ids(objects):
        if thing.mirage_id != own:
            thing.mirage_id = own


def remember_ids(objects: Iterable[bpy.types.Object]) -> None:
    """The same for this session only: the file stays as it is, and `ensure_ids` writes the same ids later."""
    for _ in _own_ids(objects):
        continue


def _own_ids(objects: Iterable[bpy.types.Object]) -> Iterator[tuple[bpy.types.Object, str]]:
    taken: set[str] = set()
    for thing in sorted(objects, key=lambda thing: thing.session_uid):
        if not _writable(thing):
            continue
        own = thing.mirage_id
        if not own or own in taken:
            known = _given.get(thing.session_uid)
            own = known if known and known not in taken else uuid.uuid4().hex
        _given[thing.session_uid] = own
        taken.add(own)
        yield thing, own


def object_id(thing: bpy.types.Object) -> str:
    """The id of an original (not evaluated) object; `ensure_ids` or `remember_ids` has run over it."""
    if thing.library is not None:
        return f"{_library_path(thing.library)}:{thing.name}"
    return _given.get(thing.session_uid) or thing.mirage_id or f":{thing.name_full}"


def instance_id(instance: bpy.types.DepsgraphObjectInstance) -> str:
    """The anchor of what the depsgraph places: the object's id, behind the instancer's and the path below it.

    `persistent_id` names an instance within each instancer on the way, the innermost first. Particles and points keep
    theirs while others come and go. A collection only counts its objects, so that each removed one would shift the
    rest: there the objects' own ids stand in for the numbers.
    """
    thing = instance.object.original
    if not instance.is_instance:
        return object_id(thing)
    instancer = instance.parent.original
    if instancer == thing and thing.type != "MESH":
        return object_id(thing)  # the mesh that a curve, text or metaball turns into comes as an instance of itself
    path = [number for number in instance.persistent_id if number != UNUSED]
    between, numbers = _through_collections(instancer, path)
    if not numbers and between and between[-1] == thing:
        between.pop()
    parts = [object_id(part) for part in (instancer, *between, thing)]
    return "/".join([*parts, ".".join(map(str, numbers))] if numbers else parts)


def _through_collections(instancer: bpy.types.Object, path: list[int]) -> tuple[list[bpy.types.Object], list[int]]:
    """The objects that `path` (innermost first) goes through from collection to collection, and what is left of it."""
    between: list[bpy.types.Object] = []
    numbers, owner = list(path), instancer
    while numbers and owner.instance_type == "COLLECTION" and owner.instance_collection is not None:
        inside = owner.instance_collection.all_objects
        if numbers[-1] >= len(inside):
            break
        owner = inside[numbers.pop()]
        between.append(owner)
    return between, numbers


def _library_path(library: bpy.types.Library) -> str:
    """Relative to the .blend where it can be, however the file says it: the set may move with its libraries."""
    whole = bpy.path.abspath(library.filepath)
    try:
        path = bpy.path.relpath(whole) if bpy.data.filepath else whole
    except ValueError:  # on another drive than the .blend, on Windows
        path = whole
    return path.replace("\\", "/")


def _writable(thing: bpy.types.Object) -> bool:
    return thing.library is None and thing.is_editable
