"""SQLite files: transactions, migrations, a newer program's file, a full disk."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inference_backend.errors import BackendError, Conflict, NotWritable
from inference_backend.storage import database as database_module
from inference_backend.storage.database import Database, reading

ROOT = Path(__file__).parents[3]


def m001_initial(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE things (name TEXT PRIMARY KEY) STRICT")


def m002_more(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 0")


def m002_broken(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half (x TEXT)")
    raise RuntimeError("the migration stops here")


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return [row["name"] for row in connection.execute("SELECT name FROM things ORDER BY name")]


def add(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute("INSERT INTO things (name) VALUES (?)", (name,))


def test_error_inside_a_block_undoes_all_of_it(tmp_path) -> None:
    with Database(tmp_path / "d.db", [m001_initial]) as database:
        with pytest.raises(KeyError), database.write() as connection:
            connection.execute("INSERT INTO things VALUES ('half')")
            raise KeyError
        add(database, "whole")
        assert names(database) == ["whole"]


def test_migrations_run_once_and_in_order(tmp_path) -> None:
    path = tmp_path / "d.db"
    with Database(path, [m001_initial]) as database:
        add(database, "kept")
    for _ in range(2):
        with Database(path, [m001_initial, m002_more]) as database, database.read() as connection:
            assert [tuple(row) for row in connection.execute("SELECT * FROM things")] == [("kept", 0)]


def test_broken_migration_leaves_the_file_as_it_was(tmp_path) -> None:
    path = tmp_path / "d.db"
    Database(path, [m001_initial]).close()
    with pytest.raises(RuntimeError, match="stops here"):
        Database(path, [m001_initial, m002_broken])
    with Database(path, [m001_initial]) as database, database.read() as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"migrations", "things"}


def test_newer_file_is_refused_by_name(tmp_path) -> None:
    path = tmp_path / "d.db"
    Database(path, [m001_initial, m002_more]).close()
    with pytest.raises(Conflict, match="newer.*m002_more.*m001_initial"):
        Database(path, [m001_initial])


def test_file_that_is_no_database_is_named(tmp_path) -> None:
    path = tmp_path / "d.db"
    path.write_bytes(b"this is a text file" * 100)
    with pytest.raises(BackendError, match="d.db is damaged"):
        Database(path, [m001_initial])


def test_threads_and_connections_share_a_file(tmp_path) -> None:
    path = tmp_path / "d.db"
    with Database(path, [m001_initial]) as first, Database(path, [m001_initial]) as second:
        threads = [
            threading.Thread(target=lambda d=database, k=k: [add(d, f"{k}-{i}") for i in range(20)])
            for k, database in enumerate((first, second, first, second))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(names(first)) == len(names(second)) == 80


def test_flush_holds_for_its_own_commit(tmp_path) -> None:
    def synchronous(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    normal, full = 1, 2
    with Database(tmp_path / "d.db", [m001_initial], durable=False) as database:
        with database.write(flush=True) as connection:
            assert synchronous(connection) == full
            connection.execute("INSERT INTO things VALUES ('kept')")
        with pytest.raises(KeyError), database.write(flush=True):
            raise KeyError
        with database.write() as connection:
            assert synchronous(connection) == normal
        assert names(database) == ["kept"]


def test_deleted_is_overwritten(tmp_path) -> None:
    with Database(tmp_path / "d.db", [m001_initial]) as database, Database(tmp_path / "d.db", [m001_initial]) as other:
        for word in ("kept for good", "a word to be forgotten"):
            add(database, word)
        with database.write() as connection:
            connection.execute("DELETE FROM things WHERE name LIKE 'a word%'")
        database.scrub()
        disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"kept for good" in disk and b"a word to be forgotten" not in disk
        assert names(other) == ["kept for good"]


def test_file_that_another_process_holds_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_S", 0.05)
    with Database(tmp_path / "d.db", [m001_initial]) as database, Database(tmp_path / "d.db", [m001_initial]) as other:
        with database.write(), pytest.raises(Conflict, match="d.db for more than"):
            add(other, "late")
        add(other, "in time")


def test_file_is_read_as_it_lies_where_nothing_can_be_written_beside_it(tmp_path, monkeypatch) -> None:
    path = tmp_path / "d.db"
    with Database(path, [m001_initial]) as database:
        add(database, "kept")

    def refuse(*_: object) -> None:
        raise NotWritable("d.db cannot be written.")

    monkeypatch.setattr(database_module, "Database", refuse)
    with reading(path, [m001_initial]) as connection:
        assert [row["name"] for row in connection.execute("SELECT name FROM things")] == ["kept"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM things")
    with pytest.raises(NotWritable), reading(path, [m001_initial, m002_more]):
        raise AssertionError("a migration has yet to run")
    path.with_name("d.db-wal").write_bytes(b"log of a crash")
    with pytest.raises(NotWritable), reading(path, [m001_initial]):
        raise AssertionError("a log has yet to be merged")


FILL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_database import m001_initial, add, names
from inference_backend.storage.database import Database
from inference_backend.errors import DiskFull
with Database(Path(sys.argv[1]), [m001_initial]) as database:
    add(database, "before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        add(database, "x" * 300_000)
    except DiskFull as error:
        print(error.message)
    print(names(database))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_loses_nothing_that_was_there(tmp_path) -> None:
    path = tmp_path / "d.db"

    told = subprocess.run(
        [sys.executable, "-c", FILL, str(path), str(Path(__file__).parent)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "no room" in told.stdout and str(path) in told.stdout
    assert told.stdout.splitlines()[-1] == "['before']"
