"""From a scene to what finds it again, and back."""

from __future__ import annotations

import uuid

import bpy

from ..core.scene_key import SceneKey
from .find import by_session


def shown_scene() -> bpy.types.Scene:
    """The scene of the first window, also in a timer, where the context has none."""
    windows = bpy.context.window_manager.windows
    return windows[0].scene if len(windows) else bpy.context.scene


def scene_key(scene: bpy.types.Scene) -> SceneKey:
    """A key of `scene`, which gets an id where it has none, or one that it was duplicated with."""
    settings = scene.mirage
    twins = [other for other in bpy.data.scenes if other.mirage.scene_id == settings.scene_id]
    if scene.library is None and (not settings.scene_id or len(twins) > 1):
        settings.scene_id = uuid.uuid4().hex
    return SceneKey(settings.scene_id, scene.name, bpy.data.filepath, scene.session_uid)


def find_scene(key: SceneKey) -> bpy.types.Scene | None:
    """By id; where an undo took the id back, by session; where the file was loaded again unsaved, by file and name."""
    for scene in bpy.data.scenes:
        if key.scene_id and scene.mirage.scene_id == key.scene_id:
            return scene
    known = by_session(bpy.data.scenes, key.session)
    if known is not None or not key.blend:  # of two files that were never saved, both have a `Scene`
        return known
    return bpy.data.scenes.get(key.name) if key.blend == bpy.data.filepath else None
