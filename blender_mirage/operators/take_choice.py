"""Which take the operators on takes are about: that which is chosen in the list, of the shot that is chosen there."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.errors import MirageError
from ..core.shots import Shot
from ..core.take_files import frames_on_disk
from ..core.take_list import TakeOnDisk
from ..scene.own_renders import own_renders_stay, take_note
from ..scene.read_shots import find_shot
from ..scene.show_shots import chosen_shot, known_takes
from ..scene.show_take import MARK_SHOT, folder_of, is_take, show_take, strip_facts, strip_of
from ..scene.show_updates import add_warning


def shot_name(context: bpy.types.Context) -> str:
    """Of the active strip, in the sequencer; else of the shot that is chosen in the list. Empty without any."""
    area, editor = context.area, context.scene.sequence_editor
    if area is not None and area.type == "SEQUENCE_EDITOR" and editor is not None:
        strip = editor.active_strip
        if strip is not None and is_take(strip):
            return str(strip[MARK_SHOT])
    return chosen_shot(context.window_manager.mirage)


def takes(context: bpy.types.Context) -> tuple[TakeOnDisk, ...]:
    name = shot_name(context)
    return known_takes(context.scene, name) if name else ()


def chosen_take(context: bpy.types.Context) -> TakeOnDisk | None:
    """The line of the list of takes that is chosen."""
    index, found = context.window_manager.mirage.take_index, takes(context)
    return found[index] if 0 <= index < len(found) else None


def shown_version(context: bpy.types.Context) -> int:
    """The version that the shot's strip shows; 0 where it has none."""
    strip = strip_of(context.scene, shot_name(context))
    folder = folder_of(strip).name if strip is not None else ""
    return next((take.version for take in takes(context) if take.name == folder), 0)


def why_no_take(context: bpy.types.Context) -> str:
    return "" if takes(context) else "No takes of this shot yet: press Generate"


def bring_up(scene: bpy.types.Scene, name: str, take: TakeOnDisk) -> None:
    """Shows a take of the shot `name` on the timeline and behind its camera. Raises MirageError."""
    frames = tuple(frames_on_disk(take.folder))
    with own_renders_stay(scene):
        show_take(scene, shot_of(scene, name, take), take.folder, frames, facts=strip_facts(take.facts))
    if note := take_note(scene):
        add_warning(note)


def shot_of(scene: bpy.types.Scene, name: str, take: TakeOnDisk) -> Shot:
    """The shot `name` as it is now; where its marker went away, as its take still knows it."""
    try:
        return find_shot(scene, name)
    except MirageError:
        camera: dict[str, Any] = take.facts.get("camera", {})
        named, own = str(camera.get("name", "")), str(camera.get("id", ""))
        return Shot(name, named, take.frames[0], take.frames[-1], camera_id=own)
