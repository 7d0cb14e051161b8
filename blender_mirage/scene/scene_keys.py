"""From a scene to what finds it again, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import bpy
from bpy.app.handlers import persistent

from ..core.scene_key import SceneKey
from .copied_file import own_path
from .find import by_session
from .own_ids import OwnIds


def register() -> None:
    bpy.app.handlers.load_post.append(_after_load)
    bpy.app.handlers.save_pre.append(_before_save)


def unregister() -> None:
    bpy.app.handlers.save_pre.remove(_before_save)
    bpy.app.handlers.load_post.remove(_after_load)


@persistent
def _after_load(*_: object) -> None:
    _ids.after_load()


@persistent
def _before_save(target: str, *_: object) -> None:
    _ids.before_save(target)


def shown_scene() -> bpy.types.Scene:
    """The scene of the first window, also in a timer, where the context has none."""
    windows = bpy.context.window_manager.windows
    return windows[0].scene if len(windows) else bpy.context.scene


def scene_key(scene: bpy.types.Scene) -> SceneKey:
    """A key of `scene`, which gets an id where it has none, or one that it was duplicated with."""
    _ids.ensure(bpy.data.scenes)
    return SceneKey(scene_id(scene), scene.name, own_path(), scene.session_uid)


def scene_id(scene: bpy.types.Scene) -> str:
    """The id by which `scene` is known, in every session; nothing is written."""
    _ids.remember(bpy.data.scenes)
    return _ids.known(scene)


def find_scene(key: SceneKey) -> bpy.types.Scene | None:
    """By id; where an undo took the id back, by session; where the file was loaded again unsaved, by file and name."""
    for scene in bpy.data.scenes:
        if key.scene_id and scene_id(scene) == key.scene_id:
            return scene
    known = by_session(bpy.data.scenes, key.session)
    if known is not None or not key.blend:  # of two files that were never saved, both have a `Scene`
        return known
    return bpy.data.scenes.get(key.name) if key.blend == own_path() else None


def _write(scene: bpy.types.Scene, own: str) -> None:
    """Of a duplicate, the id that it was duplicated with is written down too: the takes that there are stay its own."""
    settings = scene.mirage
    if settings.scene_id not in ("", own):
        now = datetime.now(UTC).isoformat()
        former = "@".join((settings.scene_id, now))
        settings.scene_ids_before = " ".join((*settings.scene_ids_before.split(), former))
    settings.scene_id = own


_ids = OwnIds("scene", lambda: bpy.data.scenes, lambda scene: scene.mirage.scene_id, _write)
