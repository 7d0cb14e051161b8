"""Simplified Chinese: English -> Chinese, a module for each part of the interface."""

from . import backend, check, looks, preferences, shots, takes, worlds

_PARTS = (backend, worlds, looks, shots, check, takes, preferences)

TABLE: dict[str, str] = {english: said for part in _PARTS for english, said in part.SIMPLIFIED_CHINESE.items()}
