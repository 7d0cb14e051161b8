"""Data-blocks found again: by their `session_uid`, which renames, undo and redo leave as it is, or by their stable id.

A name is the last resort. It is no one's own: what is linked from a library may be called as what is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import bpy

from ..core.errors import SceneNotReady
from ..core.shots import Shot
from .ids import object_id

Block = TypeVar("Block", bound=bpy.types.ID)


def by_session(blocks: Iterable[Block], session_uid: int) -> Block | None:
    return next((block for block in blocks if block.session_uid == session_uid), None)


def find_camera(name: str, camera_id: str = "", session_uid: int = 0) -> bpy.types.Object | None:
    """The camera of this session, else of that stable id, else of that name; None where it is gone."""
    thing = by_session(bpy.data.objects, session_uid) if session_uid else None
    if thing is not None:
        return thing
    for thing in bpy.data.objects:
        if camera_id and thing.type == "CAMERA" and object_id(thing) == camera_id:
            return thing
    return next(iter(cameras_called(name)), None)


def cameras_called(name: str) -> list[bpy.types.Object]:
    """All cameras of that name, the file's own first."""
    found = [thing for thing in bpy.data.objects if thing.name == name and thing.type == "CAMERA"]
    return sorted(found, key=lambda thing: thing.library is not None)


def camera_of(shot: Shot) -> bpy.types.Object:
    """The camera of a shot. Raises SceneNotReady where it is gone."""
    camera = find_camera(shot.camera, shot.camera_id, shot.camera_uid)
    if camera is None:
        raise SceneNotReady(f"There is no camera {shot.camera!r}.", "It was removed. Select the shot again.")
    return camera


def in_this_session(shot: Shot) -> Shot:
    """A shot that was read elsewhere, with the camera that it names here."""
    camera = find_camera(shot.camera, shot.camera_id)
    return replace(shot, camera_uid=camera.session_uid if camera is not None else 0)


def camera_named(name: str) -> bpy.types.Object:
    """The camera that a person names; of two of one name, the one whose library is named behind it, as Blender writes
    it: `Camera [set.blend]`. Raises SceneNotReady where there is none, or it is not said which."""
    cameras = [thing for thing in bpy.data.objects if thing.type == "CAMERA"]
    exact = [thing for thing in cameras if thing.name_full == name]
    found = [thing for thing in cameras if thing.name == name]
    if len(found) > 1 and not (exact and exact[0].library is not None):
        full = ", ".join(repr(thing.name_full) for thing in found)
        raise SceneNotReady(f"There are {len(found)} cameras {name!r}: {full}.", "Name one with its library.")
    if not (exact or found):
        raise SceneNotReady(f"There is no camera {name!r}.", "Check the name for a typing error.")
    return (exact or found)[0]
