"""Regenerate Stale: new takes of the chosen shots, made only where something changed since the last."""

import bpy

from .ordering import carry_out
from .report import allowed, reports_errors
from .take_preparation import TakePreparation
from .world_asking import why_not_survey


class MIRAGE_OT_regenerate_stale(bpy.types.Operator):
    bl_idname = "mirage.regenerate_stale"
    bl_label = "Regenerate Stale"
    bl_description = (
        "Make new takes of those chosen shots whose last one is out of date; frames that are still right are "
        "taken over from it"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_not_survey(context))

    @reports_errors
    def execute(self, context):
        return carry_out(self, context, "Regenerate Stale", lambda later: TakePreparation(later, stale_only=True), True)
