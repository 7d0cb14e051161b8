"""The worlds of a data directory: create, list, fork, delete. Each appears and disappears in one rename."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from blender_mirage.wire.history import AnchorList, History, WorldComparison
from blender_mirage.wire.messages import WorldInfo, WorldStats

from ..errors import BackendError, InvalidRequest, NotFound
from ..storage.atomic import disk_errors, remove_tree, sweep_tree, sync_directory, write_atomic
from ..storage.database import Database, reading
from .commits import all_commits, differences, tokens_of_objects
from .ids import check_id, is_id, new_id, now
from .references import collect_meshes
from .schema import MIGRATIONS
from .survey_files import SurveyFiles
from .take_files import TakeFiles
from .world_files import DATABASE_NAME, WorldFiles

LOG = logging.getLogger(__name__)
MAX_NAME_LENGTH = 200


class WorldCatalog:
    """Every method may be called from any thread and process, except `sweep`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._root = data_dir / "worlds"
        self._takes = TakeFiles(data_dir)
        self._surveys = SurveyFiles(data_dir)
        with disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def create(self, name: str) -> WorldInfo:
        """A new, empty world. Raises InvalidRequest (the name), DiskFull."""
        name = _check_name(name)
        world_id = new_id()
        with self._building(world_id) as building, Database(building / DATABASE_NAME, MIGRATIONS) as database:
            with database.write() as connection:
                connection.execute(
                    "INSERT INTO world (world_id, name, created) VALUES (?, ?, ?)", (world_id, name, now())
                )
        return self.get(world_id)

    def get(self, world_id: str) -> WorldInfo:
        """Raises NotFound, or Conflict when a newer program wrote the world."""
        with self._reading(world_id) as connection:
            return _info(connection)

    def list(self) -> list[WorldInfo]:
        """Every world that can be opened, oldest first; one that cannot is logged and left out."""
        found = []
        for directory in self._root.iterdir():
            if not is_id(directory.name):
                continue
            try:
                found.append(self.get(directory.name))
            except BackendError as error:
                LOG.warning("World %s is left out of the list: %s", directory.name, error.message)
        return sorted(found, key=lambda world: (world.created, world.world_id))

    def stats(self, world_id: str) -> WorldStats:
        """What the world remembers by its live commits, and how much of it the last job had in memory."""
        with self._reading(world_id) as connection:
            anchors = connection.execute("SELECT COUNT(*) FROM anchors").fetchone()[0]
            segments, tokens, size = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(tokens), 0), COALESCE(SUM(bytes), 0) FROM segments WHERE state = 'live'"
            ).fetchone()
            memory = connection.execute(
                "SELECT budget_bytes, resident_tokens, resident_bytes, evicted_tokens FROM world"
            ).fetchone()
        return WorldStats(world_id, tokens, size, anchors, segments, *memory)

    def history(self, world_id: str) -> History:
        """Every commit of the world, reverted ones too, oldest first. Raises NotFound, Conflict."""
        with self._reading(world_id) as connection:
            return History(world_id, all_commits(connection))

    def anchor_list(self, world_id: str) -> AnchorList:
        """What live commits hold of each object. Reads no segment. Raises NotFound, Conflict."""
        with self._reading(world_id) as connection:
            return AnchorList(world_id, tokens_of_objects(connection))

    def compare(self, first: str, second: str) -> WorldComparison:
        """What live commits of two worlds have in common, and what each has by itself. Raises NotFound, Conflict."""
        mine, theirs = ([c for c in self.history(id_).commits if c.state == "live"] for id_ in (first, second))
        ours = {commit.take_id for commit in mine} & {commit.take_id for commit in theirs}
        return WorldComparison(
            first=first,
            second=second,
            shared=tuple(commit.take_id for commit in mine if commit.take_id in ours),
            only_first=tuple(commit for commit in mine if commit.take_id not in ours),
            only_second=tuple(commit for commit in theirs if commit.take_id not in ours),
            anchors=differences(self.anchor_list(first).anchors, self.anchor_list(second).anchors),
        )

    def open(self, world_id: str) -> WorldFiles:
        """The world's files, for a writer. Raises NotFound, Conflict."""
        return WorldFiles(self._directory(world_id))

    def fork(self, world_id: str, name: str) -> WorldInfo:
        """A new world that starts with everything this one remembers, and with its reverted commits, which it can
        restore. Segments are shared by hard links, as they never change: what one of the two reverts or forgets, the
        other keeps. Raises InvalidRequest (the name), NotFound, DiskFull."""
        name = _check_name(name)
        source, fork_id = self._directory(world_id), new_id()
        with self._building(fork_id) as building:
            # The source's write lock holds off commits and reverts until index and files have been taken together.
            with self._database(world_id) as database, database.write() as connection:
                _copy_database(source / DATABASE_NAME, building / DATABASE_NAME)
                for row in connection.execute("SELECT take_id, kind, file FROM segments").fetchall():
                    _link(source / "segments" / row["file"], building / "segments")
                    request = source / "seed_views" / f"{row['take_id']}.mira"
                    if request.is_file():
                        _link(request, building / "seed_views")
            with Database(building / DATABASE_NAME, MIGRATIONS) as database, database.write() as connection:
                connection.execute("UPDATE world SET world_id = ?, name = ?, created = ?", (fork_id, name, now()))
        return self.get(fork_id)

    def delete(self, world_id: str) -> None:
        """Removes the world with its takes and surveys: rows, segments, seed views, frames, and the meshes that nothing
        else needs. Raises NotFound, NotWritable."""
        directory = self._directory(world_id)
        leaving = self._root / f".deleted-{world_id}"
        with disk_errors(directory):
            directory.rename(leaving)
        sync_directory(self._root)
        for take_id in self._takes.of_world(world_id):
            self._takes.delete(take_id)
        self._surveys.delete_of_world(world_id)
        remove_tree(leaving)
        collect_meshes(self.data_dir)

    def save_seed_view(self, world_id: str, take_id: str, bundle: bytes) -> None:
        """Keeps the request of a seed view with its world. Raises NotFound, DiskFull."""
        path = self._seed_view(world_id, take_id)
        with disk_errors(path):
            path.parent.mkdir(exist_ok=True)
        write_atomic(path, bundle)

    def seed_view(self, world_id: str, take_id: str) -> bytes:
        """The request bundle of a seed view. Raises NotFound."""
        path = self._seed_view(world_id, take_id)
        if not path.is_file():
            raise NotFound(f"The world {world_id} has no look {take_id}.", "Add the look once more.")
        return path.read_bytes()

    def takes_and_seed_views(self, world: WorldFiles) -> set[str]:
        """Ids of all that the world has: commits of either state, seed views, and the takes that were made in it."""
        committed = {commit.take_id for commit in world.history().commits}
        pictures = {path.stem for path in (self._root / world.world_id).glob("seed_views/*.mira")}
        return committed | pictures | set(self._takes.of_world(world.world_id))

    def finish_forgetting(self, world: WorldFiles) -> int:
        """Removes the files of takes and seed views that the world has forgotten; returns the bytes freed."""
        freed = 0
        with world.database.read() as connection:
            leaving = [row["take_id"] for row in connection.execute("SELECT take_id FROM leaving")]
        for take_id in leaving:
            picture = self._seed_view(world.world_id, take_id)
            if picture.is_file():
                freed += picture.stat().st_size
                picture.unlink()
            if self._takes.belongs(take_id, world.world_id):
                freed += self._takes.size(take_id)
                self._takes.delete(take_id)
        if leaving:
            with world.database.write() as connection:
                connection.executemany("DELETE FROM leaving WHERE take_id = ?", [(take_id,) for take_id in leaving])
        return freed

    def exists(self, world_id: str) -> bool:
        """Whether there is such a world, readable or not."""
        return (self._root / check_id(world_id, "world")).is_dir()

    def sweep(self, asked: Collection[str] | None = None) -> None:
        """Finishes what a crash left half built, half deleted or half forgotten, and removes the pictures of seed views
        that have neither a commit nor a job in `asked`: nobody was told that they arrived. Only for the process that
        holds the data directory."""
        self._surveys.sweep()
        for leftover in self._root.glob(".deleted-*"):
            for take_id in self._takes.of_world(leftover.name.removeprefix(".deleted-")):
                self._takes.delete(take_id)
            self._surveys.delete_of_world(leftover.name.removeprefix(".deleted-"))
        for leftover in (*self._root.glob(".deleted-*"), *self._root.glob(".new-*")):
            sweep_tree(leftover)
        for temporary in self._root.glob("*/seed_views/.*.tmp"):
            temporary.unlink()
        for directory in self._root.iterdir():
            try:
                with self.open(directory.name) as world:
                    self.finish_forgetting(world)
                    for picture in directory.glob("seed_views/*.mira"):
                        if asked is not None and picture.stem not in asked and not world.has_segment(picture.stem):
                            picture.unlink()
            except BackendError as error:
                LOG.warning("World %s is left as it is: %s", directory.name, error.message)

    def _directory(self, world_id: str) -> Path:
        directory = self._root / check_id(world_id, "world")
        if not (directory / DATABASE_NAME).is_file():
            raise NotFound(f"There is no world {world_id}.", "Choose one of the list, or create a new world.")
        return directory

    @contextmanager
    def _building(self, world_id: str) -> Iterator[Path]:
        """A hidden folder that becomes the world when the block ends well, and goes when it does not."""
        building = self._root / f".new-{world_id}"
        with disk_errors(building):
            try:
                (building / "segments").mkdir(parents=True)
                yield building
                sync_directory(building)
                building.rename(self._root / world_id)
            except BaseException:
                # What cannot be removed now, the next start removes; this must not hide the cause.
                shutil.rmtree(building, ignore_errors=True)
                raise
            sync_directory(self._root)

    def _reading(self, world_id: str) -> AbstractContextManager[sqlite3.Connection]:
        return reading(self._directory(world_id) / DATABASE_NAME, MIGRATIONS)

    def _database(self, world_id: str) -> Database:
        return Database(self._directory(world_id) / DATABASE_NAME, MIGRATIONS)

    def _seed_view(self, world_id: str, take_id: str) -> Path:
        return self._directory(world_id) / "seed_views" / f"{check_id(take_id, 'seed view')}.mira"


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidRequest(
            f"A world's name has 1 to {MAX_NAME_LENGTH} printable characters, got {name[:60]!r}.",
            "Choose another name.",
        )
    return name


def _info(connection: sqlite3.Connection) -> WorldInfo:
    world = connection.execute("SELECT world_id, name, created FROM world").fetchone()
    rows = connection.execute(
        "SELECT kind, COUNT(*) segments, SUM(tokens) tokens FROM segments WHERE state = 'live' GROUP BY kind"
    )
    counts = {row["kind"]: (row["segments"], row["tokens"]) for row in rows}
    return WorldInfo(
        world_id=world["world_id"],
        name=world["name"],
        created=world["created"],
        takes=counts.get("take", (0, 0))[0],
        seed_views=counts.get("seed_view", (0, 0))[0],
        tokens=sum(tokens for _, tokens in counts.values()),
    )


def _copy_database(source: Path, target: Path) -> None:
    # A connection of its own: SQLite's backup waits for ever on one that is inside a write transaction.
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.backup(writer)


def _link(file: Path, directory: Path) -> None:
    with disk_errors(directory):
        directory.mkdir(exist_ok=True)
        try:
            os.link(file, directory / file.name)
        except OSError:
            # Not every file system has hard links (exFAT, some network shares).
            shutil.copy2(file, directory / file.name)
