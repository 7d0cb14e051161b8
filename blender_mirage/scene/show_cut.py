"""A workspace opened for editing shows the cut. (From 5.0 on a sequencer is empty until a scene is chosen in it.)"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from ..compat import sequencers_without_scene, workspaces_with_scene
from .scene_keys import shown_scene
from .take_strips import is_take, placed_strips

_had_one: set[int] = set()
"""Workspaces (session_uid) that showed a scene at some time: emptied, they are as the user wants them."""


def register() -> None:
    bpy.app.handlers.load_post.append(_forget)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_forget)


def show_cut_in_new_workspaces() -> bool:
    """Lets sequencers that never showed a scene show that of the window, or the first, that has takes; True where there
    were any."""
    _had_one.update(workspace.session_uid for workspace in workspaces_with_scene())
    new = [workspace for workspace in sequencers_without_scene() if workspace.session_uid not in _had_one]
    scene = _scene_with_takes() if new else None
    if scene is None:
        return False
    for workspace in new:
        workspace.sequencer_scene = scene
        _had_one.add(workspace.session_uid)
    return True


def _scene_with_takes() -> bpy.types.Scene | None:
    scenes = [shown_scene(), *bpy.data.scenes]
    return next((scene for scene in scenes if any(is_take(part.strip) for part in placed_strips(scene))), None)


@persistent
def _forget(*_: object) -> None:
    _had_one.clear()
