"""Refresh: asks the backend what the scene's world holds."""

import bpy

from ..scene.show_shots import forget_shots
from .report import allowed, reports_errors
from .world_asking import ask_world, without_world


class MIRAGE_OT_refresh_world(bpy.types.Operator):
    bl_idname = "mirage.refresh_world"
    bl_label = "Refresh"
    bl_description = "Ask the backend again what this world remembers"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, without_world(context))

    @reports_errors
    def execute(self, context):
        forget_shots()  # takes may have been made by another Blender, or without a window
        ask_world(context)
        return {"FINISHED"}
