"""Demo Set: a small corridor with two shots, to try everything on."""

import bpy

from ..scene.demo_set import build
from ..scene.go_to_shot import look_through_camera
from .report import report, reports_errors

_MARK = "mirage_demo"
"""Custom property of the scene that holds the set, whatever it is called."""


class MIRAGE_OT_build_demo_set(bpy.types.Operator):
    bl_idname = "mirage.build_demo_set"
    bl_label = "Build Demo Set"
    bl_description = (
        "Build a small corridor with props and two shots in a scene of its own, seen through its first camera. Where "
        "the file has one already, go to it"
    )
    bl_options = {"REGISTER", "UNDO"}

    @reports_errors
    def execute(self, context):
        scene = next((one for one in bpy.data.scenes if _MARK in one), None)
        if scene is None:
            scene = bpy.data.scenes.new("Mirage Demo")
            scene[_MARK] = True
            build(scene)
        else:
            report(self, "INFO", f"The demo set is there already, in the scene {scene.name!r}")
        if context.window is not None:
            context.window.scene = scene
            look_through_camera(context)
        return {"FINISHED"}
