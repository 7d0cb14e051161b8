"""Regenerate Stale: new takes of the chosen shots, made only where something changed since the last."""

import bpy

from .ordering import carry_out
from .report import allowed, reports_errors
from .take_preparation import TakePreparation
from .world_asking import why_not_survey


class MIRAGE_OT_regenerate_stale(bpy.types.Operator):
    bl_idname = "mirage.regenerate_stale"
    bl_label = "Update Changed Shots"
    bl_description = (
        "Make a new take of each shot that changed since its last take. Frames that are still right are reused"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_not_survey(context))

    @reports_errors
    def execute(self, context):
        return carry_out(
            self, context, "Update Changed Shots", lambda later: TakePreparation(later, stale_only=True), True
        )
