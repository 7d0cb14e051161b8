"""Check: what may spoil the takes of the shots, before anything is generated."""

import bpy

from .ordering import carry_out
from .preflight_reading import PreflightReading
from .report import reports_errors


class MIRAGE_OT_check_shots(bpy.types.Operator):
    bl_idname = "mirage.check_shots"
    bl_label = "Check Before Generating"
    bl_description = (
        "Look for problems before anything is generated: missing cameras or looks, an odd scale, a camera "
        "inside an object, whip pans, linked objects, a full disk, and where a camera enters new areas"
    )
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context):
        return carry_out(self, context, "Check Before Generating", PreflightReading)
