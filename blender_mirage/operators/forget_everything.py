"""Forget Everything: the world stays, empty."""

import bpy

from ..core.take_job import LookWritten
from ..wire.history import ForgetRequest
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_forget_everything(bpy.types.Operator):
    bl_idname = "mirage.forget_everything"
    bl_label = "Delete Everything Permanently"
    bl_description = (
        "Permanently delete everything this world remembers, with its looks and frames on the backend. The "
        "empty world stays"
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
            f"Permanently delete everything in {context.scene.mirage.world_name}?",
            ("All its takes and looks are deleted permanently on the backend. The frames in your output folder stay."),
            "Delete Everything Permanently",
        )

    @reports_errors
    def execute(self, context):
        world_id = context.scene.mirage.world_id

        def forget(client):
            client.forget(world_id, ForgetRequest(everything=True))
            return (LookWritten(""),)

        return change_world(self, context, self.bl_label, forget)
