"""What the interface says in other languages. English is what the source says.

Sentences that carry values (warnings, errors, states) stay English: they are made far from Blender, in `core` and in
the backend.
"""

from __future__ import annotations

import bpy

from .zh_hans import TABLE

_LOCALE = "zh_HANS"
_CONTEXTS = ("*", "Operator")  # Blender looks an operator's label up in a context of its own


def chinese() -> dict[str, str]:
    """English -> Simplified Chinese, of everything that is translated."""
    return dict(TABLE)


def register() -> None:
    table = {(context, text): said for context in _CONTEXTS for text, said in TABLE.items()}
    bpy.app.translations.register(__package__.rpartition(".")[0], {_LOCALE: table})


def unregister() -> None:
    bpy.app.translations.unregister(__package__.rpartition(".")[0])
