"""Simplified Chinese: English -> Chinese, a module for each part of the interface."""

from . import backend, check, looks, preferences, setup, shots, states, takes, worlds

_PARTS = (backend, worlds, looks, shots, check, takes, preferences, setup, states)

TABLE: dict[str, str] = {english: said for part in _PARTS for english, said in part.SIMPLIFIED_CHINESE.items()}
"""Words and tooltips."""

SENTENCES: dict[str, str] = {
    english: said for part in _PARTS for english, said in getattr(part, "SENTENCES", {}).items()
}
"""Templates (see `translations.templates`) of sentences that carry values, or that are made far from the interface."""
