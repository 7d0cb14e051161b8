"""Presets: size and steps for a first look, for the edit, for a presentation."""

import bpy
from bpy.props import EnumProperty

from ..core.presets import PRESETS


class MIRAGE_OT_use_preset(bpy.types.Operator):
    bl_idname = "mirage.use_preset"
    bl_label = "Use Preset"
    bl_description = "Set the frame size and the number of steps"
    bl_options = {"REGISTER", "UNDO"}

    preset: EnumProperty(
        name="Preset",
        items=(
            ("DRAFT", "Draft", "256 pixels wide, 2 steps: for a first look"),
            ("EDIT", "Edit", "512 pixels wide, 4 steps: for editing"),
            ("FINE", "Fine", "768 pixels wide, 6 steps: for showing"),
        ),
    )

    def execute(self, context):
        settings = context.scene.mirage
        settings.width, settings.steps = PRESETS[self.preset]
        return {"FINISHED"}
