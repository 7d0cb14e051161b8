"""What a world holds, and what it knows of a shot: values that travel from a thread to the panel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..wire.history import AnchorInfo, Commit
from ..wire.messages import WorldStats
from ..wire.survey import Survey
from .client import MirageClient
from .shots import Shot


@dataclass(frozen=True)
class WorldSeen:
    """What a world held when it was asked."""

    stats: WorldStats
    commits: tuple[Commit, ...]
    """Oldest first."""
    anchors: tuple[AnchorInfo, ...]


@dataclass(frozen=True)
class CoverageSeen:
    """What a world knows of a shot."""

    shot: Shot
    survey: Survey
    pictures: dict[int, Path]
    """Frame -> file of its coverage picture."""
    stale: tuple[str, ...] = ()
    """A line on each take that the survey compared."""


def look_at_world(client: MirageClient, world_id: str) -> WorldSeen:
    """Raises as the client does."""
    return WorldSeen(client.stats(world_id), client.history(world_id), client.anchors(world_id))
