"""Hide Coverage: its pictures leave the cameras' views."""

import bpy

from ..scene.camera_background import COVERAGE, remove_backgrounds
from .report import allowed


class MIRAGE_OT_hide_coverage(bpy.types.Operator):
    bl_idname = "mirage.hide_coverage"
    bl_label = "Hide Coverage Pictures"
    bl_description = "Remove the coverage pictures from the cameras. Takes are not changed"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        shown = any(COVERAGE.mark in image for image in bpy.data.images)
        return allowed(cls, "" if shown else "No coverage picture is shown")

    def execute(self, context):
        remove_backgrounds(COVERAGE)
        return {"FINISHED"}
