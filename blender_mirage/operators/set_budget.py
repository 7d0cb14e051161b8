"""Set Budget: how much memory the world's tokens may take while a take is made."""

import bpy
from bpy.props import IntProperty

from .report import allowed, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_set_budget(bpy.types.Operator):
    bl_idname = "mirage.set_budget"
    bl_label = "Memory Limit"
    bl_description = (
        "How much memory this world may use while a take is made. What does not fit stays on the disk and is not used"
    )
    bl_options = {"REGISTER"}

    mebibytes: IntProperty(
        name="Memory Limit (MiB)",
        description="What does not fit stays on the disk and is not used",
        default=1024,
        min=1,
        max=1048576,
    )

    @classmethod
    def poll(cls, context):
        return allowed(cls, without_world(context))

    def invoke(self, context, event):
        self.mebibytes = context.window_manager.mirage.memory_budget or 1024
        return context.window_manager.invoke_props_dialog(self)

    @reports_errors
    def execute(self, context):
        world_id, mebibytes = context.scene.mirage.world_id, self.mebibytes

        def set_budget(client):
            client.set_budget(world_id, mebibytes)
            return ()

        return change_world(self, context, self.bl_label, set_budget)
