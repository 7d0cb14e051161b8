"""Start Backend: finds the backend, or starts one, and asks it how it is."""

import bpy

from .report import reports_errors
from .world_asking import ask_world


class MIRAGE_OT_start_backend(bpy.types.Operator):
    bl_idname = "mirage.start_backend"
    bl_label = "Start Backend"
    bl_description = "Connect to the backend, or start it on this machine, and list its worlds"
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context):
        context.window_manager.mirage.backend_state = "UNKNOWN"
        ask_world(context, start=True)
        return {"FINISHED"}
