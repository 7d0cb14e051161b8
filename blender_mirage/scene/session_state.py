"""What of the session's state (`WindowManager.mirage`) outlives the load of a file, with which Blender replaces the
window manager, and often brings that of the session in which the file was saved.

Every property is in the table below: a new one is put where it belongs, or a test names it.
"""

from __future__ import annotations

import bpy

BACKEND = frozenset(
    {
        "backend_state",
        "backend_text",
        "backend_installed",
        "backend_version_text",
        "worlds",
        "setup_state",
        "setup_cancelling",
        "setup_text",
        "setup_progress",
        "setup_notes",
        "setup_message",
        "setup_hint",
        "setup_log",
    }
)
"""Of the backend: kept."""
USER = frozenset({"live_opacity", "live_size", "overlay_opacity", "overlay_only_unseen"})
"""How the user likes to see things: kept."""
JOB = frozenset(
    {
        "job_state",
        "job_kind",
        "cancelling",
        "title",
        "phase",
        "progress",
        "done",
        "total",
        "frames_saved",
        "message",
        "hint",
        "result",
        "warnings",
    }
)
"""Of what is being made: kept while that runs on, which does not depend on the file; else over, and forgotten."""
FILE = frozenset(
    {
        "waiting",
        "memory_world",
        "memory_text",
        "memory_held",
        "memory_budget",
        "commits",
        "commit_index",
        "coverage",
        "overlay_on",
        "overlay_text",
        "overlay_seen",
        "overlay_partly",
        "overlay_never",
        "findings",
        "was_checked",
        "shots",
        "shot_index",
        "shot_estimate",
        "all_estimate",
        "shots_problem",
        "takes",
        "take_index",
        "live_on",
        "live_text",
        "live_seen",
        "compare_split",
    }
)
"""Of the file that was open: forgotten."""

_BLENDERS_OWN = {"rna_type", "name"}


def copy_state() -> dict[str, object]:
    """What outlives the load of a file, as plain values."""
    state = bpy.context.window_manager.mirage
    kept = BACKEND | USER | (JOB if state.job_state == "RUNNING" else frozenset())
    return {name: _plain(getattr(state, name)) for name in property_names(state) if name in kept}


def restore_state(kept: dict[str, object]) -> None:
    """Puts back what `copy_state` gave; all else is as in a new session."""
    forget_state()
    state = bpy.context.window_manager.mirage
    for name, value in kept.items():
        if not isinstance(value, list):
            setattr(state, name, value)
            continue
        items = getattr(state, name)
        for entry in value:
            item = items.add()
            for key, part in entry.items():
                setattr(item, key, part)


def forget_state() -> None:
    """Nothing is known and nothing runs: what a .blend was saved with says nothing of this session."""
    state = bpy.context.window_manager.mirage
    for name in property_names(state):
        state.property_unset(name)


def property_names(owner: bpy.types.PropertyGroup) -> list[str]:
    """Those that the add-on gave it, and an item's name."""
    own = owner.bl_rna.properties
    left_out = _BLENDERS_OWN if owner.bl_rna.identifier == "MirageState" else {"rna_type"}
    return [prop.identifier for prop in own if prop.identifier not in left_out]


def _plain(value: object) -> object:
    if isinstance(value, (str, int, float)):
        return value
    return [{name: getattr(item, name) for name in property_names(item)} for item in value]
