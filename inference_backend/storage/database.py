"""One SQLite file: opened in WAL mode, brought up to date by numbered migrations, read and written in transactions.

A migration is a function `m001_initial(connection)`. It runs in the same transaction as the record of its name, so a
crash leaves either both or neither. A file that records a migration which this program does not know was written by a
newer one and is refused.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType

from .. import __version__
from ..errors import BackendError, Conflict, DiskFull, NotWritable
from .atomic import disk_full, not_writable

Migration = Callable[[sqlite3.Connection], None]
_BUSY_TIMEOUT_S = 30.0  # a writer may hold the file while it flushes a segment of some hundred MB
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
_NOT_WRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_PRIMARY = 0xFF  # the low byte of SQLite's extended error codes


class Database:
    """A connection that threads may share: one transaction at a time, each all or nothing."""

    def __init__(self, path: Path, migrations: Sequence[Migration], durable: bool = True) -> None:
        """Opens or creates `path`. `durable` flushes every commit to the disk; without it a power cut (not a crash of
        the process) may lose the last commits. Raises Conflict where a newer program wrote the file, DiskFull.
        """
        self.path = path
        self._lock = threading.RLock()
        self._synchronous = "FULL" if durable else "NORMAL"
        with _sqlite_errors(path):
            # Autocommit mode: transactions are opened explicitly below, so that each is IMMEDIATE.
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.row_factory = sqlite3.Row
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute(f"PRAGMA synchronous = {self._synchronous}")
                self._connection.execute("PRAGMA foreign_keys = ON")
                # What is deleted is overwritten, not only left out of the tables.
                self._connection.execute("PRAGMA secure_delete = ON")
                self._migrate(migrations)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the file; writers are not held up."""
        with self._transaction("BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def write(self, flush: bool = False) -> Iterator[sqlite3.Connection]:
        """The only writer of the file, over all processes, until the block ends; commits, or rolls back on an error.

        `flush` takes this commit, and with it all earlier ones, to the disk, also where the file is not `durable`.
        """
        with self._lock, _sqlite_errors(self.path):
            if flush:
                self._connection.execute("PRAGMA synchronous = FULL")
            try:
                with self._transaction("BEGIN IMMEDIATE") as connection:
                    yield connection
            finally:
                if flush:
                    self._connection.execute(f"PRAGMA synchronous = {self._synchronous}")

    def scrub(self) -> None:
        """Takes what was deleted out of the write-ahead log too, so that no byte of it is left in the files."""
        with self._lock, _sqlite_errors(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, _sqlite_errors(self.path):
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors (a full disk); a second one would hide the first.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        known = [migration.__name__ for migration in migrations]
        if self._applied() == set(known):
            return
        with self.write() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT")
            applied = self._applied()
            newer = sorted(applied - set(known))
            if newer:
                raise Conflict(
                    f"{self.path} is from a newer Blender Mirage: it has {newer[-1]},"
                    f" this one ({__version__}) ends at {known[-1]}.",
                    "Update the inference backend, then open it again.",
                )
            for migration in migrations:
                if migration.__name__ not in applied:
                    migration(connection)
                    connection.execute("INSERT INTO migrations (name) VALUES (?)", (migration.__name__,))

    def _applied(self) -> set[str]:
        table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
        if self._connection.execute(table).fetchone() is None:
            return set()
        return {row["name"] for row in self._connection.execute("SELECT name FROM migrations")}


@contextmanager
def reading(path: Path, migrations: Sequence[Migration]) -> Iterator[sqlite3.Connection]:
    """A consistent view of a file. Even reading makes small files beside it; where there is no room or no right to make
    them, the file is read as it lies, unless a crash left a log to be merged or a migration has yet to run.

    Raises as `Database` does.
    """
    try:
        with Database(path, migrations) as database, database.read() as connection:
            yield connection
            return
    except (DiskFull, NotWritable):
        log = path.with_name(path.name + "-wal")
        if log.is_file() and log.stat().st_size > 0:
            raise
        with _sqlite_errors(path), closing(_as_it_lies(path)) as still:
            applied = {row["name"] for row in still.execute("SELECT name FROM migrations")}
            if applied != {migration.__name__ for migration in migrations}:
                raise
            yield still


def _as_it_lies(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _sqlite_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code in _NO_ROOM:
            raise disk_full(path, str(error)) from error
        primary = None if code is None else code & _PRIMARY
        if primary in _NOT_WRITABLE:
            raise not_writable(path, str(error)) from error
        if primary == sqlite3.SQLITE_BUSY:
            raise Conflict(
                f"Another process has held {path} for more than {_BUSY_TIMEOUT_S:.0f} seconds.",
                "Wait until it has finished, then try again.",
            ) from error
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise BackendError(f"The file {path} is damaged ({error}).", "Restore it from a backup.") from error
        raise
