"""One world on disk: its anchors and materials by name, and its segments of tokens.

A segment is made visible in one step: its file is written whole while this process holds the database's write lock,
then its row is committed. A crash before the commit leaves a file without a row, which the next opening removes.
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

from ..errors import Conflict, NotFound
from ..storage.atomic import disk_errors
from ..storage.database import Database
from ..storage.tensors import save_arrays
from .ids import check_id, is_id, now
from .schema import MIGRATIONS

SEGMENT_KINDS = ("take", "seed_view")
DATABASE_NAME = "world.db"
SEGMENT_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class AnchorRecord:
    """What a token may be attached to, as the add-on names it."""

    name: str
    rest_mesh: str
    """Content hash of the mesh when first seen."""
    rest_scale: tuple[float, float, float]
    """Local units to metres of the rest space, per axis."""


@dataclass(frozen=True)
class Anchor:
    """An anchor of this world: `id` is >= 1 and never changes; rest mesh and scale are those first seen."""

    id: int
    name: str
    rest_mesh: str
    rest_scale: tuple[float, float, float]


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


class WorldFiles:
    """The writer's view of one world. Open it through `WorldCatalog.open`, close it when the job ends."""

    def __init__(self, directory: Path) -> None:
        """Raises NotFound, Conflict (a newer program wrote it), DiskFull."""
        if not (directory / DATABASE_NAME).is_file():
            raise NotFound(f"There is no world {directory.name}.", "Choose one of the list, or create a new world.")
        self.world_id = directory.name
        self._segments = directory / "segments"
        self._database = Database(directory / DATABASE_NAME, MIGRATIONS)
        self._sweep()

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> WorldFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def register_anchors(self, records: Sequence[AnchorRecord]) -> list[Anchor]:
        """The anchors of `records`, in their order. A known name keeps the rest mesh and scale first stored with it."""
        with self._database.write() as connection:
            known = {row["name"]: _anchor(row) for row in connection.execute("SELECT * FROM anchors")}
            for record in records:
                if record.name not in known:
                    row = connection.execute(
                        "INSERT INTO anchors (name, rest_mesh, rest_scale_x, rest_scale_y, rest_scale_z)"
                        " VALUES (?, ?, ?, ?, ?) RETURNING *",
                        (record.name, record.rest_mesh, *record.rest_scale),
                    ).fetchone()
                    known[record.name] = _anchor(row)
        return [known[record.name] for record in records]

    def anchors(self) -> list[Anchor]:
        """Every anchor of the world, by id."""
        with self._database.read() as connection:
            return [_anchor(row) for row in connection.execute("SELECT * FROM anchors ORDER BY id")]

    def material_ids(self, names: Sequence[str]) -> list[int]:
        """The persistent ids (from 1) of material names, in their order; new names get new ids."""
        with self._database.write() as connection:
            known = {row["name"]: int(row["id"]) for row in connection.execute("SELECT id, name FROM materials")}
            for name in names:
                if name not in known:
                    row = connection.execute("INSERT INTO materials (name) VALUES (?) RETURNING id", (name,)).fetchone()
                    known[name] = int(row["id"])
        return [known[name] for name in names]

    def committed_segments(self) -> list[SegmentInfo]:
        """The segments that are part of the world, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM segments ORDER BY position").fetchall()
        return [self._segment(row) for row in rows]

    def commit_segment(
        self, take_id: str, kind: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, str]
    ) -> None:
        """Makes the tokens of a take or seed view part of the world, whole or not at all.

        `meta["tokens"]` says how many tokens the arrays hold; without it, the length of the longest array counts.
        Raises Conflict when the take is already part of the world, DiskFull.
        """
        path = self._segment_path(take_id)
        if kind not in SEGMENT_KINDS:
            raise ValueError(f"expected one of {SEGMENT_KINDS}, got {kind!r}")
        tokens = int(meta["tokens"]) if "tokens" in meta else max((len(array) for array in arrays.values()), default=0)
        with self._database.write() as connection:
            if connection.execute("SELECT 1 FROM segments WHERE take_id = ?", (take_id,)).fetchone():
                raise Conflict(
                    f"The take {take_id} is already part of the world.", "Revert it before it is made again."
                )
            with disk_errors(path):
                self._segments.mkdir(exist_ok=True)
            stored = save_arrays(path, arrays, meta)
            connection.execute(
                "INSERT INTO segments (take_id, kind, tokens, bytes, created) VALUES (?, ?, ?, ?, ?)",
                (take_id, kind, tokens, stored, now()),
            )

    def has_segment(self, take_id: str) -> bool:
        check_id(take_id, "take")
        with self._database.read() as connection:
            return connection.execute("SELECT 1 FROM segments WHERE take_id = ?", (take_id,)).fetchone() is not None

    def revert(self, take_id: str) -> None:
        """Takes the tokens of a take or seed view out of the world; its frames stay. Raises NotFound."""
        path = self._segment_path(take_id)
        with self._database.write() as connection:
            if connection.execute("DELETE FROM segments WHERE take_id = ?", (take_id,)).rowcount == 0:
                raise NotFound(
                    f"The take {take_id} has no tokens in the world {self.world_id}.",
                    "It was reverted before, or never finished.",
                )
        # Windows refuses to remove a file that a reader maps; without its row it counts no more, and a sweep takes it.
        with suppress(PermissionError):
            path.unlink(missing_ok=True)

    def _segment_path(self, take_id: str) -> Path:
        return self._segments / (check_id(take_id, "take") + SEGMENT_SUFFIX)

    def _segment(self, row: sqlite3.Row) -> SegmentInfo:
        return SegmentInfo(
            take_id=row["take_id"],
            kind=row["kind"],
            path=self._segment_path(row["take_id"]),
            tokens=row["tokens"],
            bytes=row["bytes"],
            created=row["created"],
            order=row["position"],
        )

    def _sweep(self) -> None:
        """Removes segment files without a row: commits that a crash cut short."""
        if not self._segments.is_dir():
            return
        # The write lock: no other process is between writing a segment's file and committing its row.
        with self._database.write() as connection:
            committed = {row["take_id"] for row in connection.execute("SELECT take_id FROM segments")}
            for path in self._segments.iterdir():
                if not is_id(path.stem) or path.stem not in committed:
                    with suppress(PermissionError):
                        path.unlink(missing_ok=True)


def _anchor(row: sqlite3.Row) -> Anchor:
    scale = (row["rest_scale_x"], row["rest_scale_y"], row["rest_scale_z"])
    return Anchor(row["id"], row["name"], row["rest_mesh"], scale)
