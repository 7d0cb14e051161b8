"""Check: what may spoil the takes of the shots, before anything is generated."""

import bpy

from ..event_pump import pump
from .preflight_reading import PreflightReading
from .report import allowed, busy, reports_errors


class MIRAGE_OT_check_shots(bpy.types.Operator):
    bl_idname = "mirage.check_shots"
    bl_label = "Check Before Generating"
    bl_description = (
        "Look for what may spoil a take: no camera, an odd scale, a camera inside an object, whip pans, linked objects,"
        " a full disk, and where a camera enters space that the world has not seen. Nothing is generated"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        if busy(context):
            return allowed(cls, "A take is being made: wait for it or cancel it first")
        return True

    @reports_errors
    def execute(self, context):
        reading = PreflightReading(context)
        if bpy.app.background:  # no timers run there, and nobody waits for a redraw
            pump.read_now(reading)
        else:
            pump.read(reading)
        return {"FINISHED"}
