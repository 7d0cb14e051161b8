"""The Mirage tab in the 3D View's sidebar."""

import bpy

from ..properties import BUSY_STATES
from ..translations import said
from .sentences import draw_sentence
from .sidebar import Sidebar, SidebarPart

_BACKEND_ICONS = {"UNKNOWN": "UNLINKED", "CONNECTING": "TIME", "READY": "LINKED", "PROBLEM": "ERROR"}
_JOB_ENDS = {"DONE": "Done", "FAILED": "Failed", "CANCELLED": "Cancelled"}
_DONE = {"LOOK": "Look rendered", "PICTURE": "Written into the world", "SURVEY": "Done: see Coverage"}
"""What there is then, of a job that makes no take."""


class MIRAGE_MT_worlds(bpy.types.Menu):
    bl_idname = "MIRAGE_MT_worlds"
    bl_label = "Worlds"

    def draw(self, context):
        layout = self.layout
        for world in context.window_manager.mirage.worlds:
            takes = f"{world.name}  ({world.takes} takes)" if world.takes != 1 else f"{world.name}  (1 take)"
            chosen = layout.operator("mirage.pick_world", text=said(takes), icon="WORLD", translate=False)
            chosen.world_id, chosen.world_name = world.world_id, world.name
        if len(context.window_manager.mirage.worlds):
            layout.separator()
        layout.operator("mirage.create_world", icon="ADD")


class MIRAGE_PT_main(Sidebar, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_main"
    bl_label = "Mirage"

    def draw(self, context):
        layout, state, settings = self.layout, context.window_manager.mirage, context.scene.mirage
        _draw_backend(layout, context, state)
        world = layout.row(align=True)
        name = settings.world_name or said("New World")
        world.menu("MIRAGE_MT_worlds", text=name, icon="WORLD", translate=False)
        world.operator("mirage.create_world", text="", icon="ADD")


class MIRAGE_PT_take(SidebarPart, bpy.types.Panel):
    """A panel of its own only because of the bar: under a resting mouse, Blender takes it for the label that comes at
    the same count in the panel when the panel changes, and draws that as a bar."""

    bl_idname = "MIRAGE_PT_take"
    bl_label = "Take"
    bl_options = {"HIDE_HEADER"}

    def draw(self, context):
        _draw_action(self.layout, context, context.window_manager.mirage)


class MIRAGE_PT_settings(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_settings"
    bl_label = "Settings"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout, settings = self.layout, context.scene.mirage
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "engine")
        layout.prop(settings, "steps")
        layout.prop(settings, "use_memory")
        layout.prop(settings, "use_settings")
        layout.prop(settings, "output_folder")
        layout.prop(settings, "look_frame")
        layout.prop(settings, "look_camera")
        layout.prop(settings, "look_samples")
        layout.operator("mirage.build_demo_set", icon="SCENE_DATA")


def _draw_backend(layout, context, state):
    icon = _BACKEND_ICONS[state.backend_state]
    if state.backend_state == "READY":
        row = layout.row(align=True)
        draw_sentence(row, context, state.backend_text, icon, beside=2.0)
        row.operator("mirage.release_gpu", text="", icon="MEMORY")
        row.operator("mirage.start_backend", text="", icon="FILE_REFRESH")
    else:
        draw_sentence(layout, context, state.backend_text, icon)
        layout.operator("mirage.start_backend", icon="FILE_REFRESH")
    draw_sentence(layout, context, state.backend_version_text, "INFO")


def _draw_action(layout, context, state):
    if state.job_state in BUSY_STATES:
        layout.progress(factor=state.progress, text=said(_working(state)), translate=False)
        layout.operator("mirage.cancel_job", icon="X")
    elif state.job_state in _JOB_ENDS:
        share = 1.0 if state.job_state == "DONE" else state.progress
        layout.progress(factor=share, text=said(_ended(state)), translate=False)
    for index, order in enumerate(state.waiting):
        row = layout.row(align=True)
        row.label(text=said(f"Next: {order.name}"), icon="TIME", translate=False)
        row.operator("mirage.drop_waiting", text="", icon="X", emboss=False).index = index
    draw_sentence(layout, context, state.message, "ERROR" if state.job_state != "CANCELLED" else "INFO")
    draw_sentence(layout, context, state.hint, "BLANK1")
    if state.result and state.job_state not in BUSY_STATES:
        layout.operator("wm.path_open", text=said("Open Take Folder"), icon="FILE_FOLDER").filepath = state.result
    for warning in state.warnings:
        draw_sentence(layout, context, warning.name, "INFO")


def _working(state):
    if state.cancelling:
        return "Cancelling: finished frames are kept"
    what = f"{state.title}: {state.phase}" if state.title and state.phase else state.title or state.phase
    if state.phase == "frames":
        return f"{what} {state.done} of {state.total}"
    if state.phase == "sending" and state.total:
        return f"{what} {state.done} of {state.total} MB"
    return f"{what} {state.progress:.0%}" if state.total > 1 else what


def _ended(state):
    end, kept = _JOB_ENDS[state.job_state], state.frames_saved
    if state.job_state == "DONE" and state.job_kind in _DONE:
        return _DONE[state.job_kind]
    if state.job_kind in _DONE or not kept and state.job_state != "DONE":
        return end
    frames = "1 frame" if kept == 1 else f"{kept} frames"
    return f"Done: {frames}" if state.job_state == "DONE" else f"{end}, {frames} kept"


CLASSES = (MIRAGE_MT_worlds, MIRAGE_PT_main)
TAKE = (MIRAGE_PT_take,)
SETTINGS = (MIRAGE_PT_settings,)
