"""Cancel: stops the take that is read or made; finished frames stay."""

import bpy

from ..event_pump import pump
from .report import allowed, busy


class MIRAGE_OT_cancel_job(bpy.types.Operator):
    bl_idname = "mirage.cancel_job"
    bl_label = "Cancel"
    bl_description = "Stop what is running. Finished frames are kept"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    def execute(self, context):
        pump.cancel()
        return {"FINISHED"}


def _why_not(context):
    if not busy(context):
        return "Nothing is running"
    return "Already cancelling: finished frames are kept" if context.window_manager.mirage.cancelling else ""
