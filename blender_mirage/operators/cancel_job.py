"""Cancel: stops the take that is read or made; finished frames stay."""

import bpy

from ..event_pump import pump
from .report import allowed, busy


class MIRAGE_OT_cancel_job(bpy.types.Operator):
    bl_idname = "mirage.cancel_job"
    bl_label = "Cancel"
    bl_description = "Stop the take that is being made; its finished frames stay"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    def execute(self, context):
        pump.cancel()
        return {"FINISHED"}


def _why_not(context):
    if not busy(context):
        return "No take is being made"
    return "It is being cancelled: finished frames come home" if context.window_manager.mirage.cancelling else ""
