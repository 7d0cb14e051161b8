"""F12 Renders: the scene, or the timeline with its takes."""

import bpy
from bpy.props import EnumProperty

from ..scene.own_renders import SCENE, TIMELINE, choose_renders
from ..scene.show_findings import drop_findings


class MIRAGE_OT_choose_renders(bpy.types.Operator):
    bl_idname = "mirage.choose_renders"
    bl_label = "F12 Renders"
    bl_description = (
        "What F12 and Render Animation give: the scene as before the first take, or the timeline with the takes on it "
        "(Sequencer, under Post Processing in the Output properties)"
    )
    bl_options = {"REGISTER", "UNDO"}

    what: EnumProperty(
        name="F12 Renders",
        items=(
            (SCENE, "Scene", "The scene through its camera"),
            (TIMELINE, "Timeline", "The timeline, with the takes on it"),
        ),
    )

    def execute(self, context):
        choose_renders(context.scene, self.what)
        if self.what == SCENE:
            drop_findings(context.window_manager.mirage, "RENDERS")
        return {"FINISHED"}
