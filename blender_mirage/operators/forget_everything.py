"""Forget Everything: the world stays, empty."""

import bpy

from ..core.take_job import LookWritten
from ..wire.history import ForgetRequest
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_forget_everything(bpy.types.Operator):
    bl_idname = "mirage.forget_everything"
    bl_label = "Forget Everything"
    bl_description = (
        "Delete everything that the world remembers, with the frames and looks on the backend, for good; the "
        "world stays, empty"
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
            f"Forget everything in {context.scene.mirage.world_name}?",
            "Every take and look of it is deleted for good on the backend. Frames in your output folder stay.",
            "Forget Everything",
        )

    @reports_errors
    def execute(self, context):
        world_id = context.scene.mirage.world_id

        def forget(client):
            client.forget(world_id, ForgetRequest(everything=True))
            return (LookWritten(""),)

        return change_world(self, context, self.bl_label, forget)
