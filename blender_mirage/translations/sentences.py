"""Says in the user's language what was written in English elsewhere: the one way of shown text that carries values."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .templates import Phrasebook
from .zh_hans import SENTENCES

CONTEXT = "Mirage"
"""The translation context of all that the add-on says, so that its Look, World and Take are not Blender's."""

_BOOK = Phrasebook(SENTENCES)


def said(text: str, look_up: Callable[[str, str], str] = bpy.app.translations.pgettext_iface) -> str:
    """`text` in the user's language, with its values as they are; as it stands where nobody translated it, or where
    the user reads English. Not for names that a user gave, which may be words of ours. `look_up`: pgettext_iface, or
    pgettext_tip and pgettext_rpt for tooltips and reports, which the preferences translate apart."""
    if look_up(_PROBE, CONTEXT) == _PROBE:  # nothing is translated
        return text
    found = _BOOK.find(text)
    return look_up(text, CONTEXT) if found is None else found.said(lambda template: look_up(template, CONTEXT))


_PROBE = "Start Backend"
"""Any text that every other language has."""
