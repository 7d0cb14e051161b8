"""The Mirage tab in the 3D View's sidebar."""

import bpy

from ..preferences import backend_is_here, has_backend
from ..translations import said
from .sentences import draw_sentence
from .sidebar import Sidebar, SidebarPart

_BACKEND_ICONS = {"UNKNOWN": "UNLINKED", "CONNECTING": "TIME", "READY": "LINKED", "PROBLEM": "ERROR"}


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
        if has_backend(context):
            world = layout.row(align=True)
            name = settings.world_name or said("New World")
            world.menu("MIRAGE_MT_worlds", text=name, icon="WORLD", translate=False)
            world.operator("mirage.create_world", text="", icon="ADD")
        if not bpy.data.filepath:  # who has opened nothing yet can try everything on this
            layout.operator("mirage.build_demo_set", icon="SCENE_DATA")


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
        layout.prop(settings, "keep_glass")
        layout.prop(settings, "output_folder")
        layout.prop(settings, "look_frame")
        layout.prop(settings, "look_camera")
        layout.prop(settings, "look_samples")
        layout.operator("mirage.build_demo_set", icon="SCENE_DATA")


def _draw_backend(layout, context, state):
    """One row, so that what is below stays where it is while a backend is started; only a problem says more."""
    icon, here = _BACKEND_ICONS[state.backend_state], backend_is_here(context)
    start = said("Start Backend") if here else said("Connect")
    if state.backend_state == "READY":
        row = layout.row(align=True)
        row.label(text=said(state.backend_text), icon=icon, translate=False)
        row.operator("mirage.release_gpu", text="", icon="MEMORY")
        row.operator("mirage.start_backend", text="", icon="FILE_REFRESH")
    elif state.backend_state == "CONNECTING":
        layout.row().label(text=said(state.backend_text), icon=icon, translate=False)
    elif has_backend(context):  # else the set-up below leads on
        if state.backend_state == "PROBLEM":
            draw_sentence(layout, context, state.backend_text, icon)
        layout.row().operator("mirage.start_backend", text=start, icon=icon, translate=False)
    draw_sentence(layout, context, state.backend_version_text, "INFO")


CLASSES = (MIRAGE_MT_worlds, MIRAGE_PT_main)
SETTINGS = (MIRAGE_PT_settings,)
