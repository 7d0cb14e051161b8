"""Restore: a reverted take or look teaches the world again."""

import bpy

from .report import allowed, reports_errors
from .world_asking import change_world, chosen_commit, why_no_commit


class MIRAGE_OT_restore_commit(bpy.types.Operator):
    bl_idname = "mirage.restore_commit"
    bl_label = "Unhide"
    bl_description = "Bring back what this take or look added to the world"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_no_commit(context, "reverted"))

    @reports_errors
    def execute(self, context):
        commit, world_id = chosen_commit(context), context.scene.mirage.world_id
        take_id = commit.take_id

        def restore(client):
            client.restore(take_id, world_id)
            return ()

        return change_world(self, context, f"Unhide {commit.name}, {commit.when}", restore)
