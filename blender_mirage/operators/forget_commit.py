"""Forget: a take or look leaves the world for good."""

import bpy

from ..wire.history import ForgetRequest
from .report import allowed, confirm, reports_errors
from .world_asking import change_world, chosen_commit, look_is_gone, why_no_commit


class MIRAGE_OT_forget_commit(bpy.types.Operator):
    bl_idname = "mirage.forget_commit"
    bl_label = "Delete Permanently"
    bl_description = (
        "Permanently delete what this take or look added to the world, and its frames on the backend. The "
        "frames in your output folder stay"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_no_commit(context))

    def invoke(self, context, event):
        commit = chosen_commit(context)
        return confirm(
            self,
            context,
            event,
            f"Permanently delete {commit.name}, {commit.when}?",
            "It is deleted permanently on the backend. The frames in your output folder stay.",
            "Delete Permanently",
        )

    @reports_errors
    def execute(self, context):
        commit = chosen_commit(context)
        world_id, take_id, kind = context.scene.mirage.world_id, commit.take_id, commit.kind

        def forget(client):
            client.forget(world_id, ForgetRequest(take_id=take_id))
            return look_is_gone(kind)

        return change_world(self, context, f"Delete {commit.name}, {commit.when}", forget)
