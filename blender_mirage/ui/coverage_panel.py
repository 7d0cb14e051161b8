"""The Coverage part of the Mirage tab: what the world has seen of the shots."""

import bpy

from .sentences import draw_sentence


class MIRAGE_PT_coverage(bpy.types.Panel):
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mirage"
    bl_idname = "MIRAGE_PT_coverage"
    bl_label = "Coverage"
    bl_parent_id = "MIRAGE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, state = self.layout, context.window_manager.mirage
        layout.operator("mirage.survey_coverage", icon="VIEWZOOM")
        for shot in state.coverage:
            box = layout.box().column(align=True)
            box.label(text=shot.name, icon="VIEW_CAMERA", translate=False)
            draw_sentence(box, context, shot.text, "ERROR" if shot.unseen else "CHECKMARK")
            draw_sentence(box, context, shot.stale, "SEQUENCE")
        ends = layout.column(align=True)
        ends.operator("mirage.regenerate_stale", icon="FILE_REFRESH")
        ends.operator("mirage.hide_coverage", icon="HIDE_ON")


CLASSES = (MIRAGE_PT_coverage,)
