"""What the user's own renders (F12, Render Animation) show: the scene, or the timeline with the takes on it.

Blender renders a scene's timeline in place of the scene as soon as a strip lies on it, unless *Sequencer* is off in the
Output properties. A first take must not do that behind the user's back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..compat import strips
from ..core.preflight import Finding
from .take_strips import is_take, placed_strips

SCENE, TIMELINE = "SCENE", "TIMELINE"


@contextmanager
def own_renders_stay(scene: bpy.types.Scene) -> Iterator[None]:
    """What is laid on an empty timeline in the block does not get into the user's renders. Where the user has strips
    already, or was asked before, everything is left as it is."""
    was_empty = not _has_strips(scene)
    yield
    if was_empty and _has_strips(scene) and scene.render.use_sequencer and not scene.mirage.renders_were_kept:
        choose_renders(scene, SCENE)
        scene.mirage.renders_note = True


def choose_renders(scene: bpy.types.Scene, what: str) -> None:
    """`what`: SCENE or TIMELINE. From here on it is the user's choice."""
    scene.render.use_sequencer = what == TIMELINE
    scene.mirage.renders_were_kept = True


def take_note(scene: bpy.types.Scene) -> str:
    """What the user should be told of it, once; empty where there is nothing, or it was told."""
    if not scene.mirage.renders_note:
        return ""
    scene.mirage.renders_note = False
    return "F12 still renders the scene, not the takes on the timeline. Takes > F12 Renders changes that."


def renders_finding(scene: bpy.types.Scene) -> Finding | None:
    """Where F12 gives takes in place of the scene that they were made of."""
    if scene.mirage.shot_source == "STRIPS" or not scene.render.use_sequencer:
        return None
    if not any(is_take(placed.strip) and not placed.strip.mute for placed in placed_strips(scene)):
        return None
    return Finding("RENDERS", "F12 and Render Animation give the takes on the timeline, not the scene.")


def _has_strips(scene: bpy.types.Scene) -> bool:
    editor = scene.sequence_editor
    return editor is not None and len(strips(editor)) > 0
