"""Newer Take, Older Take: another version of the shot takes the place of the one that is shown."""

import bpy
from bpy.props import IntProperty

from ..core.take_list import neighbour
from .report import allowed, report, reports_errors
from .take_choice import bring_up, shot_name, shown_version, takes, why_no_take


class MIRAGE_OT_swap_take(bpy.types.Operator):
    bl_idname = "mirage.swap_take"
    bl_label = "Swap Take"
    bl_description = "Show a newer or older take of the shot in place of this one; no file is touched"
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
        return {"FINISHED"}
