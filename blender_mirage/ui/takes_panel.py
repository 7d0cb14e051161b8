"""The Takes part of the Mirage tab: what was made of the chosen shot, which of it is shown, and how."""

import bpy

from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_ROWS = 4
_VERSION_SHARE = 0.34
"""Of a line; the rest is its note, or when it was made."""


class MIRAGE_UL_takes(bpy.types.UIList):
    bl_idname = "MIRAGE_UL_takes"

    def draw_item(self, context, layout, data, take, icon, active_data, active_property):
        row = layout.split(factor=_VERSION_SHARE)
        row.label(text=take.name, icon="HIDE_OFF" if take.shown else "BLANK1", translate=False)
        end = row.row()
        end.label(text=take.note or said(take.text), translate=False)
        end.label(text="", icon="SOLO_ON" if take.star else "SOLO_OFF")


class MIRAGE_PT_takes(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_takes"
    bl_label = "Takes"

    def draw(self, context):
        layout, state = self.layout, context.window_manager.mirage
        if not state.takes:
            layout.label(text=said("No takes of this shot yet"), icon="INFO")
            return
        _draw_list(layout, context, state)
        _draw_opacity(layout, context, state)
        _draw_compare(layout, context, state)
        _draw_renders(layout, context)


def _draw_list(layout, context, state):
    body = layout.row()
    body.template_list("MIRAGE_UL_takes", "", state, "takes", state, "take_index", rows=_ROWS)
    side = body.column(align=True)
    side.operator("mirage.swap_take", text="", icon="TRIA_UP").step = -1
    side.operator("mirage.swap_take", text="", icon="TRIA_DOWN").step = 1
    side.separator()
    side.operator("mirage.bring_up_take", text="", icon="HIDE_OFF")
    side.operator("mirage.review_take", text="", icon="SOLO_ON")
    side.operator("mirage.restore_settings", text="", icon="LOOP_BACK")
    if state.take_index < len(state.takes):
        draw_sentence(layout, context, state.takes[state.take_index].note, "TEXT", translate=False)


def _draw_compare(layout, context, state):
    header, body = layout.panel("mirage_compare", default_closed=True)
    header.label(text=said("Compare"))
    if body is None:
        return
    both = body.row(align=True)
    both.operator("mirage.compare_takes", text=said("Wipe"), icon="SPLIT_VERTICAL").mode = "WIPE"
    both.operator("mirage.compare_takes", text=said("Side by Side"), icon="SNAP_EDGE").mode = "SIDE_BY_SIDE"
    both.operator("mirage.stop_comparing", text="", icon="X")
    draw_sentence(body, context, "It shows in the Sequencer's preview; camera views go on showing the take", "INFO")
    body.prop(state, "compare_split", slider=True)


def _draw_renders(layout, context):
    """What the user's own F12 gives, now that takes lie on the timeline."""
    timeline = context.scene.render.use_sequencer
    row = layout.row(align=True)
    row.label(text=said("F12 Renders"))
    for what, label in (("SCENE", "Scene"), ("TIMELINE", "Timeline")):
        pressed = timeline == (what == "TIMELINE")
        row.operator("mirage.choose_renders", text=said(label), depress=pressed, translate=False).what = what


def _draw_opacity(layout, context, state):
    """Of what lies over the view of the chosen shot's camera."""
    if state.shot_index >= len(state.shots):
        return
    shot = state.shots[state.shot_index]
    camera = next((thing for thing in bpy.data.objects if thing.session_uid == shot.camera_uid), None)
    if camera is None or camera.type != "CAMERA":
        return
    for background in camera.data.background_images:
        image = background.image
        if image is not None and "mirage_camera" in image and image.get("mirage_shot", shot.name) == shot.name:
            row = layout.row(align=True)
            row.prop(background, "alpha", text=said("Take Opacity"), slider=True)
            row.prop(background, "show_background_image", text="")


CLASSES = (MIRAGE_UL_takes, MIRAGE_PT_takes)
