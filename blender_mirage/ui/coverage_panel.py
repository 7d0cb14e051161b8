"""The Coverage part of the Mirage tab: what the world has seen of the set, and of the shots."""

import bpy

from ..compat import tint_icon
from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_BOX = 1.0
"""Widget units that the edges of a box take of a line."""


class MIRAGE_PT_coverage(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_coverage"
    bl_label = "Coverage"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, state = self.layout, context.window_manager.mirage
        _draw_overlay(layout, context, state)
        layout.operator("mirage.survey_coverage", icon="VIEWZOOM")
        for shot in state.coverage:
            box = layout.box().column(align=True)
            box.label(text=shot.name, icon="VIEW_CAMERA", translate=False)
            draw_sentence(box, context, shot.text, "ERROR" if shot.unseen else "CHECKMARK", beside=_BOX)
            draw_sentence(box, context, shot.stale, "SEQUENCE", beside=_BOX)
        ends = layout.column(align=True)
        ends.operator("mirage.regenerate_stale", icon="FILE_REFRESH")
        ends.operator("mirage.hide_coverage", icon="HIDE_ON")


def _draw_overlay(layout, context, state):
    layout.operator("mirage.toggle_coverage", icon="OVERLAY", depress=state.overlay_on)
    if not state.overlay_on:
        return
    box = layout.box().column(align=True)
    draw_sentence(box, context, state.overlay_text, "INFO", beside=_BOX)
    if state.overlay_never:
        _draw_share(box, said("Known"), state.overlay_seen, tint_icon(4))
        _draw_share(box, said("Partly"), state.overlay_partly, tint_icon(3))
        _draw_share(box, said("Unknown"), state.overlay_never, tint_icon(2))
    box.separator()
    box.prop(state, "overlay_opacity", slider=True)
    box.prop(state, "overlay_only_unseen")


def _draw_share(layout, name, share, icon):
    """A line of the legend; the icon has the tint's colour."""
    row = layout.row()
    row.label(text=name, icon=icon, translate=False)
    end = row.row()
    end.alignment = "RIGHT"
    end.label(text=said(share), translate=False)


CLASSES = (MIRAGE_PT_coverage,)
