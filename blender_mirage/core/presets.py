"""Sizes and steps that go together: for a first look, for the edit, for a presentation."""

from __future__ import annotations

PRESETS = {"DRAFT": (256, 2), "EDIT": (512, 4), "FINE": (768, 6)}
"""Pixels across, denoising steps."""


def preset_of(width: int, steps: int) -> str:
    """Which preset has these values; empty where none has."""
    return next((name for name, values in PRESETS.items() if values == (width, steps)), "")
