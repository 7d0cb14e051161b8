"""Names of worlds: a new one does not take that of another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with the first number behind it that no world has: Set, Set 2, Set 3. Upper and lower case are the
    same."""
    known = {name.casefold() for name in taken}
    candidates = (wanted if number == 1 else f"{wanted} {number}" for number in count(1))
    return next(name for name in candidates if name.casefold() not in known)
