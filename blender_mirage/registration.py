"""Everything that Blender learns of the add-on, in order, and unlearns in the opposite order. Errors propagate."""

import atexit

import bpy

from . import operators, preferences, properties, pump_hooks, render_truce, translations, ui
from .__main__ import main
from .scene import chosen_world, coverage_overlay, ids, live_look, scene_keys, shot_prints, show_cut, strip_colors
from .ui import live_panel

CLASSES = (*properties.CLASSES, *preferences.CLASSES, *operators.CLASSES, *ui.CLASSES)
COMMAND = "mirage"

_commands: list[object] = []


def register() -> None:
    for cls in CLASSES:
        translations.give_context(cls)
        bpy.utils.register_class(cls)
    properties.add_pointers()
    ids.register()
    scene_keys.register()
    chosen_world.register()
    pump_hooks.register()
    shot_prints.register()
    strip_colors.register()
    show_cut.register()
    render_truce.register()
    live_panel.register()
    translations.register(CLASSES)
    _commands.append(bpy.utils.register_cli_command(COMMAND, main))
    if not bpy.app.binary_path:  # as a module, bpy crashes or hangs at its end while Python's classes are in it
        atexit.register(unregister)


def unregister() -> None:
    if not _commands:  # Blender's own end, which comes after the above and switches every add-on off
        return
    atexit.unregister(unregister)
    bpy.utils.unregister_cli_command(_commands.pop())
    translations.unregister()
    live_panel.unregister()
    live_look.unregister()
    coverage_overlay.unregister()
    render_truce.unregister()
    show_cut.unregister()
    strip_colors.unregister()
    shot_prints.unregister()
    pump_hooks.unregister()
    chosen_world.unregister()
    scene_keys.unregister()
    ids.unregister()
    properties.remove_pointers()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
