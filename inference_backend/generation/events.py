"""What a job says while it runs. The worker numbers these and stores them as wire.messages.JobEvent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    kind: str
    """`phase`, `progress`, `frame` or `note`."""
    phase: str = ""
    done: int = 0
    total: int = 0
    index: int = -1
    message: str = ""
    hint: str = ""
