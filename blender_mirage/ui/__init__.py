"""Panels. They read properties and offer operators; they change and compute nothing."""

from . import panel, world_panel

CLASSES = panel.CLASSES + world_panel.CLASSES
