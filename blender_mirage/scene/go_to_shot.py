"""Goes to a shot: the playhead to its first frame, and its camera becomes the one that camera views look through."""

from __future__ import annotations

import bpy

from ..core.errors import MirageError
from .find import find_camera
from .read_shots import find_shot


def go_to_shot(context: bpy.types.Context, name: str) -> bool:
    """Only upon a press of the user's, for it moves what they look at. Views that show no camera stay as they are; a
    scene strip's shot is of another scene, so only the playhead goes there. False where there is no such shot."""
    scene = context.scene
    try:
        shot = find_shot(scene, name)
    except MirageError:
        return False
    scene.frame_set(shot.start + shot.shift)  # which also makes the camera of a marker the scene's
    if shot.scene:
        return True
    camera = find_camera(shot.camera, shot.camera_id, shot.camera_uid)
    if camera is not None and scene.camera != camera:
        scene.camera = camera
    for space in camera_views(context):
        if space.use_local_camera:
            space.camera = camera
    return True


def look_through_camera(context: bpy.types.Context) -> None:
    """The 3D Views of the window look through the scene's camera."""
    for space in _views(context):
        space.region_3d.view_perspective = "CAMERA"


def camera_views(context: bpy.types.Context) -> list[bpy.types.SpaceView3D]:
    """The 3D Views of the window that look through a camera."""
    return [space for space in _views(context) if space.region_3d.view_perspective == "CAMERA"]


def _views(context: bpy.types.Context) -> list[bpy.types.SpaceView3D]:
    areas = context.window.screen.areas if context.window is not None else ()
    return [area.spaces.active for area in areas if area.type == "VIEW_3D"]
