"""Generate: reads the shots and hands them to the backend; the frames come home through the event pump."""

import bpy
from bpy.props import EnumProperty

from .ordering import carry_out
from .report import reports_errors
from .shot_reading import name_in_list
from .take_preparation import TakePreparation


class MIRAGE_OT_generate_take(bpy.types.Operator):
    bl_idname = "mirage.generate_take"
    bl_label = "Generate"
    bl_description = (
        "Make a new take of the shots. Older takes are never overwritten. If something else is running, this "
        "waits its turn"
    )
    bl_options = {"REGISTER"}

    which: EnumProperty(
        name="Which Shots",
        items=(
            ("SETTINGS", "As Set", "The shots named in the settings"),
            ("LIST", "Selected", "The shot selected in the list"),
            ("ALL", "All", "Every shot"),
        ),
        options={"SKIP_SAVE"},
    )

    @reports_errors
    def execute(self, context):
        which = self.which
        shot = name_in_list(context.scene) if which == "LIST" else ""
        words = {"LIST": f"Generate Shot {shot}", "ALL": "Generate All"}.get(which, "Generate")
        return carry_out(self, context, words, lambda later: TakePreparation(later, which=which, shot=shot), True)
