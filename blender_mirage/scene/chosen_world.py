"""The world that a scene's takes are made in. It lies on the backend, so undoing an edit must not take it back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy


@dataclass(frozen=True)
class _Chosen:
    """What a scene was told in this session."""

    world_id: str
    world_name: str
    seed_key: str = ""


_chosen: dict[int, _Chosen] = {}  # by the scene's session_uid, which an undo leaves as it is


def register() -> None:
    for handlers in _handlers():
        handlers.append(_put_back)


def unregister() -> None:
    for handlers in _handlers():
        handlers.remove(_put_back)


def choose_world(scene: bpy.types.Scene, world_id: str, world_name: str) -> None:
    """Makes the scene's takes in that world from now on."""
    scene.mirage.world_id, scene.mirage.world_name = world_id, world_name
    _chosen[scene.session_uid] = _Chosen(world_id, world_name)


def forget_world(world_id: str) -> None:
    """No scene makes its takes in that world any more: it is gone."""
    for scene in bpy.data.scenes:
        settings = scene.mirage
        if settings.world_id == world_id and scene.library is None:
            settings.world_id = settings.world_name = settings.seed_key = ""
    for uid in [uid for uid, chosen in _chosen.items() if chosen.world_id == world_id]:
        del _chosen[uid]


def mark_look_written(scene: bpy.types.Scene, seed_key: str, shot: str = "") -> None:
    """The look of `seed_key` is in the scene's world: the scene's, or that of a shot. Empty: no look is."""
    settings = scene.mirage
    for own in settings.overrides:
        if own.name == shot or not seed_key:
            own.seed_key = seed_key
    if shot:
        return
    settings.seed_key = seed_key
    known = _chosen.get(scene.session_uid) or _Chosen(settings.world_id, settings.world_name)
    _chosen[scene.session_uid] = replace(known, seed_key=seed_key)


def _handlers() -> tuple[list, list]:
    return bpy.app.handlers.undo_post, bpy.app.handlers.redo_post


@bpy.app.handlers.persistent
def _put_back(*_: object) -> None:
    """An undo past the take that chose the world leaves none. A world that was picked before stays picked."""
    for scene in bpy.data.scenes:
        chosen, settings = _chosen.get(scene.session_uid), scene.mirage
        if chosen is None:
            continue
        if not settings.world_id and not settings.world_name:
            settings.world_id, settings.world_name = chosen.world_id, chosen.world_name
        if settings.world_id == chosen.world_id and not settings.seed_key:
            settings.seed_key = chosen.seed_key
