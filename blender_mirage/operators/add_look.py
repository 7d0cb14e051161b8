"""Add Look: the look is written into the world now, beside those that it has; no take is made."""

import bpy

from ..event_pump import pump
from .picture_preparation import LookPreparation
from .report import allowed, busy, reports_errors


class MIRAGE_OT_add_look(bpy.types.Operator):
    bl_idname = "mirage.add_look"
    bl_label = "Add Look"
    bl_description = (
        "Write the look image into the world, as its camera sees the set at its frame. A world can have several; where "
        "two show the same place, the newer is seen"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        if busy(context):
            return allowed(cls, "A take is being made: wait for it or cancel it first")
        if context.scene.mirage.look_source != "IMAGE" or not context.scene.mirage.look_path:
            return allowed(cls, "There is no look image: choose one or press Render Look")
        return True

    @reports_errors
    def execute(self, context):
        preparation = LookPreparation(context)
        (pump.read_now if bpy.app.background else pump.read)(preparation)
        return {"FINISHED"}
