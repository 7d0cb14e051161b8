"""Render Look: the current frame, rendered with the user's own engine, becomes the look."""

import bpy

from ..scene.read_camera import fit_resolution
from ..scene.render_look import render_look
from ..scene.show_updates import add_warning
from .output import output_folder
from .report import busy, reports_errors

LOOKS_FOLDER = "looks"


class MIRAGE_OT_render_look(bpy.types.Operator):
    bl_idname = "mirage.render_look"
    bl_label = "Render Look"
    bl_description = "Render the current frame as the scene's camera sees it: the look. Blender stands still meanwhile"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if context.scene.camera is None:
            cls.poll_message_set("The scene has no camera: add one first")
            return False
        if busy(context):
            cls.poll_message_set("A take is being made: wait for it or cancel it first")
            return False
        return True

    @reports_errors
    def execute(self, context):
        scene, settings = context.scene, context.scene.mirage
        base, note = output_folder(scene)
        if note:
            add_warning(note)
            self.report({"WARNING"}, note)
        height, width = fit_resolution(scene, settings.width)
        path = _next_path(base)
        render_look(scene, path, settings.look_engine, settings.look_samples, width, height)
        settings.look_source = "IMAGE"
        settings.look_path = bpy.path.relpath(str(path)) if bpy.data.filepath else str(path)
        settings.look_frame, settings.look_camera = scene.frame_current, scene.camera
        self.report({"INFO"}, f"Look rendered: {path}")
        return {"FINISHED"}


def _next_path(base):
    """The first free name: an older look may be what another take was made with."""
    folder = base / LOOKS_FOLDER
    number = 1
    while (path := folder / f"look_v{number:03d}.png").exists():
        number += 1
    return path
