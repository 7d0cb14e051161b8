"""Which scene something was asked for, in plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SceneKey:
    """Finds the scene again: by its id; where an undo took the id back, by session; else by file and name."""

    scene_id: str
    name: str
    blend: str
    """Path of the .blend; empty where it was never saved."""
    session: int = 0
    """The scene's `session_uid`; 0 where the session is over."""
