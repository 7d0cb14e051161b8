"""Revert: what a take or look taught the world is taken out of it, and kept."""

import bpy

from .report import allowed, reports_errors
from .world_asking import change_world, chosen_commit, look_is_gone, why_no_commit


class MIRAGE_OT_revert_commit(bpy.types.Operator):
    bl_idname = "mirage.revert_commit"
    bl_label = "Hide"
    bl_description = (
        "Hide from the world what this take or look added to it. Nothing is deleted: Unhide brings it back, "
        "and the frames stay"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_no_commit(context, "live"))

    @reports_errors
    def execute(self, context):
        commit, world_id = chosen_commit(context), context.scene.mirage.world_id
        take_id, kind = commit.take_id, commit.kind

        def revert(client):
            client.revert(take_id, world_id)
            return look_is_gone(kind)

        return change_world(self, context, f"Hide {commit.name}, {commit.when}", revert)
