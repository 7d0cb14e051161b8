"""Rows of a world's index of segments, as values: what is read for generating, and what the history tells."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blender_mirage.wire.history import AnchorDifference, AnchorInfo, Commit

from .anchor_names import PLACELESS, object_of

_COLUMNS = "take_id kind tokens bytes created engine weights shot seed author frames frame camera over_take".split()


@dataclass(frozen=True)
class SegmentInfo:
    """One committed segment. `order` rises with every commit of the world."""

    take_id: str
    kind: str
    path: Path
    tokens: int
    bytes: int
    created: str
    order: int
    engine: str = ""
    weights: str = ""
    shot: str = ""
    """The name of a seed view."""
    seed: int = 0
    author: str = ""
    frames: int = 0
    frame: int = -1
    camera: str = ""
    over_take: str = ""
    """See `wire.history.Commit`."""


def segment(row: sqlite3.Row, folder: Path) -> SegmentInfo:
    return SegmentInfo(path=folder / row["file"], order=row["position"], **{name: row[name] for name in _COLUMNS})


def all_commits(connection: sqlite3.Connection) -> tuple[Commit, ...]:
    """Every commit of a world, reverted ones too, oldest first."""
    rows = connection.execute("SELECT * FROM segments ORDER BY position")
    return tuple(
        Commit(state=row["state"], order=row["position"], **{name: row[name] for name in _COLUMNS}) for row in rows
    )


def tokens_of_objects(connection: sqlite3.Connection) -> tuple[AnchorInfo, ...]:
    """What live commits hold of each object over all its topologies, of the sky and of points: most tokens first."""
    rows = connection.execute(
        "SELECT c.anchor, a.name, a.label, SUM(c.tokens) AS tokens FROM token_counts c"
        " JOIN segments s ON s.position = c.position LEFT JOIN anchors a ON a.id = c.anchor"
        " WHERE s.state = 'live' GROUP BY c.anchor ORDER BY c.anchor"
    ).fetchall()
    totals: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for row in rows:
        name = PLACELESS.get(row["anchor"]) or object_of(row["name"] or f"anchor {row['anchor']}")
        totals[name] += row["tokens"]
        # The newest topology was named last.
        labels[name] = row["label"] or labels.get(name, "")
    return tuple(AnchorInfo(name, labels[name], tokens) for name, tokens in totals.most_common())


def differences(first: Sequence[AnchorInfo], second: Sequence[AnchorInfo]) -> tuple[AnchorDifference, ...]:
    """The objects of which two worlds remember different amounts, the greatest difference first."""
    counts = [{info.anchor: info.tokens for info in infos} for infos in (first, second)]
    found = [
        AnchorDifference(anchor, counts[0].get(anchor, 0), counts[1].get(anchor, 0))
        for anchor in dict.fromkeys([*counts[0], *counts[1]])
    ]
    unequal = [one for one in found if one.first_tokens != one.second_tokens]
    return tuple(sorted(unequal, key=lambda one: -abs(one.first_tokens - one.second_tokens)))
