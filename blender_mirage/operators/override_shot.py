"""Own Settings: the chosen shot is made with a prompt or a seed of its own."""

import bpy

from ..scene.show_shots import chosen_shot
from .report import allowed


class MIRAGE_OT_override_shot(bpy.types.Operator):
    bl_idname = "mirage.override_shot"
    bl_label = "Shot Overrides"
    bl_description = "Give the selected shot its own prompt, look or seed"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context, wanted=False))

    def execute(self, context):
        settings = context.scene.mirage
        own = settings.overrides.add()
        own.name, own.prompt = chosen_shot(context.window_manager.mirage), settings.prompt
        own.seed = settings.seed
        return {"FINISHED"}


class MIRAGE_OT_remove_override(bpy.types.Operator):
    bl_idname = "mirage.remove_override"
    bl_label = "Remove Overrides"
    bl_description = "Use the scene's prompt, look and seed for the selected shot again"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context, wanted=True))

    def execute(self, context):
        overrides = context.scene.mirage.overrides
        overrides.remove(overrides.find(chosen_shot(context.window_manager.mirage)))
        return {"FINISHED"}


def _why_not(context, wanted):
    name = chosen_shot(context.window_manager.mirage)
    if not name:
        return "Select a shot in the list first"
    if (name in context.scene.mirage.overrides) == wanted:
        return ""
    return "This shot has no overrides" if wanted else "This shot already has overrides"
