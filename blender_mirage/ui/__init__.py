"""Panels. They read properties and offer operators; they change and compute nothing."""

from . import panel

CLASSES = panel.CLASSES
