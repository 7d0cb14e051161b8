"""Asks Blender to draw again what shows the add-on's state: parts of its windows, never more than changed."""

from __future__ import annotations

import bpy


def redraw_views() -> None:
    """The pictures of all 3D Views."""
    _redraw("WINDOW", ("VIEW_3D",))


def redraw_sidebars() -> None:
    """The sidebars that have the Mirage tab."""
    _redraw("UI", ("VIEW_3D", "SEQUENCE_EDITOR"))


def redraw_panels() -> None:
    """The sidebars and the preferences. Not the pictures beside them, which may be heavy to draw: they redraw when
    their data changes."""
    redraw_sidebars()
    _redraw("WINDOW", ("PREFERENCES",))


def _redraw(region: str, areas: tuple[str, ...]) -> None:
    """Regions of a kind, in areas of some kinds, of all windows."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for part in area.regions if area.type in areas else ():
                if part.type == region:
                    part.tag_redraw()
