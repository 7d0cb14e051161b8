"""Writes what a set-up of the backend tells into the properties that panel and preferences draw."""

from __future__ import annotations

import bpy

from ..core.take_job import SetUpEnded, SetUpProgress

RUNNING = "RUNNING"


def show_setup(what: SetUpProgress | SetUpEnded) -> None:
    state = bpy.context.window_manager.mirage
    if isinstance(what, SetUpProgress):
        state.setup_text = what.text
        state.setup_progress = what.done / what.total if what.total else 0.0
        for text in what.notes:
            state.setup_notes.add().name = text
        return
    state.setup_state, state.setup_text, state.setup_progress = what.state.upper(), "", 0.0
    state.setup_message, state.setup_hint, state.setup_log = what.message, what.hint, what.log
    state.setup_cancelling = False


def mark_setting_up() -> None:
    state = bpy.context.window_manager.mirage
    state.setup_state, state.setup_text, state.setup_progress = RUNNING, "", 0.0
    state.setup_message = state.setup_hint = state.setup_log = ""
    state.setup_notes.clear()
    state.setup_cancelling = False


def mark_setup_cancelling() -> None:
    """Cancel was pressed: pip ends at once, and what was half made goes."""
    bpy.context.window_manager.mirage.setup_cancelling = True


def mark_setup_over() -> None:
    """Its thread has ended. Where it could not say how, that is said."""
    if bpy.context.window_manager.mirage.setup_state == RUNNING:
        show_setup(
            SetUpEnded("failed", "Setting the backend up stopped unexpectedly.", "See Blender's console for the cause.")
        )
