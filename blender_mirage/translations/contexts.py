"""Gives the add-on's classes and properties their translation context, and knows their tooltips, in one place.

Blender knows a Look, a World and a Take of its own; without a context, its Chinese for them would stand in our panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .sentences import CONTEXT

_WITH_A_LABEL = ("Panel", "Menu", "Operator")


def give_context(cls: type) -> None:
    """Before `cls` is registered."""
    if any(base.__name__ in _WITH_A_LABEL for base in cls.__mro__):
        cls.bl_translation_context = CONTEXT
    for keywords in _properties(cls):
        keywords["translation_context"] = CONTEXT


def tooltips(cls: type) -> Iterator[str]:
    """What Blender looks up without a context, whatever the class has."""
    yield getattr(cls, "bl_description", "")
    for keywords in _properties(cls):
        yield keywords.get("description", "")
        items = keywords.get("items", ())
        if not callable(items):
            yield from (item[2] for item in items)


def _properties(cls: type) -> Iterator[dict[str, Any]]:
    """What the properties of `cls` will be made with."""
    for base in cls.__mro__:
        for prop in getattr(base, "__annotations__", {}).values():
            if hasattr(prop, "keywords"):  # one that Blender makes when the class is registered
                yield prop.keywords
