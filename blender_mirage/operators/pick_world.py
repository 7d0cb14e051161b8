"""Use World: another of the backend's worlds for this scene."""

import bpy
from bpy.props import StringProperty

from ..event_pump import pump
from .ordering import wait
from .report import reports_errors
from .world_asking import ask_world


class MIRAGE_OT_pick_world(bpy.types.Operator):
    bl_idname = "mirage.pick_world"
    bl_label = "Use World"
    bl_description = "Use this world for the takes of this scene"
    bl_options = {"REGISTER", "UNDO"}

    world_id: StringProperty(options={"HIDDEN"})
    world_name: StringProperty(options={"HIDDEN"})

    @reports_errors
    def execute(self, context):
        world_id, name = self.world_id, self.world_name

        def pick(later):
            later.scene.mirage.world_id, later.scene.mirage.world_name = world_id, name
            ask_world(later)

        if pump.busy:  # what runs is made in the world of now
            wait(self, context, f"Use World {name}", pick)
        else:
            pick(context)
        return {"FINISHED"}
