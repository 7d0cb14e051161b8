"""The stable id of an object, which tokens of the memory hang on. It survives renames, saving and undo.

Stored as a registered property on the object, hence in the .blend; see `own_ids` for those that have none yet. What
cannot be written (linked data) is named after its library file and full name.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy
from bpy.app.handlers import persistent

from .copied_file import relative_to_blend
from .own_ids import OwnIds

UNUSED = 2**31 - 1
"""Fills the places of `persistent_id` that an instance does not use."""


def register() -> None:
    bpy.types.Object.mirage_id = bpy.props.StringProperty(
        name="Mirage Anchor",
        description="What the world's memory of this object hangs on",
        options={"HIDDEN"},
        override={"LIBRARY_OVERRIDABLE"},
    )
    bpy.app.handlers.load_post.append(_after_load)
    bpy.app.handlers.save_pre.append(_before_save)


def unregister() -> None:
    bpy.app.handlers.save_pre.remove(_before_save)
    bpy.app.handlers.load_post.remove(_after_load)
    del bpy.types.Object.mirage_id


@persistent
def _after_load(*_: object) -> None:
    _ids.after_load()


@persistent
def _before_save(target: str, *_: object) -> None:
    _ids.before_save(target)


def ensure_ids(objects: Iterable[bpy.types.Object]) -> None:
    """Gives every object that can be written an id of its own, in the file."""
    _ids.ensure(objects)


def remember_ids(objects: Iterable[bpy.types.Object]) -> None:
    """The same for this session only: the file stays as it is, and `ensure_ids` writes the same ids later."""
    _ids.remember(objects)


def object_id(thing: bpy.types.Object) -> str:
    """The id of an original (not evaluated) object; `ensure_ids` or `remember_ids` has run over it."""
    if thing.library is not None:
        return f"{relative_to_blend(thing.library.filepath)}:{thing.name}"
    return _ids.known(thing) or f":{thing.name_full}"


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


def _write(thing: bpy.types.Object, own: str) -> None:
    thing.mirage_id = own


_ids = OwnIds("object", lambda: bpy.data.objects, lambda thing: thing.mirage_id, _write)
