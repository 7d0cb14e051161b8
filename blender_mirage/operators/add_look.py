"""Add Look: the look is written into the world now, beside those that it has; no take is made."""

import bpy

from .ordering import carry_out
from .picture_preparation import LookPreparation
from .report import allowed, busy, reports_errors


class MIRAGE_OT_add_look(bpy.types.Operator):
    bl_idname = "mirage.add_look"
    bl_label = "Add Look"
    bl_description = (
        "Add the look image to the world, as seen through its camera at its frame. A world can have several "
        "looks; where two show the same place, the newer one is used"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        state, settings = context.window_manager.mirage, context.scene.mirage
        coming = state.job_kind == "LOOK" and busy(context)
        if coming or settings.look_source == "IMAGE" and settings.look_path:
            return True
        return allowed(cls, "There is no look image: choose one or press Render Look")

    @reports_errors
    def execute(self, context):
        return carry_out(self, context, "Add Look", LookPreparation, True)
