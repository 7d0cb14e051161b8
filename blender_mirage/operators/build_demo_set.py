"""Demo Set: a small corridor with two shots, to try everything on."""

import bpy

from ..scene.demo_set import build
from .report import reports_errors


class MIRAGE_OT_build_demo_set(bpy.types.Operator):
    bl_idname = "mirage.build_demo_set"
    bl_label = "Build Demo Set"
    bl_description = "Build a small corridor with props and two shots in a scene of its own"
    bl_options = {"REGISTER", "UNDO"}

    @reports_errors
    def execute(self, context):
        scene = bpy.data.scenes.new("Mirage Demo")
        build(scene)
        if context.window is not None:
            context.window.scene = scene
        return {"FINISHED"}
