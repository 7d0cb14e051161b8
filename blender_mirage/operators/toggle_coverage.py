"""Coverage Overlay: the set is coated with what its world knows of it, or no longer."""

import bpy

from ..event_pump import pump
from ..preferences import backend_settings
from ..scene.coverage_overlay import overlay
from ..translations import said
from .report import allowed, reports_errors
from .world_asking import without_world


class MIRAGE_OT_toggle_coverage(bpy.types.Operator):
    bl_idname = "mirage.toggle_coverage"
    bl_label = "Coverage Overlay"
    bl_description = (
        "Tint the set in the 3D Viewport by what the world knows of each surface at the detail that the "
        "scene's camera needs: known, partly known or unknown. It follows your edits; the file is not changed"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, "" if overlay.is_on else without_world(context))

    @reports_errors
    def execute(self, context):
        if overlay.is_on:
            overlay.turn_off()
        else:
            overlay.turn_on(backend_settings(context), said, pump.started_backends.append)
        return {"FINISHED"}
