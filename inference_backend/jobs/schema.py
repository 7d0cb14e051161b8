"""The tables of the job queue. Migrations are appended, never edited."""

from __future__ import annotations

import sqlite3

from ..storage.database import Migration


def m001_initial(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE jobs (position INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE,"
        " kind TEXT NOT NULL, state TEXT NOT NULL, world_id TEXT NOT NULL, take_id TEXT NOT NULL,"
        " phase TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,"
        " message TEXT NOT NULL DEFAULT '', hint TEXT NOT NULL DEFAULT '', created TEXT NOT NULL,"
        # Unix seconds at which a cancel was asked for; NULL while nobody did.
        " cancel_asked REAL, attempts INTEGER NOT NULL DEFAULT 0) STRICT"
    )
    connection.execute("CREATE INDEX jobs_by_state ON jobs (state, position)")
    connection.execute(
        "CREATE TABLE events (job_id TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,"
        " number INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (job_id, number)) STRICT, WITHOUT ROWID"
    )
    # One row: what the present worker says of its device.
    connection.execute(
        "CREATE TABLE worker (id INTEGER PRIMARY KEY CHECK (id = 1), device TEXT NOT NULL,"
        " vram_held INTEGER NOT NULL, vram_free INTEGER NOT NULL) STRICT"
    )


MIGRATIONS: tuple[Migration, ...] = (m001_initial,)
