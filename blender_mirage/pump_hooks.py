"""Hangs the event pump on Blender: its timer, and what becomes of it as files are loaded and saved."""

from __future__ import annotations

import bpy

from . import preferences
from .event_pump import IDLE_SECONDS, pump
from .scene.coverage_overlay import overlay
from .scene.live_look import live_look
from .scene.look_thumbnail import look_thumbnail
from .scene.session_state import copy_state, forget_state, restore_state
from .scene.show_findings import drop_findings
from .scene.show_shots import forget_shots
from .scene.show_updates import mark_stopped


def _tick() -> float:
    return pump.tick()


@bpy.app.handlers.persistent
def _before_load(*_: object) -> None:
    """The scene being read goes away; running takes do not depend on it. What looks at the set is switched off here and
    not by handlers of its own: one that takes itself out of Blender's list makes it pass over the next."""
    live_look.stop()
    overlay.turn_off()
    look_thumbnail.forget()
    pump.lost_to_load = pump.busy
    pump.abandon_reading("IDLE", "", "")
    pump.forget_waiting()
    pump.kept_state = copy_state()
    pump.lost_to_load &= "job_state" not in pump.kept_state


@bpy.app.handlers.persistent
def _after_load(*_: object) -> None:
    restore_state(pump.kept_state)
    if pump.lost_to_load:
        mark_stopped("CANCELLED", "Another file was opened while the set was being read.", "Press Generate again.")
    forget_shots()
    pump.looks_at_world = not bpy.app.background and bpy.context.window_manager.mirage.backend_state == "READY"
    pump.looks_for_takes = not bpy.app.background  # a command without a window does what it was told, and ends


@bpy.app.handlers.persistent
def _after_save(*_: object) -> None:
    drop_findings(bpy.context.window_manager.mirage, "UNSAVED")


def register() -> None:
    forget_state()
    preferences.note_environment(bpy.context)
    pump.resume()
    bpy.app.timers.register(_tick, first_interval=IDLE_SECONDS, persistent=True)
    bpy.app.handlers.load_pre.append(_before_load)
    bpy.app.handlers.load_post.append(_after_load)
    bpy.app.handlers.save_post.append(_after_save)


def unregister() -> None:
    bpy.app.handlers.save_post.remove(_after_save)
    bpy.app.handlers.load_post.remove(_after_load)
    bpy.app.handlers.load_pre.remove(_before_load)
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    pump.abandon_reading("CANCELLED", "Blender Mirage was disabled.", "")
    look_thumbnail.forget()
    pump.cancel_setup()  # an add-on that is updated takes the wheel away that is being installed
    addon = bpy.context.preferences.addons.get(preferences.MiragePreferences.bl_idname)
    if addon is not None and addon.preferences is not None and addon.preferences.stop_backend:
        pump.stop_started()
