"""Panels. They read properties and offer operators; they change and compute nothing."""

import bpy

from . import coverage_panel, live_panel, look_panel, panel, setup_panel, shots_panel, takes_panel, world_panel
from .sequencer import in_sequencer

_VIEW_3D = (
    *panel.CLASSES,
    *panel.TAKE,  # up here, so that what goes on, and Cancel, are never below the edge of a small screen
    *setup_panel.CLASSES,
    *look_panel.CLASSES,
    *shots_panel.CLASSES,
    *live_panel.CLASSES,
    *takes_panel.CLASSES,
    *coverage_panel.CLASSES,
    *world_panel.CLASSES,
    *panel.SETTINGS,
)
"""From top to bottom."""

CLASSES = _VIEW_3D + in_sequencer(tuple(cls for cls in _VIEW_3D if issubclass(cls, bpy.types.Panel)))
