"""What makes takes, how far they are, and what comes next: in rows that stay where they are, whatever goes on."""

import bpy

from ..preferences import has_backend
from ..properties import BUSY_STATES
from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_JOB_ENDS = {"DONE": "Done", "FAILED": "Failed", "CANCELLED": "Cancelled"}
_DONE = {
    "LOOK": "Look rendered",
    "PICTURE": "Added to the world",
    "PAINT_OVER": "Paint-over applied. Update shots to see it",
    "SURVEY": "Done: see Coverage",
    "CHECK": "Checked: no problem",
}
"""What there is then, of a job that makes no take."""
_BAR_SHARE = 0.7
"""Of its row; the rest is Cancel."""
_ALL_SHARE = 0.4
"""Of its row; *Update Changed Shots* is cut short in half a sidebar that is as wide as Blender opens it."""
_NOTES_WIDTH = 18
"""Widget units."""


class MIRAGE_PT_take(SidebarPart, bpy.types.Panel):
    """A panel of its own only because of the bar: under a resting mouse, Blender takes it for the label that comes at
    the same count in the panel when the panel changes, and draws that as a bar."""

    bl_idname = "MIRAGE_PT_take"
    bl_label = "Take"
    bl_options = {"HIDE_HEADER"}

    def draw(self, context):
        layout, state = self.layout, context.window_manager.mirage
        _draw_generate(layout.column(align=True), context)
        _draw_progress(layout.split(factor=_BAR_SHARE, align=True), state)
        _draw_next(layout.row(align=True), state)
        _draw_notes(layout.row(align=True), state)
        if state.job_state != "CANCELLED":
            draw_sentence(layout, context, state.message, "ERROR")
            draw_sentence(layout, context, state.hint, "BLANK1")


class MIRAGE_PT_waiting(bpy.types.Panel):
    """All that waits, over the panel: the row itself has room for one."""

    bl_idname = "MIRAGE_PT_waiting"
    bl_label = "Comes Next"
    bl_space_type = "TOPBAR"  # where it is not drawn by itself
    bl_region_type = "HEADER"
    bl_ui_units_x = _NOTES_WIDTH

    def draw(self, context):
        for index, order in enumerate(context.window_manager.mirage.waiting):
            row = self.layout.row(align=True)
            row.label(text=said(order.name), icon="TIME", translate=False)
            row.operator("mirage.drop_waiting", text="", icon="X", emboss=False).index = index


class MIRAGE_PT_notes(bpy.types.Panel):
    """What was said on the way, over the panel: sentences as long as they come would move all that is below."""

    bl_idname = "MIRAGE_PT_notes"
    bl_label = "Notes"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_ui_units_x = _NOTES_WIDTH

    def draw(self, context):
        state = context.window_manager.mirage
        for text in _notes(state):
            draw_sentence(self.layout, context, text, "INFO", units=_NOTES_WIDTH)


def _draw_generate(layout, context):
    """The shot that is chosen in the list, or all, or what is out of date."""
    layout.enabled = has_backend(context)
    button = layout.row(align=True)
    button.scale_y = 1.4
    button.operator("mirage.generate_take", text=said("Generate Shot"), icon="PLAY").which = "LIST"
    others = layout.split(factor=_ALL_SHARE, align=True)
    others.operator("mirage.generate_take", text=said("Generate All")).which = "ALL"
    others.operator("mirage.regenerate_stale", text=said("Update Changed Shots"))


def _draw_progress(split, state):
    busy = state.job_state in BUSY_STATES
    share = state.progress if busy or state.job_state != "DONE" else 1.0
    text = _working(state) if busy else _ended(state)
    split.progress(factor=share if text else 0.0, text=said(text or "Ready"), translate=False)
    split.operator("mirage.cancel_job", icon="X")


def _draw_next(row, state):
    """What waits; where nothing does, how long a take may last."""
    if state.waiting:
        first = said(f"Next: {state.waiting[0].name}")
        if len(state.waiting) > 1:
            row.popover("MIRAGE_PT_waiting", text=first, icon="TIME", translate=False)
        else:
            row.label(text=first, icon="TIME", translate=False)
        row.operator("mirage.drop_waiting", text="", icon="X").index = 0
    elif state.shot_estimate:
        estimate = said(f"About {state.shot_estimate}, all shots {state.all_estimate}")
        row.label(text=estimate, icon="TIME", translate=False)
    else:
        row.label(text="")


def _draw_notes(row, state):
    notes = _notes(state)
    told = row.row(align=True)
    told.enabled = bool(notes)
    text = said(f"{len(notes):,} notes") if len(notes) > 1 else said(notes[0] if notes else "No note")
    told.popover("MIRAGE_PT_notes", text=text, icon="INFO", translate=False)
    folder = row.row(align=True)
    folder.enabled = bool(state.result)
    folder.operator("wm.path_open", text="", icon="FILE_FOLDER").filepath = state.result


def _notes(state):
    """Also what is said of a cancelled take: the user knows it already."""
    told = [f"{state.message} {state.hint}".strip()] if state.job_state == "CANCELLED" and state.message else []
    return [*told, *(warning.name for warning in state.warnings)]


def _working(state):
    if state.cancelling:
        return "Cancelling: finished frames are kept"
    what = f"{state.title}: {state.phase}" if state.title and state.phase else state.title or state.phase
    if state.phase == "generating":
        return f"{what} {state.done} of {state.total}"
    if state.phase == "sending" and state.total:
        return f"{what} {state.done} of {state.total} MB"
    return f"{what} {state.progress:.0%}" if state.total > 1 else what


def _ended(state):
    """Empty where nothing has ended yet."""
    end, kept = _JOB_ENDS.get(state.job_state, ""), state.frames_saved
    if state.job_state == "DONE" and state.job_kind == "CHECK" and state.findings:
        return "Checked: see Check"
    if state.job_state == "DONE" and state.job_kind in _DONE:
        return _DONE[state.job_kind]
    if not end or state.job_kind in _DONE or not kept:
        return "Nothing to make" if state.job_state == "DONE" else end
    frames = "1 frame" if kept == 1 else f"{kept} frames"
    return f"Done: {frames}" if state.job_state == "DONE" else f"{end}, {frames} kept"


CLASSES = (MIRAGE_PT_take,)
POPOVERS = (MIRAGE_PT_waiting, MIRAGE_PT_notes)
