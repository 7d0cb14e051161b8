"""The durable queue: jobs, their events, and what the worker says of itself. `<data dir>/jobs.db`.

Server, supervisor and worker each open it; SQLite keeps them apart. No torch.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blender_mirage.wire.codec import from_json, to_json
from blender_mirage.wire.messages import JobEvent, JobStatus

from ..errors import Conflict, NotFound
from ..storage.atomic import disk_errors
from ..storage.database import Database
from ..worlds.ids import check_id, new_id, now
from .schema import MIGRATIONS
from .states import FINAL_STATES, check_transition, is_final

JOB_KINDS = ("take", "seed_view", "survey")
MAX_ATTEMPTS = 3
"""Times that a job is begun before recovery gives it up: it may be what brings the machine down."""


@dataclass(frozen=True)
class DeviceReport:
    """What the worker computes on, and the device memory it holds and leaves, in bytes."""

    device: str
    vram_held: int = 0
    vram_free: int = 0


class JobQueue:
    """Methods may be called from any thread; each is one transaction."""

    def __init__(self, data_dir: Path) -> None:
        with disk_errors(data_dir):
            data_dir.mkdir(parents=True, exist_ok=True)
        # Not flushed at every event: a power cut may lose the last of them, never the consistency of the file.
        self._database = Database(data_dir / "jobs.db", MIGRATIONS, durable=False)

    def close(self) -> None:
        self._database.close()

    def submit(self, kind: str, world_id: str, take_id: str, total: int = 0) -> JobStatus:
        """A new job at the end of the queue; `total` steps (frames) are announced. It is on the disk when this returns:
        what was promised survives a power cut too."""
        if kind not in JOB_KINDS:
            raise ValueError(f"expected one of {JOB_KINDS}, got {kind!r}")
        job_id = new_id()
        with self._database.write(flush=True) as connection:
            connection.execute(
                "INSERT INTO jobs (job_id, kind, state, world_id, take_id, total, created)"
                " VALUES (?, ?, 'queued', ?, ?, ?, ?)",
                (job_id, kind, check_id(world_id, "world"), check_id(take_id, "take"), total, now()),
            )
            _append(connection, job_id, JobEvent(0, "state", state="queued", total=total))
            return _status(_row(connection, job_id))

    def get(self, job_id: str) -> JobStatus:
        """Raises NotFound."""
        check_id(job_id, "job")
        with self._database.read() as connection:
            return _status(_row(connection, job_id))

    def recent(self, limit: int = 200) -> list[JobStatus]:
        """The newest jobs, newest first; all with a limit of -1."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM jobs ORDER BY position DESC LIMIT ?", (limit,)).fetchall()
        return [_status(row) for row in rows]

    def active(self, world_id: str | None = None) -> list[JobStatus]:
        """Jobs that are queued or running, oldest first, of one world or of all."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE state IN ('queued', 'running') AND (? IS NULL OR world_id = ?)"
                " ORDER BY position",
                (world_id, world_id),
            ).fetchall()
        return [_status(row) for row in rows]

    def world_of(self, take_id: str) -> str:
        """The world that a take or seed view was made in. Raises NotFound."""
        check_id(take_id, "take")
        with self._database.read() as connection:
            row = connection.execute("SELECT world_id FROM jobs WHERE take_id = ?", (take_id,)).fetchone()
        if row is None:
            raise NotFound(f"There is no take {take_id}.", "It was deleted with its world, or never existed.")
        return str(row["world_id"])

    def find(self, take_id: str) -> JobStatus | None:
        """The job that makes a take, seed view or survey; None where there is none."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE take_id = ?", (take_id,)).fetchone()
        return None if row is None else _status(row)

    def check_idle(self, world_id: str) -> None:
        """Raises Conflict while jobs of the world wait or run: what they read must not change under them."""
        waiting = len(self.active(world_id))
        if waiting:
            raise Conflict(
                f"{waiting} jobs of the world are not finished.", "Cancel them, or wait for their end, then try again."
            )

    def take_ids(self) -> set[str]:
        """The takes, seed views and surveys of all jobs."""
        with self._database.read() as connection:
            return {row["take_id"] for row in connection.execute("SELECT take_id FROM jobs")}

    def world_ids(self) -> set[str]:
        """The worlds of all jobs."""
        with self._database.read() as connection:
            return {row["world_id"] for row in connection.execute("SELECT DISTINCT world_id FROM jobs")}

    def claim(self) -> JobStatus | None:
        """The oldest queued job, now running; None when nothing waits."""
        with self._database.write() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE state = 'queued' ORDER BY position LIMIT 1").fetchone()
            if row is None:
                return None
            connection.execute("UPDATE jobs SET attempts = attempts + 1 WHERE job_id = ?", (row["job_id"],))
            return _move(connection, row, "running")

    def append(self, job_id: str, event: JobEvent) -> int:
        """Stores an event of a running job under the next number, which is returned; `event.number` is not read."""
        with self._database.write() as connection:
            if event.phase:
                connection.execute("UPDATE jobs SET phase = ? WHERE job_id = ?", (event.phase, job_id))
            if event.total:
                connection.execute(
                    "UPDATE jobs SET done = ?, total = ? WHERE job_id = ?", (event.done, event.total, job_id)
                )
            return _append(connection, job_id, event)

    def events_after(self, job_id: str, number: int, limit: int = 500) -> list[JobEvent]:
        """Events with numbers above `number`, in order, at most `limit`. Raises NotFound."""
        check_id(job_id, "job")
        with self._database.read() as connection:
            _row(connection, job_id)
            rows = connection.execute(
                "SELECT number, event FROM events WHERE job_id = ? AND number > ? ORDER BY number LIMIT ?",
                (job_id, number, limit),
            ).fetchall()
        return [replace(from_json(JobEvent, row["event"]), number=row["number"]) for row in rows]

    def request_cancel(self, job_id: str) -> JobStatus:
        """Cancels a queued job at once; asks a running one to stop; leaves a finished one. Raises NotFound."""
        check_id(job_id, "job")
        with self._database.write() as connection:
            row = _row(connection, job_id)
            if row["state"] == "queued":
                return _move(connection, row, "cancelled", "The job was cancelled before it began.")
            if row["state"] == "running" and row["cancel_asked"] is None:
                connection.execute("UPDATE jobs SET cancel_asked = ? WHERE job_id = ?", (time.time(), job_id))
            return _status(_row(connection, job_id))

    def cancel_asked_at(self, job_id: str) -> float | None:
        """Unix seconds at which somebody asked the job to stop; None while nobody did."""
        with self._database.read() as connection:
            asked: float | None = _row(connection, job_id)["cancel_asked"]
            return asked

    def finish(self, job_id: str, state: str, message: str = "", hint: str = "") -> JobStatus:
        """Moves the job into a final state. Raises IllegalTransition when it is there already."""
        with self._database.write() as connection:
            return _move(connection, _row(connection, job_id), state, message, hint)

    def recover(self) -> Sequence[JobStatus]:
        """At the start of a backend, when no worker runs: every running job goes back to the queue.

        One that was asked to stop is cancelled instead, and one that began `MAX_ATTEMPTS` times fails. Returns all.
        """
        with self._database.write() as connection:
            rows = connection.execute("SELECT * FROM jobs WHERE state = 'running' ORDER BY position").fetchall()
            return [_recover(connection, row) for row in rows]

    def delete_world(self, world_id: str) -> None:
        """Removes the jobs of a world, with their events."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM jobs WHERE world_id = ?", (world_id,))

    def delete_take(self, world_id: str, take_id: str) -> None:
        """Removes the jobs that made a take or seed view in a world, with their events."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM jobs WHERE world_id = ? AND take_id = ?", (world_id, take_id))

    def report_device(self, report: DeviceReport | None) -> None:
        """What the worker computes on; None when it has ended."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM worker")
            if report is not None:
                connection.execute(
                    "INSERT INTO worker VALUES (1, ?, ?, ?)", (report.device, report.vram_held, report.vram_free)
                )

    def device(self) -> DeviceReport | None:
        """What the present worker last said of its device; None when none runs."""
        with self._database.read() as connection:
            row = connection.execute("SELECT device, vram_held, vram_free FROM worker").fetchone()
        return None if row is None else DeviceReport(*row)


def _row(connection: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM jobs WHERE job_id = ?", (job_id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no job {job_id}.", "It was deleted with its world, or never existed.")
    return row


def _status(row: sqlite3.Row) -> JobStatus:
    names = "job_id kind state world_id take_id phase done total message hint created".split()
    return JobStatus(**{name: row[name] for name in names})


def _append(connection: sqlite3.Connection, job_id: str, event: JobEvent) -> int:
    last = connection.execute("SELECT MAX(number) FROM events WHERE job_id = ?", (job_id,)).fetchone()[0]
    number = (last or 0) + 1
    stored = to_json(replace(event, number=number))
    connection.execute("INSERT INTO events (job_id, number, event) VALUES (?, ?, ?)", (job_id, number, stored))
    return number


def _move(connection: sqlite3.Connection, row: sqlite3.Row, state: str, message: str = "", hint: str = "") -> JobStatus:
    """One step of a job: its row and the event that tells of it."""
    check_transition(row["state"], state)
    job_id = row["job_id"]
    connection.execute(
        "UPDATE jobs SET state = ?, message = ?, hint = ? WHERE job_id = ?", (state, message, hint, job_id)
    )
    done, total = row["done"], row["total"]
    _append(connection, job_id, JobEvent(0, "state", state, row["phase"], done, total, message=message, hint=hint))
    return _status(_row(connection, job_id))


def _recover(connection: sqlite3.Connection, row: sqlite3.Row) -> JobStatus:
    if row["cancel_asked"] is not None:
        return _move(connection, row, "cancelled", "The job was cancelled.")
    if row["attempts"] >= MAX_ATTEMPTS:
        return _move(
            connection,
            row,
            "failed",
            f"The backend ended {row['attempts']} times while this job ran.",
            "Try a lower resolution or fewer frames; worker.log in the data folder says how far it came.",
        )
    return _move(connection, row, "queued", "The backend was started again; the job waits for its turn.")


__all__ = ["FINAL_STATES", "JOB_KINDS", "DeviceReport", "JobQueue", "is_final"]
