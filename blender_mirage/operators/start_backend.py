"""Start Backend: finds the backend, or starts one, and asks it how it is."""

import bpy

from ..core.errand import Errand
from ..event_pump import pump
from ..preferences import backend_settings
from ..scene.show_updates import scene_key
from .report import reports_errors


class MIRAGE_OT_start_backend(bpy.types.Operator):
    bl_idname = "mirage.start_backend"
    bl_label = "Start Backend"
    bl_description = "Find the inference backend, or start it on this machine, and list its worlds"
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context):
        context.window_manager.mirage.backend_state = "UNKNOWN"
        settings = backend_settings(context)
        pump.watch(Errand(settings, scene_key(context.scene), pump.updates))
        return {"FINISHED"}
