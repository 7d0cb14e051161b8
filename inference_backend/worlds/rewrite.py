"""Deleting tokens out of a world's segments: new files first, then one transaction, then the old files go.

A crash before the transaction leaves everything as it was, one after it leaves nothing of what was to be forgotten:
files that no row names are removed at the next opening. Old files are removed, never written into: a fork may share
them by hard link.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.history import Forgotten

from ..storage.tensors import load_arrays, save_arrays
from .schema import SEGMENT_SUFFIX, write_counts
from .world_files import WorldFiles

Choice = Callable[[NDArray[np.int32], NDArray[np.float32]], NDArray[np.bool_]]
"""(anchor [N], rest position [N,3]) -> [N], which tokens are to be forgotten."""


def forget_tokens(world: WorldFiles, anchors: Collection[int], chosen: Choice | None = None) -> Forgotten:
    """Deletes the tokens of `anchors` (of those, the `chosen` ones) from every commit, reverted ones too.

    A commit of which nothing is left goes whole; if it was a seed view, its picture is then marked as leaving. Without
    `chosen`, the names of the anchors go too. Raises BackendError where a segment is damaged, DiskFull; the world is
    then as before.
    """
    commits = tokens = size = 0
    with world.database.write() as connection:
        for row in _candidates(connection, anchors):
            kept, freed = _rewrite(world, connection, row, anchors, chosen)
            commits, tokens, size = (
                commits + (kept == 0 and row["tokens"] > 0),
                tokens + row["tokens"] - kept,
                size + freed,
            )
        if chosen is None:
            connection.executemany("DELETE FROM anchors WHERE id = ?", [(anchor,) for anchor in anchors])
    world.sweep()
    return Forgotten(commits, tokens, size)


def forget_commits(world: WorldFiles, take_ids: Collection[str], names: bool = False) -> Forgotten:
    """Deletes whole commits and marks their takes and seed views as leaving, whether or not they have a commit.

    `names` forgets the names of all anchors and materials as well, for a world of which nothing is to stay.
    """
    commits = tokens = size = 0
    with world.database.write() as connection:
        for take_id in take_ids:
            gone = connection.execute(
                "DELETE FROM segments WHERE take_id = ? RETURNING tokens, bytes", (take_id,)
            ).fetchone()
            if gone is not None:
                commits, tokens, size = commits + 1, tokens + gone["tokens"], size + gone["bytes"]
            connection.execute("INSERT OR IGNORE INTO leaving VALUES (?)", (take_id,))
        if names:
            connection.execute("DELETE FROM anchors")
            connection.execute("DELETE FROM materials")
            connection.execute("UPDATE world SET resident_tokens = 0, resident_bytes = 0, evicted_tokens = 0")
    world.sweep()
    return Forgotten(commits, tokens, size)


def _candidates(connection: sqlite3.Connection, anchors: Collection[int]) -> list[sqlite3.Row]:
    """The commits that hold tokens of `anchors`, and those of which that is not known."""
    counts: dict[int, set[int]] = {}
    for row in connection.execute("SELECT position, anchor FROM token_counts"):
        counts.setdefault(row["position"], set()).add(row["anchor"])
    rows = connection.execute("SELECT * FROM segments WHERE tokens > 0 ORDER BY position").fetchall()
    return [row for row in rows if not counts.get(row["position"], set(anchors)).isdisjoint(anchors)]


def _rewrite(
    world: WorldFiles,
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    anchors: Collection[int],
    chosen: Choice | None,
) -> tuple[int, int]:
    """Stores one segment anew without the tokens in question: (tokens kept, bytes freed)."""
    arrays, meta = load_arrays(world.segments_dir / row["file"])
    if "anchor" not in arrays:
        return row["tokens"], 0
    gone = np.isin(arrays["anchor"], list(anchors))
    if chosen is not None:
        gone[gone] = chosen(arrays["anchor"][gone], arrays["position"][gone])
    if not gone.any():
        return row["tokens"], 0
    if gone.all():
        connection.execute("DELETE FROM segments WHERE position = ?", (row["position"],))
        if row["kind"] == "seed_view":
            connection.execute("INSERT OR IGNORE INTO leaving VALUES (?)", (row["take_id"],))
        return 0, row["bytes"]
    kept = {name: _without(array, gone) for name, array in arrays.items()}
    left = int((~gone).sum())
    path = world.segments_dir / f"{row['take_id']}.{uuid.uuid4().hex[:8]}{SEGMENT_SUFFIX}"
    size = save_arrays(path, kept, {**meta, "tokens": str(left)})
    connection.execute(
        "UPDATE segments SET file = ?, tokens = ?, bytes = ? WHERE position = ?",
        (path.name, left, size, row["position"]),
    )
    write_counts(connection, row["position"], kept["anchor"])
    return left, row["bytes"] - size


def _without(array: NDArray[Any], gone: NDArray[np.bool_]) -> NDArray[Any]:
    """Every array of a segment has one row a token; one that has not says nothing of a single token and stays."""
    return array[~gone] if array.shape[:1] == gone.shape else array
