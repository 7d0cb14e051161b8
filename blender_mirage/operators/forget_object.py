"""Forget Object: the world knows nothing of the active object any more."""

import bpy

from ..core.take_job import Note
from ..scene.show_world import anchors_of
from ..wire.history import ForgetRequest
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, without_world


class MIRAGE_OT_forget_object(bpy.types.Operator):
    bl_idname = "mirage.forget_object"
    bl_label = "Delete Object from World"
    bl_description = (
        "Permanently delete everything the world remembers of the active object. The next take makes it anew"
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
            f"Delete {context.active_object.name} from the world?",
            ("What the world remembers of it is deleted permanently. The frames in your output folder stay."),
            "Delete Permanently",
        )

    @reports_errors
    def execute(self, context):
        world_id = context.scene.mirage.world_id
        anchors = [info.anchor for info in anchors_of(context.active_object, world_id)]

        name = context.active_object.name

        def forget(client):
            for anchor in anchors:
                client.forget(world_id, ForgetRequest(anchor=anchor))
            return (Note(f"The world no longer remembers {name}."),)

        return change_world(self, context, f"Delete {context.active_object.name}", forget)


def _why_not(context):
    reason = without_world(context)
    if reason:
        return reason
    if context.active_object is None:
        return "Select an object first"
    if not anchors_of(context.active_object, context.scene.mirage.world_id):
        return "The world remembers nothing of the active object. Press Refresh if it should"
    return ""
