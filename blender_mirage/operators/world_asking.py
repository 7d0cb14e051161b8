"""What the operators on a world's memory share: when they may run, and how they ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import bpy

from ..core.client import MirageClient
from ..core.errand import Errand
from ..core.take_job import Happening, LookWritten
from ..event_pump import pump
from ..preferences import backend_settings
from ..properties import MirageCommitItem
from ..scene.scene_keys import scene_key
from .ordering import wait

Action = Callable[[MirageClient], Sequence[Happening]]


def ask_world(
    context: bpy.types.Context, action: Action = lambda client: (), about: str | None = None, start: bool = False
) -> None:
    """Runs `action` on a thread; then the panel shows what a world holds: that of id `about` (none where empty), by
    default the scene's. `start`: a backend of this machine, whatever the preferences say. Raises MirageError."""
    world_id = context.scene.mirage.world_id if about is None else about
    settings = backend_settings(context)
    settings = replace(settings, start=start or settings.start)
    pump.watch(Errand(settings, scene_key(context.scene), pump.updates, action, world_id))


def change_world(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    words: str,
    action: Action,
    about: str | None = None,
) -> set[str]:
    """As `ask_world`, of what changes a world: while something runs, it waits for that, as `words`, so that no take is
    made in a world that changes under it. Raises MirageError."""
    if pump.busy:
        wait(operator, context, words, lambda later: ask_world(later, action, about))
    else:
        ask_world(context, action, about)
    return {"FINISHED"}


def without_world(context: bpy.types.Context) -> str:
    """Why nothing can be asked about the scene's world; empty where it can."""
    if not context.scene.mirage.world_id:
        return "This scene has no world yet: generate a take, or choose a world"
    return ""


def why_not_survey(context: bpy.types.Context) -> str:
    """Why the scene's world cannot be asked about shots; without a window it may be known by its name only."""
    return "" if context.scene.mirage.world_name else without_world(context)


def chosen_commit(context: bpy.types.Context) -> MirageCommitItem | None:
    """The line of the history that is chosen, of the scene's own world."""
    state = context.window_manager.mirage
    if state.memory_world != context.scene.mirage.world_id or state.commit_index >= len(state.commits):
        return None
    return state.commits[state.commit_index]


def why_no_commit(context: bpy.types.Context, wanted_state: str = "") -> str:
    """Why the chosen line of the history cannot be changed; `wanted_state`: live or reverted, empty for both."""
    reason = without_world(context)
    commit = chosen_commit(context)
    if reason or commit is None:
        return reason or "Select a line of the history first"
    if wanted_state and commit.state != wanted_state:
        return "It is already hidden" if wanted_state == "live" else "It is not hidden"
    return ""


def look_is_gone(commit_kind: str) -> tuple[Happening, ...]:
    """After a look left the world: what the panel names as look is written again with the next take."""
    return (LookWritten(""),) if commit_kind == "seed_view" else ()
