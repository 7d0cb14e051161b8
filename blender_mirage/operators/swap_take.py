"""Newer Take, Older Take: another version of the shot takes the place of the one that is shown."""

import bpy
from bpy.props import IntProperty

from ..core.take_list import neighbour
from .report import allowed, report, reports_errors
from .take_choice import bring_up, shot_name, shown_version, takes, why_no_take


class MIRAGE_OT_swap_take(bpy.types.Operator):
    bl_idname = "mirage.swap_take"
    bl_label = "Swap Take"
    bl_description = (
        "Show the take above or below in the list in place of the one that is seen, on the timeline and over the "
        "camera's view; the eye in the list goes with it. No file is touched"
    )
    bl_options = {"REGISTER", "UNDO"}

    step: IntProperty(name="Step", default=1, description="1: the next newer one; -1: the next older one")

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_no_take(context))

    @reports_errors
    def execute(self, context):
        take = neighbour(takes(context), shown_version(context), self.step)
        if take is None:
            report(self, "INFO", "This is the newest take" if self.step > 0 else "This is the oldest take")
            return {"CANCELLED"}
        bring_up(context.scene, shot_name(context), take)
        context.window_manager.mirage.take_index = takes(context).index(take)
        return {"FINISHED"}
