"""Take Out: something that waits for what runs now is not wanted any more."""

import bpy
from bpy.props import IntProperty

from ..event_pump import pump


class MIRAGE_OT_drop_waiting(bpy.types.Operator):
    bl_idname = "mirage.drop_waiting"
    bl_label = "Take Out"
    bl_description = "Take this out of the line; what runs now goes on"
    bl_options = {"REGISTER"}

    index: IntProperty(name="Place", description="In the line, from 0")

    def execute(self, context):
        pump.take_out(self.index)
        return {"FINISHED"}
