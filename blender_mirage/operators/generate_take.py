"""Generate: reads the shots and hands them to the backend; the frames come home through the event pump."""

import bpy
from bpy.props import EnumProperty

from ..event_pump import pump
from .report import allowed, busy, reports_errors
from .take_preparation import TakePreparation


class MIRAGE_OT_generate_take(bpy.types.Operator):
    bl_idname = "mirage.generate_take"
    bl_label = "Generate"
    bl_description = "Make a new take of the chosen shots with the look; nothing older is overwritten"
    bl_options = {"REGISTER"}

    which: EnumProperty(
        name="Which Shots",
        items=(
            ("SETTINGS", "As Set", "Those that the settings name"),
            ("LIST", "Chosen", "The one that is chosen in the list"),
            ("ALL", "All", "Every shot"),
        ),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        if busy(context):
            return allowed(cls, "A take is being made: wait for it or cancel it first")
        return True

    @reports_errors
    def execute(self, context):
        preparation = TakePreparation(context, which=self.which)
        if bpy.app.background:  # no timers run there, and nobody waits for a redraw
            pump.read_now(preparation)
        else:
            pump.read(preparation)
        return {"FINISHED"}
