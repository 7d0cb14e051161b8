"""The World part of the Mirage tab: what the world holds, and its history."""

import bpy

from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_COMMIT_ICONS = {"take": "SEQUENCE", "seed_view": "IMAGE_DATA"}
_HISTORY_ROWS = 4
_NAME_SHARE = 0.5
"""Of a line of the history; the rest is the time and the seed."""


class MIRAGE_UL_history(bpy.types.UIList):
    bl_idname = "MIRAGE_UL_history"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property):
        row = layout.split(factor=_NAME_SHARE)
        row.active = item.state == "live"
        name = item.name if item.name != "look" else said("look")  # a look may have no name of its own
        row.label(text=name, icon=_COMMIT_ICONS.get(item.kind, "DOT"), translate=False)
        when = row.row()
        when.label(text=said(item.when), translate=False)
        end = when.row()
        end.alignment = "RIGHT"
        kind = f"seed {item.seed}" if item.kind == "take" else "look"
        end.label(text=said(kind if item.state == "live" else "hidden"), translate=False)


class MIRAGE_PT_world(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_world"
    bl_label = "World"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, state, settings = self.layout, context.window_manager.mirage, context.scene.mirage
        head = layout.row(align=True)
        head.label(text=settings.world_name or said("No world yet"), icon="WORLD", translate=False)
        head.operator("mirage.fork_world", text="", icon="DUPLICATE")
        head.operator("mirage.refresh_world", text="", icon="FILE_REFRESH")
        head.operator("mirage.delete_world", text="", icon="TRASH")
        if settings.world_id and state.memory_world == settings.world_id:
            _draw_memory(layout.column(align=True), context, state)
            _draw_history(layout, context, state)


def _draw_memory(layout, context, state):
    draw_sentence(layout, context, state.memory_text, "BLANK1")
    draw_sentence(layout, context, state.memory_held, "BLANK1")
    layout.operator("mirage.set_budget", text=said(f"Memory Limit: {state.memory_budget:,} MiB"), icon="MEMORY")


def _draw_history(layout, context, state):
    header, body = layout.panel("mirage_history")
    header.label(text=said("History"))
    if body is None:
        return
    body.template_list("MIRAGE_UL_history", "", state, "commits", state, "commit_index", rows=_HISTORY_ROWS)
    if state.commit_index < len(state.commits):
        draw_sentence(body, context, state.commits[state.commit_index].text, "BLANK1")
    buttons = body.row(align=True)
    buttons.operator("mirage.revert_commit", icon="LOOP_BACK")
    buttons.operator("mirage.restore_commit", icon="LOOP_FORWARDS")
    buttons.operator("mirage.forget_commit", icon="TRASH")
    forget = body.column(align=True)
    forget.operator("mirage.forget_object", text=said(_forget_words(context, state)), icon="OBJECT_DATA")
    forget.operator("mirage.forget_everything", icon="TRASH")


def _forget_words(context, state):
    thing = context.active_object
    if thing is None:
        return "Delete Object from World"
    return f"Delete {thing.name} from World"


CLASSES = (MIRAGE_UL_history, MIRAGE_PT_world)
