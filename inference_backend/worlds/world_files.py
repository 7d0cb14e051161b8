"""One world on disk: its anchors and materials by name, and its segments of tokens.

A segment is made visible in one step: its file is written whole while this process holds the database's write lock,
then its row is committed. A crash before the commit leaves a file without a row, which the next opening removes. What
a commit takes out of the world (reverting, forgetting) follows the same rule: the row first, then the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from blender_mirage.wire.history import COMMIT_KINDS, AnchorList, History

from ..errors import Conflict, InvalidRequest, NotFound
from ..storage.atomic import disk_errors
from ..storage.database import Database
from ..storage.tensors import save_arrays
from .commits import SegmentInfo, all_commits, segment, tokens_of_objects
from .ids import check_id, now
from .schema import MIGRATIONS, SEGMENT_SUFFIX, facts_of, picture_of, write_counts

SEGMENT_KINDS = COMMIT_KINDS
DATABASE_NAME = "world.db"
MEBIBYTE = 1024**2
MAX_BUDGET_MEBIBYTES = 1024**2


@dataclass(frozen=True)
class AnchorRecord:
    """What a token may be attached to, as the add-on names it."""

    name: str
    """See `anchor_names.anchor_name`."""
    rest_mesh: str
    """Content hash of the mesh when first seen."""
    rest_scale: tuple[float, float, float]
    """Local units to metres of the rest space, per axis."""
    label: str = ""
    """What people call it."""


@dataclass(frozen=True)
class Anchor:
    """An anchor of this world: `id` is >= 1 and never changes; rest mesh and scale are those first seen."""

    id: int
    name: str
    rest_mesh: str
    rest_scale: tuple[float, float, float]


class WorldFiles:
    """The writer's view of one world. Open it through `WorldCatalog.open`, close it when the job ends."""

    def __init__(self, directory: Path) -> None:
        """Raises NotFound, Conflict (a newer program wrote it), DiskFull, NotWritable."""
        if not (directory / DATABASE_NAME).is_file():
            raise NotFound(f"There is no world {directory.name}.", "Choose one of the list, or create a new world.")
        self.world_id = directory.name
        self.segments_dir = directory / "segments"
        self.database = Database(directory / DATABASE_NAME, MIGRATIONS)
        self.sweep()

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> WorldFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def register_anchors(self, records: Sequence[AnchorRecord]) -> list[Anchor]:
        """The anchors of `records`, in their order. A known name keeps the rest mesh and scale first stored with it,
        and takes the newest label."""
        with self.database.write() as connection:
            rows = connection.execute("SELECT * FROM anchors").fetchall()
            known, labels = {row["name"]: _anchor(row) for row in rows}, {row["name"]: row["label"] for row in rows}
            for record in records:
                if record.name not in known:
                    row = connection.execute(
                        "INSERT INTO anchors (name, rest_mesh, rest_scale_x, rest_scale_y, rest_scale_z, label)"
                        " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
                        (record.name, record.rest_mesh, *record.rest_scale, record.label),
                    ).fetchone()
                    known[record.name] = _anchor(row)
                elif record.label and record.label != labels.get(record.name, record.label):
                    connection.execute("UPDATE anchors SET label = ? WHERE name = ?", (record.label, record.name))
        return [known[record.name] for record in records]

    def anchors(self) -> list[Anchor]:
        """Every anchor of the world, by id."""
        with self.database.read() as connection:
            return [_anchor(row) for row in connection.execute("SELECT * FROM anchors ORDER BY id")]

    def anchor_list(self) -> AnchorList:
        """What live commits hold of each object. Reads no segment."""
        with self.database.read() as connection:
            return AnchorList(self.world_id, tokens_of_objects(connection))

    def materials(self) -> dict[str, int]:
        """The persistent ids of all material names."""
        with self.database.read() as connection:
            return {row["name"]: int(row["id"]) for row in connection.execute("SELECT id, name FROM materials")}

    def material_ids(self, names: Sequence[str]) -> list[int]:
        """The persistent ids (from 1) of material names, in their order; new names get new ids."""
        with self.database.write() as connection:
            known = {row["name"]: int(row["id"]) for row in connection.execute("SELECT id, name FROM materials")}
            for name in names:
                if name not in known:
                    row = connection.execute("INSERT INTO materials (name) VALUES (?) RETURNING id", (name,)).fetchone()
                    known[name] = int(row["id"])
        return [known[name] for name in names]

    def committed_segments(self) -> list[SegmentInfo]:
        """The segments that the world remembers by (live ones only), oldest first."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT * FROM segments WHERE state = 'live' ORDER BY position").fetchall()
        return [segment(row, self.segments_dir) for row in rows]

    def history(self) -> History:
        """Every commit, reverted ones too, oldest first."""
        with self.database.read() as connection:
            return History(self.world_id, all_commits(connection))

    def commit_segment(
        self, take_id: str, kind: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, str]
    ) -> None:
        """Makes the tokens of a take or seed view part of the world, whole or not at all.

        `meta["tokens"]` says how many tokens the arrays hold; without it, the length of the longest array counts. What
        meta says of `engine`, `weights`, `shot` (or `name`), `seed`, `author`, `frames`, `frame`, `camera` and
        `over_take` is what the history tells.
        Raises Conflict when the take is already part of the world, DiskFull.
        """
        path = self.segments_dir / (check_id(take_id, "take") + SEGMENT_SUFFIX)
        if kind not in SEGMENT_KINDS:
            raise ValueError(f"expected one of {SEGMENT_KINDS}, got {kind!r}")
        tokens = int(meta["tokens"]) if "tokens" in meta else max((len(array) for array in arrays.values()), default=0)
        facts = (*facts_of(meta), *picture_of(meta))
        with self.database.write() as connection:
            if connection.execute("SELECT 1 FROM segments WHERE take_id = ?", (take_id,)).fetchone():
                raise Conflict(
                    f"The take {take_id} is already part of the world.", "Discard it before it is made again."
                )
            with disk_errors(path):
                self.segments_dir.mkdir(exist_ok=True)
            stored = save_arrays(path, arrays, meta)
            row = connection.execute(
                "INSERT INTO segments (take_id, kind, tokens, bytes, created, file,"
                " engine, weights, shot, author, seed, frames, frame, camera, over_take)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING position",
                (take_id, kind, tokens, stored, now(), path.name, *facts),
            ).fetchone()
            write_counts(connection, row["position"], arrays.get("anchor"))

    def has_segment(self, take_id: str) -> bool:
        """Whether the take or seed view has a commit here, live or reverted."""
        check_id(take_id, "take")
        with self.database.read() as connection:
            return connection.execute("SELECT 1 FROM segments WHERE take_id = ?", (take_id,)).fetchone() is not None

    def revert(self, take_id: str) -> None:
        """Takes the tokens of a take or seed view out of the world's sight, until they are restored; the file stays.

        Raises NotFound, or Conflict when it is reverted already.
        """
        self._set_state(take_id, "reverted")

    def restore(self, take_id: str) -> None:
        """Brings a reverted commit back, into its old place in the order. Raises NotFound, or Conflict when live."""
        self._set_state(take_id, "live")

    def discard(self, take_id: str) -> None:
        """Removes a commit for good, file and all: its job is to be made again. Raises NotFound."""
        check_id(take_id, "take")
        with self.database.write() as connection:
            if connection.execute("DELETE FROM segments WHERE take_id = ?", (take_id,)).rowcount == 0:
                raise self._no_commit(take_id)
        self.sweep()

    def budget_bytes(self) -> int:
        """How much memory the world's tokens may take while a job runs."""
        with self.database.read() as connection:
            return int(connection.execute("SELECT budget_bytes FROM world").fetchone()[0])

    def set_budget(self, mebibytes: int) -> None:
        """Raises InvalidRequest unless it is from 1 to MAX_BUDGET_MEBIBYTES. The next job keeps to it."""
        if not 1 <= mebibytes <= MAX_BUDGET_MEBIBYTES:
            raise InvalidRequest(
                f"A world's memory budget is 1 to {MAX_BUDGET_MEBIBYTES} MiB, got {mebibytes}.", "512 is a good number."
            )
        with self.database.write() as connection:
            connection.execute("UPDATE world SET budget_bytes = ?", (mebibytes * MEBIBYTE,))

    def record_residency(self, tokens: int, size: int, evicted: int) -> None:
        """Notes what the last job had in memory (tokens and their bytes), and how many tokens the budget kept out."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE world SET resident_tokens = ?, resident_bytes = ?, evicted_tokens = ?", (tokens, size, evicted)
            )

    def sweep(self) -> None:
        """Removes segment files that no row names: commits that a crash cut short, and what was taken out."""
        if not self.segments_dir.is_dir():
            return
        # The write lock: no other process is between writing a segment's file and committing its row.
        with self.database.write() as connection:
            named = {row["file"] for row in connection.execute("SELECT file FROM segments")}
            for path in self.segments_dir.iterdir():
                if path.name not in named:
                    # Windows refuses to remove a file that a reader maps: the next sweep takes it.
                    with suppress(PermissionError):
                        path.unlink(missing_ok=True)

    def _set_state(self, take_id: str, state: str) -> None:
        check_id(take_id, "take")
        with self.database.write() as connection:
            row = connection.execute("SELECT state FROM segments WHERE take_id = ?", (take_id,)).fetchone()
            if row is None:
                raise self._no_commit(take_id)
            if row["state"] == state:
                raise Conflict(f"The take {take_id} is {state} already.", "Ask for the world's history again.")
            connection.execute("UPDATE segments SET state = ? WHERE take_id = ?", (state, take_id))

    def _no_commit(self, take_id: str) -> NotFound:
        return NotFound(
            f"The take {take_id} has no tokens in the world {self.world_id}.",
            "It was forgotten, never finished, or made in another world.",
        )


def _anchor(row: sqlite3.Row) -> Anchor:
    scale = (row["rest_scale_x"], row["rest_scale_y"], row["rest_scale_z"])
    return Anchor(row["id"], row["name"], row["rest_mesh"], scale)


__all__ = ["DATABASE_NAME", "SEGMENT_KINDS", "SEGMENT_SUFFIX", "Anchor", "AnchorRecord", "SegmentInfo", "WorldFiles"]
