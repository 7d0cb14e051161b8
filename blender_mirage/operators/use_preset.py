"""Presets: size and steps for a first look, for the edit, for a presentation."""

import bpy
from bpy.props import EnumProperty

from ..core.presets import PRESETS


class MIRAGE_OT_use_preset(bpy.types.Operator):
    bl_idname = "mirage.use_preset"
    bl_label = "Use Preset"
    bl_description = "Set the size of the frames and the steps that a key frame takes"
    bl_options = {"REGISTER", "UNDO"}

    preset: EnumProperty(
        name="Preset",
        items=(
            ("DRAFT", "Draft", "256 pixels across, 2 steps: to see whether it works"),
            ("EDIT", "Edit", "512 pixels across, 4 steps: to cut with"),
            ("FINE", "Fine", "768 pixels across, 6 steps: to show"),
        ),
    )

    def execute(self, context):
        settings = context.scene.mirage
        settings.width, settings.steps = PRESETS[self.preset]
        return {"FINISHED"}
