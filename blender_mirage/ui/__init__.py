"""Panels. They read properties and offer operators; they change and compute nothing."""

import bpy

from . import (
    coverage_panel,
    live_panel,
    look_panel,
    panel,
    setup_panel,
    shots_panel,
    take_panel,
    takes_panel,
    world_panel,
)
from .sequencer import in_sequencer

_VIEW_3D = (
    *panel.CLASSES,
    *setup_panel.CLASSES,  # first of all, where it is there
    *take_panel.CLASSES,  # up here, so that what goes on, and Cancel, are never below the edge of a small screen
    *look_panel.CLASSES,
    *shots_panel.CLASSES,
    *live_panel.CLASSES,
    *takes_panel.CLASSES,
    *coverage_panel.CLASSES,
    *world_panel.CLASSES,
    *panel.SETTINGS,
)
"""From top to bottom."""

CLASSES = (
    *_VIEW_3D,
    *take_panel.POPOVERS,
    *in_sequencer(tuple(cls for cls in _VIEW_3D if issubclass(cls, bpy.types.Panel))),
)
