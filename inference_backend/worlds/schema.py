"""The tables of one world. Migrations are appended, never edited."""

from __future__ import annotations

import sqlite3

from ..storage.database import Migration


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


MIGRATIONS: tuple[Migration, ...] = (m001_initial,)
