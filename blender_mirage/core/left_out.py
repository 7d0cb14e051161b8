"""What is left out of a set because the camera sees through it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

_VOLUME = "a volume without a surface"
_NAMED = 3
"""Objects that a sentence names; the rest it counts."""


class LeftOut(Protocol):
    through: dict[str, dict[str, None]]
    missing: dict[str, None]


def sentences(of: LeftOut) -> Iterator[str]:
    """One for glass, one for holdouts; what is a volume and which pictures are missing, one by one."""
    for name in of.through.get("volume", ()):
        yield f"{name!r} is {_VOLUME} and is left out."
    if of.through.get("clear"):
        yield glass_sentence(of.through["clear"])
    if of.through.get("hole"):
        yield f"Holdouts are left out, and what stands behind them is seen: {_few(of.through['hole'])}."
    for name in of.missing:
        yield f"The image {name!r} is missing: surfaces with it have their viewport display color."


def glass_sentence(names: Iterable[str]) -> str:
    return f"Glass is left out, so that the camera sees through it: {_few(names)}."


def _few(names: Iterable[str]) -> str:
    known = sorted(names)
    named = ", ".join(known[:_NAMED])
    return named if len(known) <= _NAMED else f"{named} and {len(known) - _NAMED} more"
