"""The Live Look part of the Mirage tab: the engine's frame over the camera's view."""

import bpy

from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart


class MIRAGE_PT_live(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_live"
    bl_label = "Live Look"

    def draw(self, context):
        layout, state = self.layout, context.window_manager.mirage
        icon = "PAUSE" if state.live_on else "PLAY"
        layout.operator("mirage.live_look", icon=icon, depress=state.live_on)
        draw_sentence(layout, context, state.live_text, "INFO")
        draw_sentence(layout, context, state.live_seen, "BLANK1")
        row = layout.row(align=True)
        row.prop(state, "live_opacity", slider=True)
        row.prop(state, "live_size", text="")


def register():
    bpy.types.VIEW3D_MT_view_cameras.append(_draw_in_menu)


def unregister():
    bpy.types.VIEW3D_MT_view_cameras.remove(_draw_in_menu)


def _draw_in_menu(menu, context):
    """Where one looks for what a camera shows: View > Cameras."""
    menu.layout.separator()
    menu.layout.operator("mirage.live_look", text=said("Mirage Live Look"), translate=False)


CLASSES = (MIRAGE_PT_live,)
