"""The look: the picture and the words that are asked for, those that the world has already, and painting over."""

import bpy

from ..properties import known_words, look_icon, unknown_words
from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_LOOK_ROWS = 3
_WORD_COLUMNS = 4
_PICTURE_SHARE, _PICTURE_SCALE = 0.34, 3.4
"""Of the panel's width, and of a row's height: as high as the three rows beside it."""
_NO_PICTURE = bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items["IMAGE_DATA"].value
_NAME_SHARE = 0.55
"""Of a line of the list; the rest is the frame and the time."""


class MIRAGE_MT_words(bpy.types.Menu):
    """The words that the engine knows; many others mean the same."""

    bl_idname = "MIRAGE_MT_words"
    bl_label = "Words"

    def draw(self, context):
        columns = self.layout.column_flow(columns=_WORD_COLUMNS)
        for word in known_words(context.scene.mirage):
            shown = said(word)  # the engine knows it in every language that it is said in
            columns.operator("mirage.add_prompt_word", text=shown.capitalize(), translate=False).word = shown


class MIRAGE_UL_looks(bpy.types.UIList):
    """The pictures among the world's commits."""

    bl_idname = "MIRAGE_UL_looks"

    def filter_items(self, context, data, property):
        shown = [self.bitflag_filter_item if item.kind == "seed_view" else 0 for item in getattr(data, property)]
        return shown, []

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        row = layout.split(factor=_NAME_SHARE)
        row.active = item.state == "live"
        name = item.name if item.name != "look" else said("look")  # a look may have no name of its own
        row.label(text=name, icon="BRUSH_DATA" if item.over_take else "IMAGE_DATA", translate=False)
        end = row.row()
        end.label(text=said(f"frame {item.frame}") if item.frame != -1 else "", translate=False)
        when = end.row()
        when.alignment = "RIGHT"
        when.label(text=said(item.when if item.state == "live" else "hidden"), translate=False)


class MIRAGE_PT_look(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_look"
    bl_label = "Look"

    def draw(self, context):
        layout, state, settings = self.layout, context.window_manager.mirage, context.scene.mirage
        _draw_next(layout, context, settings)
        _draw_paint_over(layout, settings)
        header, body = layout.panel("mirage_looks", default_closed=True)
        header.label(text=said("Looks in This World"))
        if body is not None:
            body.operator("mirage.add_look", icon="ADD")
            if settings.world_id and state.memory_world == settings.world_id:
                _draw_list(body, context, state)


def _draw_next(layout, context, settings):
    """What the next take is to look like."""
    layout.row().prop(settings, "look_source", expand=True)
    if settings.look_source == "IMAGE":
        shown = layout.split(factor=_PICTURE_SHARE)
        shown.template_icon(icon_value=look_icon() or _NO_PICTURE, scale=_PICTURE_SCALE)
        named = shown.column(align=True)
        named.prop(settings, "look_path", text="")
        named.prop(settings, "look_engine", text="")
        named.operator("mirage.render_look", icon="RENDER_STILL")
    prompt = layout.row(align=True)
    prompt.prop(settings, "prompt", icon="TEXT")
    if known_words(settings):
        prompt.menu("MIRAGE_MT_words", text="", icon="DOWNARROW_HLT")
    draw_sentence(layout, context, unknown_words(settings), "INFO")
    layout.prop(settings, "look_strength", slider=True)


def _draw_paint_over(layout, settings):
    paint = layout.row(align=True)
    paint.operator("mirage.paint_over_frame", icon="BRUSH_DATA")
    if settings.paint_path:
        paint.operator("mirage.use_paint_over", icon="CHECKMARK")
        layout.prop(settings, "paint_path", text="")


def _draw_list(layout, context, state):
    layout.template_list("MIRAGE_UL_looks", "", state, "commits", state, "commit_index", rows=_LOOK_ROWS)
    if state.commit_index < len(state.commits) and state.commits[state.commit_index].kind == "seed_view":
        draw_sentence(layout, context, state.commits[state.commit_index].text, "BLANK1")
    buttons = layout.row(align=True)
    buttons.operator("mirage.revert_commit", icon="LOOP_BACK")
    buttons.operator("mirage.restore_commit", icon="LOOP_FORWARDS")
    buttons.operator("mirage.forget_commit", icon="TRASH")


CLASSES = (MIRAGE_MT_words, MIRAGE_UL_looks, MIRAGE_PT_look)
