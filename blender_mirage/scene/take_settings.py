"""The settings that a take was made with: kept in its sidecar, and put back on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

_NOT_OF_A_TAKE = {
    "name",
    "rna_type",
    "scene_id",
    "seed_key",
    "shot_choice",
    "shot_names",
    "output_folder",
    "paint_path",
    "scene_ids_before",
    "edited",
    "renders_were_kept",
    "renders_note",
}
"""Of the scene, or of what is to be made next."""


def copy_settings(scene: bpy.types.Scene) -> dict[str, Any]:
    """Everything that a take of the scene is made with, as plain values; a camera by its full name."""
    settings = scene.mirage
    kept: dict[str, Any] = {}
    for prop in settings.bl_rna.properties:
        name = prop.identifier
        if name in _NOT_OF_A_TAKE or prop.type == "COLLECTION":
            continue
        value = getattr(settings, name)
        if prop.type == "POINTER":
            value = value.name_full if value is not None else ""
        kept[name] = value if isinstance(value, (str, int, float)) else list(value)
    return kept


def put_settings_back(scene: bpy.types.Scene, facts: Mapping[str, Any]) -> list[str]:
    """The settings of a take, from its sidecar; returns the names of those that could not be put back.

    What the take was asked for counts more than what was set: the shot may have had its own.
    """
    asked = facts.get("request", {})
    wanted = {**facts.get("settings", {}), **{name: asked[name] for name in _ASKED if name in asked}}
    if facts.get("world_id"):
        wanted["world_id"] = facts["world_id"]
    return [name for name, value in wanted.items() if not _put(scene.mirage, name, value)]


_ASKED = ("engine", "seed", "prompt", "steps", "use_memory", "look_strength", "width")


def _put(settings: bpy.types.PropertyGroup, name: str, value: Any) -> bool:
    """False where this version has no such setting, or it cannot be that any more."""
    prop = settings.bl_rna.properties.get(name)
    if prop is None:
        return False
    if prop.type == "POINTER":
        thing = next((one for one in bpy.data.objects if one.name_full == value), bpy.data.objects.get(value))
        setattr(settings, name, thing)
        return thing is not None or not value
    try:
        setattr(settings, name, value)
    except (TypeError, ValueError):
        return False
    return True
