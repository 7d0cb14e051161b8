"""Use World: another of the backend's worlds for this scene."""

import bpy
from bpy.props import StringProperty

from .report import allowed, busy, reports_errors
from .world_asking import ask_world


class MIRAGE_OT_pick_world(bpy.types.Operator):
    bl_idname = "mirage.pick_world"
    bl_label = "Use World"
    bl_description = "Make the takes of this scene in that world"
    bl_options = {"REGISTER", "UNDO"}

    world_id: StringProperty(options={"HIDDEN"})
    world_name: StringProperty(options={"HIDDEN"})

    @classmethod
    def poll(cls, context):
        if busy(context):
            return allowed(cls, "A take is being made: wait for it or cancel it first")
        return True

    @reports_errors
    def execute(self, context):
        settings = context.scene.mirage
        settings.world_id, settings.world_name = self.world_id, self.world_name
        ask_world(context)
        return {"FINISHED"}
