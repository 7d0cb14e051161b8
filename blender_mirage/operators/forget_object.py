"""Forget Object: the world knows nothing of the active object any more."""

import bpy

from ..core.take_job import Note
from ..scene.show_world import anchors_of
from ..wire.history import ForgetRequest
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_forget_object(bpy.types.Operator):
    bl_idname = "mirage.forget_object"
    bl_label = "Forget Object"
    bl_description = (
        "Delete all that the world remembers of the active object, for good; it is made anew with the next take"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    def invoke(self, context, event):
        return confirm(
            self,
            context,
            event,
            f"Forget {context.active_object.name}?",
            "What the world remembers of it is deleted for good. Frames in your output folder stay.",
            "Forget",
        )

    @reports_errors
    def execute(self, context):
        world_id = context.scene.mirage.world_id
        anchors = [info.anchor for info in anchors_of(context.active_object, world_id)]

        def forget(client):
            tokens = sum(client.forget(world_id, ForgetRequest(anchor=anchor)).tokens for anchor in anchors)
            return (Note(f"{tokens:,} tokens were forgotten."),)

        return change_world(self, context, f"Forget {context.active_object.name}", forget)


def _why_not(context):
    reason = without_world(context)
    if reason:
        return reason
    if context.active_object is None:
        return "Select an object first"
    if not anchors_of(context.active_object, context.scene.mirage.world_id):
        return "The world remembers nothing of the active object (press Refresh where it should)"
    return ""
