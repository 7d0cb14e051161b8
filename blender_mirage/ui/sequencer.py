"""The tab in the sequencer's sidebar: the same panels, drawn by the same functions."""

from __future__ import annotations

import bpy

_COPIED = ("bl_label", "bl_region_type", "bl_category", "bl_options", "bl_order", "draw", "draw_header", "poll")


def in_sequencer(panels: tuple[type[bpy.types.Panel], ...]) -> tuple[type[bpy.types.Panel], ...]:
    """A panel of the sequencer for each of the 3D View's, children under their parents."""
    return tuple(_twin(panel) for panel in panels)


def _twin(panel: type[bpy.types.Panel]) -> type[bpy.types.Panel]:
    known = {name: getattr(panel, name) for name in _COPIED if name in _own_names(panel)}
    names = {"bl_idname": _name(panel.bl_idname), "bl_space_type": "SEQUENCE_EDITOR"}
    if "bl_parent_id" in _own_names(panel):
        names["bl_parent_id"] = _name(panel.bl_parent_id)
    return type(names["bl_idname"], (bpy.types.Panel,), {**known, **names})


def _own_names(panel: type[bpy.types.Panel]) -> set[str]:
    """What the panel and its mixins say, not what every panel has."""
    return {name for cls in panel.__mro__ if cls.__module__.startswith(f"{__package__}.") for name in vars(cls)}


def _name(identifier: str) -> str:
    return identifier.replace("MIRAGE_PT_", "MIRAGE_PT_sequencer_")
