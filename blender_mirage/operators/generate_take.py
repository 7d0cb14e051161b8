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
        "Make a new take of the chosen shots with the look; nothing older is overwritten. While something else runs, "
        "it waits for that"
    )
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

    @reports_errors
    def execute(self, context):
        which = self.which
        shot = name_in_list(context.scene) if which == "LIST" else ""
        words = {"LIST": f"Generate Shot {shot}", "ALL": "Generate All"}.get(which, "Generate")
        return carry_out(self, context, words, lambda later: TakePreparation(later, which=which, shot=shot), True)
