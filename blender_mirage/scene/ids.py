"""The stable id of an object, which tokens of the memory hang on. It survives renames, saving and undo.

Stored as a registered property on the object, hence in the .blend. What cannot be written (linked data) is named after
its library file and full name. An undo past the moment when an id was given takes the property back; the session then
still knows whose it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import bpy

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


def unregister() -> None:
    del bpy.types.Object.mirage_id


def ensure_ids(objects: Iterable[bpy.types.Object]) -> None:
    """Gives every object that can be written an id of its own.

    Duplicating an object copies its id; the older of the two keeps it, the copy gets a new one. What lost its id to an
    undo gets the same again.
    """
    taken: set[str] = set()
    for thing in sorted(objects, key=lambda thing: thing.session_uid):
        if not _writable(thing):
            continue
        if not thing.mirage_id or thing.mirage_id in taken:
            known = _given.get(thing.session_uid)
            thing.mirage_id = known if known and known not in taken else uuid.uuid4().hex
        _given[thing.session_uid] = thing.mirage_id
        taken.add(thing.mirage_id)


def object_id(thing: bpy.types.Object) -> str:
    """The id of an original (not evaluated) object; `ensure_ids` has run over it."""
    if thing.library is not None:
        return f"{thing.library.filepath.replace(chr(92), '/')}:{thing.name}"
    return thing.mirage_id or f":{thing.name_full}"


def instance_id(instance: bpy.types.DepsgraphObjectInstance) -> str:
    """The anchor of what the depsgraph places: the object's id, behind the instancer's and the path below it."""
    thing = instance.object.original
    if not instance.is_instance:
        return object_id(thing)
    instancer = instance.parent.original
    if instancer == thing and thing.type != "MESH":
        return object_id(thing)  # the mesh that a curve, text or metaball turns into comes as an instance of itself
    path = [number for number in instance.persistent_id if number != UNUSED]
    if len(path) == 1 and instancer.instance_type == "COLLECTION":
        # Each object stands in a collection once; its place in the list would shift with every object removed.
        return f"{object_id(instancer)}/{object_id(thing)}"
    return f"{object_id(instancer)}/{object_id(thing)}/{'.'.join(map(str, path))}"


def _writable(thing: bpy.types.Object) -> bool:
    return thing.library is None and thing.is_editable
