"""Who asks for a take: the name that the system knows the user by, for the world's history."""

from __future__ import annotations

import getpass


def author() -> str:
    """Empty where the system does not say, as in some containers."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # which of them depends on Python's version and the system
        return ""
