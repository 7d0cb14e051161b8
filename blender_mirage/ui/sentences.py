"""Sentences in a narrow region: broken into as many lines as it takes, for Blender cuts its own labels off."""

from __future__ import annotations

from collections.abc import Callable

import blf
import bpy

_FONT = 0  # of the interface
_MARGINS = 3.2  # widget units: the tabs, both edges of a panel, and a label's own
_ICON = 1.0  # widget units


def draw_sentence(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str, beside: float = 0.0
) -> None:
    """Labels that show all of `text`, or nothing where it is empty. `beside`: widget units that something else of
    the row takes."""
    if not text:
        return
    width = context.region.width - (_MARGINS + _ICON + beside) * _widget_unit(context)
    column = layout.column(align=True)
    whole = bpy.app.translations.pgettext_iface(text)  # before it is broken up, for no line has a translation
    for number, line in enumerate(wrap(whole, width, _measure(context))):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """`text` in lines that measure at most `width`, broken between words, and within those that are too long."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and measure(joined) <= width:
            lines[-1] = joined
            continue
        while len(word) > 1 and measure(word) > width:
            fitting = max(1, _fitting(word, width, measure))
            lines.append(word[:fitting])
            word = word[fitting:]
        lines.append(word)
    return lines


def _fitting(word: str, width: float, measure: Callable[[str], float]) -> int:
    """How many letters fit; after a path's separator rather than just anywhere."""
    letters = next((count for count in range(len(word) - 1, 0, -1) if measure(word[:count]) <= width), 1)
    separator = max(word.rfind(mark, 0, letters) for mark in "/\\") + 1
    return separator if 2 * separator >= letters else letters


def _widget_unit(context: bpy.types.Context) -> float:
    """Pixels of a button's height, of which Blender's layouts are made."""
    return 20.0 * context.preferences.system.ui_scale


def _measure(context: bpy.types.Context) -> Callable[[str], float]:
    """Pixels that a label's text takes."""
    blf.size(_FONT, context.preferences.ui_styles[0].widget.points * context.preferences.system.ui_scale)
    return lambda text: blf.dimensions(_FONT, text)[0]
