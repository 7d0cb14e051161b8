"""The strips that show takes: found by their marks (custom properties), wherever the editor put them.

An editor moves, trims, cuts, duplicates and groups what lies on the timeline. Each part keeps the marks, so that a shot
may have several, some of them in meta strips or on the timeline of another scene.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..compat import strip_span, strips

MARK_SHOT = "mirage_shot"
MARK_FOLDER = "mirage_folder"
MARK_SCENE = "mirage_scene"
"""Id of the scene whose shot it is."""
MARK_COMPARED = "mirage_compared"
"""Of strips that only hold a take against another."""
MARK_LAID = "mirage_laid"
"""How its pictures were laid: values of `fill_strip.Laid`, `fit_strip` and `strip_colors`."""

_KEPT_OF_A_NAME = 50
"""Bytes of a name that a strip keeps at least."""

Facts = Mapping[str, str | int | float]


class Placed(NamedTuple):
    """A strip, and where it lies: next to the strips of `container`, on the timeline of `scene`."""

    strip: Any
    container: Any
    scene: bpy.types.Scene


def placed_strips(scene: bpy.types.Scene) -> Iterator[Placed]:
    """All strips of a timeline, those in meta strips too."""
    if scene.sequence_editor is not None:
        yield from _within(scene, strips(scene.sequence_editor))


def _within(scene: bpy.types.Scene, container: Any) -> Iterator[Placed]:
    for strip in container:
        yield Placed(strip, container, scene)
        if strip.type == "META":
            yield from _within(scene, strips(strip))


def is_take(strip: Any) -> bool:
    """Whether a strip shows a take, and not only to compare."""
    return strip.type == "IMAGE" and MARK_FOLDER in strip and MARK_COMPARED not in strip


def folder_of(strip: Any) -> Path:
    """Where the take lies that a strip shows: beside the .blend, also when both were moved."""
    return Path(bpy.path.abspath(strip.directory))


def parts_of(scene: bpy.types.Scene, shot_name: str, shots_folder: Path | None = None) -> list[Placed]:
    """Every strip that shows a take of the shot `shot_name` of `scene`, on whatever timeline. `shots_folder`: where the
    shot's takes lie, which tells shots of one name apart where strips do not say whose they are."""
    return [
        part
        for timeline in bpy.data.scenes
        if timeline.library is None
        for part in placed_strips(timeline)
        if is_take(part.strip) and part.strip.get(MARK_SHOT) == shot_name and _is_of(part, scene, shots_folder)
    ]


def _is_of(part: Placed, scene: bpy.types.Scene, shots_folder: Path | None) -> bool:
    whose = part.strip.get(MARK_SCENE, "")
    if part.scene == scene:
        others = {scene_mark(other) for other in bpy.data.scenes if other != scene} - {""}
        return whose not in others or whose in former_marks(scene)
    if whose:
        return bool(whose == scene_mark(scene)) and whose not in former_marks(part.scene)
    return shots_folder is not None and folder_of(part.strip).parent == shots_folder


def scene_mark(scene: bpy.types.Scene) -> str:
    """The scene's id; empty before it has one."""
    settings = getattr(scene, "mirage", None)
    return str(settings.scene_id) if settings is not None else ""


def former_marks(scene: bpy.types.Scene) -> set[str]:
    """Ids of the scenes that the scene was duplicated from: what lies on its timeline is its own."""
    settings = getattr(scene, "mirage", None)
    parts = settings.scene_ids_before.split() if settings is not None else ()
    return {part.rsplit("@", 1)[0] for part in parts}


def rename_strips(scene: bpy.types.Scene, old: str, new: str) -> None:
    """A shot of the scene was renamed: its strips are marked with the new name, and called so where we named them."""
    for part in parts_of(scene, old):
        strip = part.strip
        if _is_named_by_us(strip, old):
            strip.name = f"{new} {folder_of(strip).name}"
        strip[MARK_SHOT] = new


def strip_of(scene: bpy.types.Scene, shot_name: str) -> Any | None:
    """The strip that shows the shot's take: of several the one that is active, else the highest on the scene's own
    timeline. None without any."""
    parts = parts_of(scene, shot_name)
    for part in parts:
        if part.strip == part.scene.sequence_editor.active_strip and part.scene == scene:
            return part.strip
    best = max(parts, key=lambda part: (part.scene == scene, int(part.strip.channel)), default=None)
    return best.strip if best is not None else None


def place_of(strip: Any) -> Placed:
    """Where a strip lies. Raises ValueError where it lies nowhere any more."""
    for scene in bpy.data.scenes:
        for part in placed_strips(scene):
            if part.strip == strip:
                return part
    raise ValueError("the strip is on no timeline")


def shown_at(scene: bpy.types.Scene, frame: int) -> Any | None:
    """The highest take strip that the timeline shows at a frame, also in a meta strip; None where there is none."""
    editor = scene.sequence_editor
    return _highest(strips(editor), editor.channels, frame) if editor is not None else None


def _highest(container: Any, channels: Any, frame: int) -> Any | None:
    for strip in sorted(container, key=lambda strip: -strip.channel):
        first, after = strip_span(strip)
        if strip.mute or channels[strip.channel].mute or not first <= frame < after:
            continue
        found = _highest(strips(strip), strip.channels, frame) if strip.type == "META" else strip
        if found is not None and is_take(found):
            return found
    return None


def mark(strip: Any, shot_name: str, scene: bpy.types.Scene, folder: Path, facts: Facts) -> None:
    """Custom properties say which take the strip shows, and its name does, where the editor gave it none."""
    kept = (MARK_LAID, MARK_SHOT, MARK_FOLDER, MARK_SCENE)
    if MARK_SHOT not in strip or _is_named_by_us(strip, str(strip[MARK_SHOT])):
        strip.name = f"{shot_name} {folder.name}"  # Blender's own renaming: animation of the strip goes with it
    for key in [key for key in strip.keys() if key.startswith("mirage_") and key not in kept]:
        del strip[key]
    strip[MARK_SHOT], strip[MARK_FOLDER], strip[MARK_SCENE] = shot_name, str(folder), scene_mark(scene)
    for key, value in facts.items():
        strip[f"mirage_{key}"] = value


def note(strip: Any, **values: Any) -> None:
    """Writes down how the strip's pictures were laid, beside what was written before."""
    before = strip[MARK_LAID].to_dict() if MARK_LAID in strip else {}
    strip[MARK_LAID] = {**before, **values}


def _is_named_by_us(strip: Any, shot_name: str) -> bool:
    """Also where Blender cut the name off, or made it unique."""
    version = re.split(r"[\\/]", str(strip[MARK_FOLDER]))[-1]
    given, base = f"{shot_name} {version}", re.sub(r"\.\d{3,}$", "", strip.name)
    return given.startswith(base) and len(base.encode()) >= min(len(given.encode()), _KEPT_OF_A_NAME)
