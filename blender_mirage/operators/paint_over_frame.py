"""Paint Over This Frame: a copy of the take's frame under the playhead, open in the image editor."""

import bpy

from ..core.paint_over import copy_to_paint
from ..scene.camera_background import blend_path
from ..scene.paint_frame import frame_at_playhead, open_for_painting
from .report import allowed, report, reports_errors


class MIRAGE_OT_paint_over_frame(bpy.types.Operator):
    bl_idname = "mirage.paint_over_frame"
    bl_label = "Paint Over This Frame"
    bl_description = (
        "Copy the frame under the playhead to paint on, here or in any other program. The take itself is not changed"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if context.scene.sequence_editor is None:
            return allowed(cls, "There is no take on the timeline: generate one first")
        return True

    @reports_errors
    def execute(self, context):
        picture = frame_at_playhead(context.scene)
        copy = copy_to_paint(picture.parent.parent.parent, picture)
        context.scene.mirage.paint_path = blend_path(copy)
        open_for_painting(copy)
        report(self, "INFO", f"Paint on {copy}, save it, then press Use Paint-over")
        return {"FINISHED"}
