"""Show Take: the chosen version takes the place of the one that is shown."""

import bpy

from .report import allowed, reports_errors
from .take_choice import bring_up, chosen_take, shot_name, why_no_take


class MIRAGE_OT_bring_up_take(bpy.types.Operator):
    bl_idname = "mirage.bring_up_take"
    bl_label = "Show Take"
    bl_description = "Show this take on the timeline and in the camera view"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, "" if chosen_take(context) else why_no_take(context) or "Select a take first")

    @reports_errors
    def execute(self, context):
        bring_up(context.scene, shot_name(context), chosen_take(context))
        return {"FINISHED"}
