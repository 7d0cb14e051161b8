"""What the interface says in other languages. English is what the source says.

`zh_hans` has a module for each part of the interface: words and tooltips as they stand in the source
(`SIMPLIFIED_CHINESE`), and templates of the sentences that carry values (`SENTENCES`).
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .contexts import give_context, tooltips
from .sentences import CONTEXT, said
from .zh_hans import SENTENCES, TABLE

__all__ = ["CONTEXT", "chinese", "give_context", "register", "said", "sentences_in_chinese", "unregister"]

_LOCALE = "zh_HANS"
_OWNER = __package__.rpartition(".")[0]


def chinese() -> dict[str, str]:
    """English -> Simplified Chinese, of all words and tooltips."""
    return dict(TABLE)


def sentences_in_chinese() -> dict[str, str]:
    """English -> Simplified Chinese, of the templates of all sentences."""
    return dict(SENTENCES)


def register(classes: Iterable[type]) -> None:
    """`classes`: those of the add-on, for their tooltips."""
    ours = {(CONTEXT, english): other for english, other in (TABLE | SENTENCES).items()}
    shown = {text for cls in classes for text in tooltips(cls)}
    anywhere = {("*", english): other for english, other in TABLE.items() if english in shown}
    bpy.app.translations.register(_OWNER, {_LOCALE: ours | anywhere})


def unregister() -> None:
    bpy.app.translations.unregister(_OWNER)
