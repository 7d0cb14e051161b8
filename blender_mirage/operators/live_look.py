"""Live Look: on, and off again."""

import bpy

from ..event_pump import pump
from ..preferences import backend_settings
from ..scene.live_look import live_look
from .report import allowed, reports_errors
from .world_asking import without_world


class MIRAGE_OT_live_look(bpy.types.Operator):
    bl_idname = "mirage.live_look"
    bl_label = "Live Look"
    bl_description = (
        "Show the look over the camera view while you move the camera and the set. Neither the file nor the "
        "world is changed"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, "" if live_look.on else without_world(context))

    @reports_errors
    def execute(self, context):
        if live_look.on:
            live_look.stop()
        else:
            live_look.start(backend_settings(context), pump.started_backends.append)
        return {"FINISHED"}
