"""Fork: a world that remembers the same from here on, to try something in."""

import bpy
from bpy.props import StringProperty

from ..core.take_job import LookWritten, WorldChosen
from ..core.world_names import free_name
from .report import allowed, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_fork_world(bpy.types.Operator):
    bl_idname = "mirage.fork_world"
    bl_label = "Duplicate World"
    bl_description = "Make a copy of this world and use it for this scene, to try things without changing the original"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Name", description="Name of the copy")

    @classmethod
    def poll(cls, context):
        return allowed(cls, without_world(context))

    def invoke(self, context, event):
        self.name = f"{context.scene.mirage.world_name} fork"
        return context.window_manager.invoke_props_dialog(self)

    @reports_errors
    def execute(self, context):
        settings = context.scene.mirage
        name = self.name.strip() or f"{settings.world_name} fork"
        origin, seed_key = settings.world_id, settings.seed_key

        def fork(client):
            world = client.fork_world(origin, free_name(name, (known.name for known in client.worlds())))
            held = seed_key.startswith(f"{origin}:")  # the fork holds the look that its origin does
            return WorldChosen(world), LookWritten(seed_key.replace(origin, world.world_id, 1) if held else "")

        return change_world(self, context, self.bl_label, fork)
