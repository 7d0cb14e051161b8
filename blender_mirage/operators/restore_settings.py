"""Restore Settings: what the chosen take was made with is set again."""

import bpy

from ..scene.take_settings import put_settings_back
from .report import allowed, report, reports_errors
from .take_choice import chosen_take, why_no_take


class MIRAGE_OT_restore_settings(bpy.types.Operator):
    bl_idname = "mirage.restore_settings"
    bl_label = "Restore Settings"
    bl_description = "Set look, prompt, seed, engine, size and world back to what this take was made with"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    @reports_errors
    def execute(self, context):
        take = chosen_take(context)
        lost = put_settings_back(context.scene, take.facts)
        if lost:
            report(self, "WARNING", f"Not restored from {take.name}: {', '.join(sorted(lost))}")
        return {"FINISHED"}


def _why_not(context):
    take = chosen_take(context)
    if take is None:
        return why_no_take(context) or "Select a take first"
    return "" if "request" in take.facts else "The settings of this take were not saved"
