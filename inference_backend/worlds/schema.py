"""The tables of one world. Migrations are appended, never edited."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import MalformedArrays, peek
from blender_mirage.wire.codec import MalformedMessage, from_json, from_plain
from blender_mirage.wire.messages import SeedViewRequest, TakeInfo

from ..errors import BackendError
from ..storage.database import Migration
from ..storage.tensors import load_arrays

LOG = logging.getLogger(__name__)
SEGMENT_SUFFIX = ".safetensors"


def m001_initial(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE world (world_id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL) STRICT"
    )
    # Ids start at 1: anchor 0 is the sky, material 0 is none. Tokens rely on it that AUTOINCREMENT gives none twice.
    connection.execute(
        "CREATE TABLE anchors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
        " rest_mesh TEXT NOT NULL, rest_scale_x REAL NOT NULL, rest_scale_y REAL NOT NULL,"
        " rest_scale_z REAL NOT NULL) STRICT"
    )
    connection.execute(
        "CREATE TABLE materials (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT"
    )
    connection.execute(
        "CREATE TABLE segments (position INTEGER PRIMARY KEY AUTOINCREMENT, take_id TEXT NOT NULL UNIQUE,"
        " kind TEXT NOT NULL, tokens INTEGER NOT NULL, bytes INTEGER NOT NULL, created TEXT NOT NULL) STRICT"
    )


def m002_takes_as_commits(connection: sqlite3.Connection) -> None:
    """A commit says who wrote it, from what, and whether it counts; what it holds of each anchor is a table."""
    for column in (
        "state TEXT NOT NULL DEFAULT 'live'",
        "file TEXT NOT NULL DEFAULT ''",
        *(f"{name} TEXT NOT NULL DEFAULT ''" for name in ("engine", "weights", "shot", "author")),
        *(f"{name} INTEGER NOT NULL DEFAULT 0" for name in ("seed", "frames")),
    ):
        connection.execute(f"ALTER TABLE segments ADD COLUMN {column}")
    connection.execute("ALTER TABLE anchors ADD COLUMN label TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE world ADD COLUMN budget_bytes INTEGER NOT NULL DEFAULT 536870912")
    for name in ("resident_tokens", "resident_bytes", "evicted_tokens"):
        connection.execute(f"ALTER TABLE world ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        "CREATE TABLE token_counts (position INTEGER NOT NULL REFERENCES segments (position) ON DELETE CASCADE,"
        " anchor INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (position, anchor)) STRICT, WITHOUT ROWID"
    )
    # Takes and seed views that are forgotten, while their files have yet to go.
    connection.execute("CREATE TABLE leaving (take_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    folder = Path(connection.execute("PRAGMA database_list").fetchone()["file"]).parent
    for row in connection.execute("SELECT position, take_id FROM segments").fetchall():
        _bring_forward(connection, folder, row["position"], row["take_id"])


def m003_pictures(connection: sqlite3.Connection) -> None:
    """A seed view says which frame it shows, through which camera, and the take that it was painted on."""
    connection.execute("ALTER TABLE segments ADD COLUMN frame INTEGER NOT NULL DEFAULT -1")
    connection.execute("ALTER TABLE segments ADD COLUMN camera TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE segments ADD COLUMN over_take TEXT NOT NULL DEFAULT ''")
    folder = Path(connection.execute("PRAGMA database_list").fetchone()["file"]).parent / "seed_views"
    for row in connection.execute("SELECT take_id FROM segments WHERE kind = 'seed_view'").fetchall():
        # Of an old one the request tells; without it the list lacks a frame number, and nothing else.
        with suppress(OSError, MalformedArrays, MalformedMessage):
            with open(folder / f"{row['take_id']}.mira", "rb") as file:
                request = from_plain(SeedViewRequest, peek(file))
            connection.execute(
                "UPDATE segments SET frame = ?, author = ? WHERE take_id = ?",
                (request.frame, request.author, row["take_id"]),
            )


MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_takes_as_commits, m003_pictures)


def _bring_forward(connection: sqlite3.Connection, folder: Path, position: int, take_id: str) -> None:
    """Fills the new columns of an old row from its segment's own header, and from the take's facts."""
    file = take_id + SEGMENT_SUFFIX
    connection.execute("UPDATE segments SET file = ? WHERE position = ?", (file, position))
    try:
        arrays, meta = load_arrays(folder / "segments" / file, only=("anchor",))
    except BackendError as error:
        # What is wrong with it is told when it is read; the rest of the world must open.
        LOG.warning("The facts of an old segment are lost: %s", error.message)
        return
    frames, author = 1, ""
    with suppress(OSError, MalformedMessage):
        info = from_json(TakeInfo, (folder.parents[1] / "takes" / take_id / "take.json").read_bytes())
        frames, author = len(info.frames), info.author
    connection.execute(
        "UPDATE segments SET engine = ?, weights = ?, shot = ?, author = ?, seed = ?, frames = ? WHERE position = ?",
        (*facts_of({"author": author, "frames": str(frames), **meta}), position),
    )
    write_counts(connection, position, arrays.get("anchor"))


def facts_of(meta: Mapping[str, str]) -> tuple[str, str, str, str, int, int]:
    """(engine, weights, shot, author, seed, frames) of a segment's own header. A seed view's name is its shot."""
    shot = meta.get("shot") or meta.get("name", "")
    texts = (meta.get("engine", ""), meta.get("weights", ""), shot, meta.get("author", ""))
    return (*texts, int(meta.get("seed", "0")), int(meta.get("frames", "1")))


def picture_of(meta: Mapping[str, str]) -> tuple[int, str, str]:
    """(frame, camera, over_take) of a segment's own header; see `wire.history.Commit`."""
    return int(meta.get("frame", "-1")), meta.get("camera", ""), meta.get("over_take", "")


def write_counts(connection: sqlite3.Connection, position: int, anchor: NDArray[Any] | None) -> None:
    """Replaces what is stored of a segment's tokens an anchor. anchor: [N] of its tokens; None where it has none."""
    connection.execute("DELETE FROM token_counts WHERE position = ?", (position,))
    if anchor is None:
        return
    found, counts = np.unique(anchor, return_counts=True)
    connection.executemany(
        "INSERT INTO token_counts VALUES (?, ?, ?)",
        [(position, int(a), int(n)) for a, n in zip(found, counts, strict=True)],
    )
