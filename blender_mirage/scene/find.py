"""Data-blocks found again by their `session_uid`, which renames, undo and redo leave as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import bpy

from .ids import object_id

Block = TypeVar("Block", bound=bpy.types.ID)


def by_session(blocks: Iterable[Block], session_uid: int) -> Block | None:
    return next((block for block in blocks if block.session_uid == session_uid), None)


def find_camera(name: str, camera_id: str = "") -> bpy.types.Object | None:
    """The camera of that stable id, else of that name; None where it is gone."""
    for thing in bpy.data.objects:
        if camera_id and thing.type == "CAMERA" and object_id(thing) == camera_id:
            return thing
    thing = bpy.data.objects.get(name)
    return thing if thing is not None and thing.type == "CAMERA" else None
