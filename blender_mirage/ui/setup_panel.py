"""Setting the backend up: the same in the sidebar and in the preferences."""

import bpy

from ..preferences import backend_is_here, has_backend
from ..translations import said
from .sentences import draw_sentence

_WHY = (
    "The pictures are made by the backend, a program beside Blender. It is not on this machine yet: setting it up "
    "takes a few minutes, once."
)
_WHY_ONLINE = "It is downloaded: 0.3 GB, with an NVIDIA GPU 2.9 GB. Blender's online access is off."
_KEPT_OFFLINE = "Blender was started in offline mode. Start it without --offline-mode."
_END_ICONS = {"DONE": "CHECKMARK", "FAILED": "ERROR", "CANCELLED": "INFO"}


class MIRAGE_PT_setup(bpy.types.Panel):
    """A panel of its own for its bar's sake, as MIRAGE_PT_take; there while it has something to say."""

    bl_idname = "MIRAGE_PT_setup"
    bl_label = "Set-up"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mirage"
    bl_parent_id = "MIRAGE_PT_main"
    bl_options = {"HIDE_HEADER"}

    @classmethod
    def poll(cls, context):
        state = context.window_manager.mirage
        asked_for = state.setup_state in ("RUNNING", "FAILED") or state.backend_version_text
        problem = state.backend_state == "PROBLEM" or not has_backend(context)
        return bool(backend_is_here(context) and (asked_for or problem))

    def draw(self, context):
        draw_setup(self.layout, context, context.window_manager.mirage.setup_state in ("RUNNING", "FAILED"))


def draw_setup(layout, context, notes, beside=0.0):
    """The button, or how far it is and what became of it. `notes`: also what was decided on the way; `beside`: widget
    units of the width that are not ours."""
    state = context.window_manager.mirage
    if state.setup_state == "RUNNING":
        text = "Cancelling: what was half made is removed" if state.setup_cancelling else state.setup_text
        layout.progress(factor=state.setup_progress, text=said(text), translate=False)
        layout.operator("mirage.cancel_setup", text=said("Cancel"), icon="X", translate=False)
    else:
        _draw_button(layout, context, beside)
    for note in state.setup_notes if notes else ():
        draw_sentence(layout, context, note.name, "INFO", beside)
    if state.setup_state in _END_ICONS:
        draw_sentence(layout, context, state.setup_message, _END_ICONS[state.setup_state], beside)
        draw_sentence(layout, context, state.setup_hint, "BLANK1", beside)
    if state.setup_log and state.setup_state != "RUNNING":
        layout.operator("wm.path_open", text=said("Open Log"), icon="TEXT", translate=False).filepath = state.setup_log


def _draw_button(layout, context, beside):
    """One button that leads on, under the reason for it: going online is the user's to allow, and they see for what."""
    if not has_backend(context):
        draw_sentence(layout, context, _WHY, "INFO", beside)
    if bpy.app.online_access:
        label = "Set Up Backend"
    elif bpy.app.online_access_override:  # by the command line: no button changes that
        draw_sentence(layout, context, _KEPT_OFFLINE, "ERROR", beside)
        label = "Set Up Backend"
    else:
        draw_sentence(layout, context, _WHY_ONLINE, "INTERNET_OFFLINE", beside)
        label = "Allow Online Access and Set Up"
    button = layout.row()
    button.scale_y = 1.4
    button.operator("mirage.set_up_backend", text=said(label), icon="IMPORT", translate=False).allow_online = True


CLASSES = (MIRAGE_PT_setup,)
