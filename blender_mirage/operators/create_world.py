"""New World: an empty memory for this scene."""

import bpy
from bpy.props import StringProperty

from ..core.chosen_world import named_anew
from ..core.take_job import WorldChosen
from ..core.world_names import free_name
from ..scene.output import world_name
from .report import reports_errors
from .world_asking import change_world


class MIRAGE_OT_create_world(bpy.types.Operator):
    bl_idname = "mirage.create_world"
    bl_label = "New World"
    bl_description = "Make an empty world and use it for this scene"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Name", description="Name of the new world")

    def invoke(self, context, event):
        self.name = free_name(world_name(), (world.name for world in context.window_manager.mirage.worlds))
        return context.window_manager.invoke_props_dialog(self)

    @reports_errors
    def execute(self, context):
        name = self.name.strip() or world_name()
        return change_world(self, context, f"New World {name}", lambda client: (WorldChosen(named_anew(client, name)),))
