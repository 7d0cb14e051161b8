"""Shots that have takes, as their scene remembers them: renamed, a shot keeps its takes; each scene has its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import MirageError
from ..core.shot_identity import KnownShot, Place, follow_renames, new_shot_id
from ..core.shots import Shot
from ..core.take_files import safe_name
from ..core.take_job import ShotIdentity
from ..core.take_list import TakeOnDisk
from .camera_background import rename_backgrounds
from .copied_file import own_path
from .ids import object_id
from .read_shots import read_shots
from .scene_keys import scene_id
from .take_strips import folder_of, is_take, placed_strips, rename_strips

_seen: dict[int, object] = {}  # by the scene's session_uid: shots and known names, when they were last compared


def known_shots(scene: bpy.types.Scene) -> list[KnownShot]:
    return [
        KnownShot(item.shot_id, Place(item.name, item.camera, item.at), tuple(filter(None, item.former.split("\n"))))
        for item in scene.mirage.known_shots
    ]


def remember_shots(scene: bpy.types.Scene, shots: Iterable[Shot]) -> None:
    """Writes down shots that have takes, or are about to have."""
    known = known_shots(scene)
    names = {shot.place.name for shot in known}
    new = [shot for shot in shots if shot.name not in names]
    cameras = _cameras() if new else {}
    for shot in new:
        known.append(KnownShot(new_shot_id(shot.name, known), _place(shot, cameras)))
    if new and scene.library is None:
        _write(scene, known)


def follow_shots(scene: bpy.types.Scene, shots: Sequence[Shot]) -> list[tuple[str, str]]:
    """Finds out which shots were renamed since they were written down, and lets what the file says of them follow;
    returns the old names and the new."""
    seen = [(shot.name, shot.camera_uid, shot.cut) for shot in shots], [item.name for item in scene.mirage.known_shots]
    if not seen[1] or scene.library is not None or _seen.get(scene.session_uid) == seen:
        return []
    _seen[scene.session_uid] = seen
    known, cameras = known_shots(scene), _cameras()
    followed = follow_renames(known, [_place(shot, cameras) for shot in shots])
    if followed == known:
        return []
    _write(scene, followed)
    renamed = [
        (before.place.name, now.place.name)
        for before, now in zip(known, followed, strict=True)
        if now.place.name not in ("", before.place.name)
    ]
    for old, new in renamed:
        rename_strips(scene, old, new)
        rename_backgrounds(scene, old, new)
        own = scene.mirage.overrides.get(old)
        if own is not None and new not in scene.mirage.overrides:
            own.name = new
    return renamed


def names_of(scene: bpy.types.Scene, shot: str) -> tuple[str, ...]:
    """The names under which the takes of a shot may lie, its own first."""
    found = _find(scene, shot)
    return found.names if found is not None else (shot,)


def shot_id_of(scene: bpy.types.Scene, shot: str) -> str:
    """Also of a name that it had when it was asked for."""
    found = _find(scene, shot) or next((one for one in known_shots(scene) if shot in one.former), None)
    return found.shot_id if found is not None else new_shot_id(shot, known_shots(scene))


def as_called_now(scene: bpy.types.Scene, shot: Shot) -> Shot:
    """A shot whose take comes home, which may have been renamed while it was made."""
    if _find(scene, shot.name) is not None:
        return shot
    found = next((one for one in known_shots(scene) if shot.name in one.former and one.place.name), None)
    return replace(shot, name=found.place.name) if found is not None else shot


def is_take_of(scene: bpy.types.Scene, shot: str, take: TakeOnDisk) -> bool:
    """Whether a take that lies under one of the shot's names is its own, and not that of another scene's or file's shot
    of that name."""
    facts = take.facts
    wanted = shot_id_of(scene, shot)
    if safe_name(str(facts.get("shot_id") or facts.get("shot") or take.folder.parent.name)) != safe_name(wanted):
        return False
    if not facts.get("scene"):
        return _claims(scene, shot, take)
    until = _ids_of(scene).get(str(facts["scene"]))
    return until is not None and (not until or str(facts.get("created", "")) <= until)


def _ids_of(scene: bpy.types.Scene) -> dict[str, str]:
    """Its own id, and those of the scenes that it was duplicated from, each with when that was; empty: only just."""
    before = dict(part.rsplit("@", 1) for part in scene.mirage.scene_ids_before.split())
    return {**before, scene.mirage.scene_id: "", scene_id(scene): ""}


def _claims(scene: bpy.types.Scene, shot: str, take: TakeOnDisk) -> bool:
    """Of a take whose sidecar does not say in which scene it was made: the scene whose strips show it, or others of its
    shot; else the one that has its camera; else the first that has such a shot. A file beside this one that made it
    keeps it, unless a strip here shows one of them."""
    for folders in ({take.folder}, set(take.folder.parent.glob("v*"))):
        showing = [other for other in bpy.data.scenes if _shows(other, folders)]
        if showing:
            return scene in showing
    blend = str(take.facts.get("blend", ""))
    here = Path(own_path())
    if blend and here.name and blend != here.name and (here.parent / blend).is_file():
        return False
    camera = str(take.facts.get("camera", {}).get("name", ""))
    having = [other for other in bpy.data.scenes if _has_shot(other, shot)]
    filming = [other for other in having if camera in other.objects]
    first = min(filming or having or [scene], key=lambda other: other.session_uid)
    return bool(first == scene)


def _shows(scene: bpy.types.Scene, folders: set[Path]) -> bool:
    return any(is_take(part.strip) and folder_of(part.strip) in folders for part in placed_strips(scene))


def _has_shot(scene: bpy.types.Scene, name: str) -> bool:
    try:
        return any(shot.name == name for shot in read_shots(scene))
    except MirageError:
        return False


def _find(scene: bpy.types.Scene, shot: str) -> KnownShot | None:
    return next((one for one in known_shots(scene) if one.place.name == shot), None)


def _cameras() -> dict[int, bpy.types.Object]:
    return {thing.session_uid: thing for thing in bpy.data.objects if thing.type == "CAMERA"}


def _place(shot: Shot, cameras: Mapping[int, bpy.types.Object]) -> Place:
    camera = cameras.get(shot.camera_uid)
    return Place(shot.name, object_id(camera) if camera is not None else shot.camera, shot.cut[0])


def _write(scene: bpy.types.Scene, known: Sequence[KnownShot]) -> None:
    items: Any = scene.mirage.known_shots
    while len(items) < len(known):
        items.add()
    for item, shot in zip(items, known, strict=True):
        item.name, item.shot_id, item.former = shot.place.name, shot.shot_id, "\n".join(shot.former)
        item.camera, item.at = shot.place.camera, shot.place.at


def identities(scene: bpy.types.Scene, prints: Mapping[str, str], read: str) -> dict[str, ShotIdentity]:
    """What the takes of shots are marked with. `prints`: by the shots' names; `read`: when they were taken."""
    return {
        name: ShotIdentity(shot_id_of(scene, name), names_of(scene, name), print_, read)
        for name, print_ in prints.items()
    }
