"""What a command would have saved in a .blend that it leaves as it is, kept beside the takes.

So the next command knows the world that the last one made its takes in, the look that is in it, and what the takes were
asked with. A value counts as long as the file says what it said then.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..core.take_files import write_whole
from ..preferences import backend_settings
from ..scene.output import output_folder
from ..scene.scene_keys import scene_id

FOLDER = "_unsaved"
WORLD = ("world_id", "world_name", "seed_key")
ORDER = (
    "engine",
    "look_at_minus_one",
    "look_frame",
    "look_path",
    "look_source",
    "look_strength",
    "prompt",
    "seed",
    "use_memory",
    "width",
)

Values = dict[str, Any]


def values_of(scene: bpy.types.Scene) -> Values:
    """What is kept of a scene: of its settings, and of the looks that its shots have of their own."""
    settings = scene.mirage
    own = {f"seed_key of {shot.name}": shot.seed_key for shot in settings.overrides}
    return {name: getattr(settings, name) for name in (*WORLD, *ORDER)} | own


def keep(scene: bpy.types.Scene, in_file: Values) -> None:
    """Keeps what a command has changed of a scene. in_file: `values_of` when the file was opened. Raises
    TakeNotWritable."""
    changed = {name: [in_file.get(name), value] for name, value in values_of(scene).items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    kept = {"backend": backend_settings(bpy.context).key, "values": changed}
    write_whole(_path(scene), json.dumps(kept, ensure_ascii=False, indent=2).encode())


def forget(scene: bpy.types.Scene) -> None:
    """The file says it all itself from now on."""
    with suppress(OSError):  # the file wins wherever it says something else
        _path(scene).unlink(missing_ok=True)


def recall(scene: bpy.types.Scene, names: Collection[str]) -> None:
    """Puts back what was kept of those names, and of the looks of shots, where the backend is the same."""
    try:
        kept = json.loads(_path(scene).read_text("utf-8"))
        pairs = dict(kept["values"])
        backend = kept["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # no command has left anything here, or nothing that can be read
    now, settings = values_of(scene), scene.mirage
    for name, (in_file, value) in pairs.items():
        of_world = name not in ORDER
        if now.get(name) != in_file or (of_world and backend != backend_settings(bpy.context).key):
            continue
        if name in names:
            setattr(settings, name, value)
        elif name not in (*WORLD, *ORDER) and (own := settings.overrides.get(name.removeprefix("seed_key of "))):
            own.seed_key = value


def _path(scene: bpy.types.Scene) -> Path:
    base, _ = output_folder(scene)
    return base / FOLDER / f"{scene_id(scene)}.json"
