"""The Shots part of the Mirage tab: what there is to shoot, how far each is, and the buttons that make takes."""

import bpy

from ..properties import preset_in_use
from ..translations import said
from .sentences import draw_sentence
from .sidebar import SidebarPart

_SHOT_ICONS = {
    "REFUSED": "ERROR",
    "NEW": "RADIOBUT_OFF",
    "QUEUED": "TIME",
    "RUNNING": "PLAY",
    "FAILED": "ERROR",
    "STALE": "FILE_REFRESH",
    "PARTLY": "REMOVE",
    "DONE": "CHECKMARK",
}
_PRESETS = (("DRAFT", "Draft"), ("EDIT", "Edit"), ("FINE", "Fine"))
_OVERRIDES = (("use_prompt", "prompt", "Prompt"), ("use_look", "look_path", "Look"), ("use_seed", "seed", "Seed"))
_ROWS = 4
_NAME_SHARE = 0.45
"""Of a line; the rest is how it stands."""


class MIRAGE_UL_shots(bpy.types.UIList):
    bl_idname = "MIRAGE_UL_shots"

    def draw_item(self, context, layout, data, shot, icon, active_data, active_property):
        row = layout.split(factor=_NAME_SHARE)
        row.label(text=shot.name, icon=_SHOT_ICONS[shot.kind], translate=False)
        row.label(text=said(shot.text), translate=False)


class MIRAGE_PT_shots(SidebarPart, bpy.types.Panel):
    bl_idname = "MIRAGE_PT_shots"
    bl_label = "Shots"

    def draw(self, context):
        layout, state, settings = self.layout, context.window_manager.mirage, context.scene.mirage
        _draw_source(layout, settings)
        if state.shots_problem:
            draw_sentence(layout, context, state.shots_problem, "ERROR")
            layout.operator("mirage.add_camera", icon="CAMERA_DATA")
            return
        layout.template_list("MIRAGE_UL_shots", "", state, "shots", state, "shot_index", rows=_ROWS)
        _draw_own_settings(layout, state, settings)
        _draw_check(layout, context, state)
        _draw_size(layout, settings)


def _draw_source(layout, settings):
    layout.prop(settings, "shot_source", text="")
    row = layout.row(align=True)
    row.prop(settings, "handles")
    row.prop(settings, "frame_step")


def _draw_own_settings(layout, state, settings):
    """Of the chosen shot, where it has some."""
    header, body = layout.panel("mirage_own_settings", default_closed=True)
    header.label(text=said("Shot Overrides"))
    if body is None:
        return
    shot = state.shots[state.shot_index].name if state.shot_index < len(state.shots) else ""
    own = settings.overrides.get(shot)
    if own is None:
        body.operator("mirage.override_shot", icon="ADD")
        return
    for used, name, label in _OVERRIDES:
        row = body.row(align=True)
        row.prop(own, used, text="")
        value = row.row()
        value.active = getattr(own, used)
        value.prop(own, name, text=said(label), translate=False)
    body.operator("mirage.remove_override", icon="X")


def _draw_check(layout, context, state):
    header, body = layout.panel("mirage_check", default_closed=True)
    header.label(text=said("Check"), icon="ERROR" if state.findings else "NONE")
    if body is None:
        return
    body.operator("mirage.check_shots", icon="VIEWZOOM")
    if state.was_checked and not state.findings:
        body.label(text=said("No problems found"), icon="CHECKMARK")
    for finding in state.findings:
        box = body.box().column(align=True)
        draw_sentence(box, context, finding.name, "ERROR" if finding.stops else "INFO")
        _draw_fix(box, finding)


def _draw_fix(box, finding):
    """The button that mends it, where there is one."""
    if finding.kind == "NO_CAMERA":
        box.operator("mirage.add_camera", icon="CAMERA_DATA")
    elif finding.kind == "UNSAVED":
        box.operator("wm.save_as_mainfile", text=said("Save As"), icon="FILE_TICK")
    elif finding.kind == "SCALE":
        scale = said(f"Set Unit Scale to {finding.value:g}")
        fix = box.operator("mirage.fix_scale", text=scale, icon="CON_SIZELIKE", translate=False)
        fix.value, fix.scene = finding.value, finding.scene
    elif finding.kind == "RENDERS":
        box.operator("mirage.choose_renders", text=said("Render the Scene")).what = "SCENE"
    elif finding.kind == "LOOK":
        box.operator("mirage.render_look", icon="RENDER_STILL")
    elif finding.has_frame:
        there = said(f"Go to Frame {finding.frame}")
        box.operator("mirage.go_to_frame", text=there, icon="TIME", translate=False).frame = finding.frame


def _draw_size(layout, settings):
    column = layout.column(align=True)
    presets, chosen = column.row(align=True), preset_in_use(settings)
    for preset, label in _PRESETS:
        presets.operator("mirage.use_preset", text=said(label), depress=preset == chosen).preset = preset
    size = column.row(align=True)
    size.prop(settings, "width")
    size.prop(settings, "seed")


CLASSES = (MIRAGE_UL_shots, MIRAGE_PT_shots)
