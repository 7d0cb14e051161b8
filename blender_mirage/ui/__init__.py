"""Panels. They read properties and offer operators; they change and compute nothing."""

import bpy

from . import look_panel, panel, shots_panel, world_panel
from .sequencer import in_sequencer

_VIEW_3D = panel.CLASSES + look_panel.CLASSES + shots_panel.CLASSES + world_panel.CLASSES

CLASSES = _VIEW_3D + in_sequencer(tuple(cls for cls in _VIEW_3D if issubclass(cls, bpy.types.Panel)))
