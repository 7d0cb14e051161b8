"""Sentences in a narrow region: broken into as many lines as it takes, for Blender cuts its own labels off."""

from __future__ import annotations

import re
from collections.abc import Callable

import blf
import bpy

from ..translations import said

_FONT = 0  # of the interface
_MARGINS = 3.2  # widget units: the tabs, both edges of a panel, and a label's own
_ICON = 1.0  # widget units
_NARROWEST = 6.0  # widget units: where there is less room, lines are rather cut off than a letter long
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff"
_OPENING, _CLOSING = "\u201c\u2018\uff08\u300a", "\u3001\u3002\uff0c\uff1a\uff1b\uff1f\uff01\uff09\u300b\u201d\u2019"
_WORD = re.compile(
    rf"(?P<gap>\s*)(?P<word>[{_OPENING}]*(?:[{_CHINESE}]|[^\s{_CHINESE}{_OPENING}{_CLOSING}]+)[{_CLOSING}]*|\S)"
)
"""A Chinese character is a word of its own; a line neither begins with a closing mark nor ends with an opening one."""


def draw_sentence(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    text: str,
    icon: str,
    beside: float = 0.0,
    translate: bool = True,
    units: float = 0.0,
) -> None:
    """Labels that show all of `text`, or nothing where it is empty. `beside`: widget units that something else of
    the row takes. `translate`: not where it is a user's own text. `units`: the width, where it is not the region's."""
    if not text:
        return
    unit = _widget_unit(context)
    whole = units * unit if units else context.region.width
    width = max(whole - (_MARGINS + _ICON + beside) * unit, _NARROWEST * unit)
    column = layout.column(align=True)
    shown = said(text) if translate else text
    for number, line in enumerate(wrap(shown, width, _measure(context))):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """`text` in lines that measure at most `width`, broken between words (Chinese ones have no space between them), and
    within those that are too long."""
    lines: list[str] = []
    for match in _WORD.finditer(text):
        gap, word = match["gap"] and " ", match["word"]
        joined = f"{lines[-1]}{gap}{word}" if lines else word
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
