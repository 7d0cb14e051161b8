"""Use Paint-over: what was painted on a copy of a frame goes into the world."""

from pathlib import Path

import bpy

from .ordering import carry_out
from .picture_preparation import PaintPreparation
from .report import allowed, reports_errors


class MIRAGE_OT_use_paint_over(bpy.types.Operator):
    bl_idname = "mirage.use_paint_over"
    bl_label = "Use Paint-over"
    bl_description = (
        "Apply the painted changes to the world, on the surfaces they lie on and nowhere else. Update "
        "Changed Shots then remakes the frames that show them"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        if not context.scene.mirage.paint_path:
            return allowed(cls, "There is no paint-over yet: press Paint Over This Frame first")
        return True

    @reports_errors
    def execute(self, context):
        copy = Path(bpy.path.abspath(context.scene.mirage.paint_path)).absolute()
        return carry_out(self, context, "Use Paint-over", lambda later: PaintPreparation(later, copy))
