"""Delete World: everything that it remembers goes, on the backend, for good."""

import bpy

from ..core.take_job import WorldDeleted
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_delete_world(bpy.types.Operator):
    bl_idname = "mirage.delete_world"
    bl_label = "Delete World"
    bl_description = (
        "Permanently delete this scene's world with its memory, looks and frames on the backend. The frames "
        "in your output folder stay"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, without_world(context))

    def invoke(self, context, event):
        return confirm(
            self,
            context,
            event,
            f"Delete {context.scene.mirage.world_name}?",
            "It is deleted permanently on the backend. The frames in your output folder stay.",
            "Delete World",
        )

    @reports_errors
    def execute(self, context):
        world_id = context.scene.mirage.world_id

        def delete(client):
            client.delete_world(world_id)
            return (WorldDeleted(world_id),)

        return change_world(self, context, self.bl_label, delete, about="")
