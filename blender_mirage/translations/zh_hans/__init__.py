"""Simplified Chinese: English -> Chinese, a module for each part of the interface. Every module here counts."""

from importlib import import_module
from pkgutil import iter_modules

_PARTS = [import_module(f".{module.name}", __name__) for module in iter_modules(__path__)]

TABLE: dict[str, str] = {
    english: said for part in _PARTS for english, said in getattr(part, "SIMPLIFIED_CHINESE", {}).items()
}
"""Words and tooltips."""

SENTENCES: dict[str, str] = {
    english: said for part in _PARTS for english, said in getattr(part, "SENTENCES", {}).items()
}
"""Templates (see `translations.templates`) of sentences that carry values, or that are made far from the interface."""
