"""Worlds appear, fork and disappear whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from blender_mirage.wire.messages import TakeInfo
from inference_backend.errors import BackendError, Conflict, InvalidRequest, NotFound
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.take_files import TakeFiles
from inference_backend.worlds.world_files import AnchorRecord


def add_take(data_dir: Path, world_id: str, tokens: int = 2) -> str:
    take_id = new_id()
    info = TakeInfo(
        take_id, world_id, "shot", "previz", "", 0, "", 64, 64, (1,), 24.0, frames_done=1, state="done", created=""
    )
    takes = TakeFiles(data_dir)
    takes.create(take_id, b"request", info)
    takes.write_frame(take_id, 0, b"png")
    with WorldCatalog(data_dir).open(world_id) as world:
        world.commit_segment(take_id, "take", {"feature": np.zeros((tokens, 8), np.float16)}, {})
    return take_id


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_created_world_is_empty_and_listed(tmp_path) -> None:
    catalog = WorldCatalog(tmp_path)
    world = catalog.create("  corridor ")
    assert (world.name, world.takes, world.seed_views, world.tokens) == ("corridor", 0, 0, 0)
    assert WorldCatalog(tmp_path).list() == [world]
    assert catalog.stats(world.world_id).bytes == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "line\nbreak"])
def test_names_that_are_refused_leave_nothing(tmp_path, name: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        WorldCatalog(tmp_path).create(name)
    assert list((tmp_path / "worlds").iterdir()) == []


@pytest.mark.parametrize("world_id", ["../../etc", "", "A" * 32, "0" * 31, "0" * 32 + "\n"])
def test_ids_never_become_paths_unchecked(tmp_path, world_id: str) -> None:
    catalog = WorldCatalog(tmp_path)
    for method in (catalog.get, catalog.stats, catalog.open, catalog.delete):
        with pytest.raises(InvalidRequest, match="not the id of a world"):
            method(world_id)


def test_unknown_world(tmp_path) -> None:
    with pytest.raises(NotFound, match="no world"):
        WorldCatalog(tmp_path).get("0" * 32)


def test_fork_remembers_and_then_goes_its_own_way(tmp_path) -> None:
    catalog = WorldCatalog(tmp_path)
    source = catalog.create("source")
    take_id = add_take(tmp_path, source.world_id, tokens=5)
    seed, reverted = new_id(), add_take(tmp_path, source.world_id)
    for name in (seed, new_id()):
        catalog.save_seed_view(source.world_id, name, b"seed view")
    with catalog.open(source.world_id) as world:
        anchors = world.register_anchors([AnchorRecord("door", "m", (1.0, 1.0, 1.0))])
        world.commit_segment(seed, "seed_view", {"feature": np.zeros((1, 8), np.float16)}, {})
        world.revert(reverted)
        before = world.history().commits
    fork = catalog.fork(source.world_id, "fork")
    assert (fork.name, fork.takes, fork.tokens) == ("fork", 1, 6) and fork.world_id != source.world_id
    assert catalog.seed_view(fork.world_id, seed) == b"seed view"
    assert len(list((tmp_path / "worlds" / fork.world_id / "seed_views").iterdir())) == 1, "the other has no commit"
    with catalog.open(source.world_id) as world:
        world.discard(take_id)
    catalog.delete(source.world_id)
    with catalog.open(fork.world_id) as world:
        assert world.anchors() == anchors and world.history().commits == before
        world.restore(reverted)
        segments = world.committed_segments()
        assert [segment.take_id for segment in segments] == [take_id, reverted, seed]
        assert all(segment.path.is_file() for segment in segments)


def test_delete_removes_rows_segments_and_frames_of_that_world_only(tmp_path) -> None:
    catalog = WorldCatalog(tmp_path)
    doomed, kept = catalog.create("doomed"), catalog.create("kept")
    add_take(tmp_path, kept.world_id)
    before = files(tmp_path)
    add_take(tmp_path, doomed.world_id)
    catalog.save_seed_view(doomed.world_id, new_id(), b"look")
    catalog.delete(doomed.world_id)
    assert files(tmp_path) == {name for name in before if doomed.world_id not in name}
    assert [world.name for world in catalog.list()] == ["kept"]


def test_sweep_finishes_what_a_crash_cut_short(tmp_path) -> None:
    catalog = WorldCatalog(tmp_path)
    world = catalog.create("half deleted")
    take_id = add_take(tmp_path, world.world_id)
    (tmp_path / "worlds" / world.world_id).rename(tmp_path / "worlds" / f".deleted-{world.world_id}")
    (tmp_path / "worlds" / f".new-{new_id()}").mkdir()
    assert catalog.list() == []
    catalog.sweep()
    assert files(tmp_path) == set() and not (tmp_path / "takes" / take_id).exists()


def test_world_of_a_newer_program_is_refused_and_left_out_of_the_list(tmp_path, caplog) -> None:
    catalog = WorldCatalog(tmp_path)
    old, newer = catalog.create("old"), catalog.create("newer")
    with closing(sqlite3.connect(tmp_path / "worlds" / newer.world_id / "world.db")) as connection, connection:
        connection.execute("INSERT INTO migrations VALUES ('m999_holograms')")
    with pytest.raises(Conflict, match="m999_holograms") as told:
        catalog.open(newer.world_id)
    assert "Update" in told.value.hint
    assert catalog.list() == [old]
    assert newer.world_id in caplog.text


def test_failed_fork_leaves_nothing(tmp_path) -> None:
    catalog = WorldCatalog(tmp_path)
    source = catalog.create("source")
    take_id = add_take(tmp_path, source.world_id)
    (tmp_path / "worlds" / source.world_id / "segments" / f"{take_id}.safetensors").unlink()
    with pytest.raises((BackendError, OSError)):
        catalog.fork(source.world_id, "fork")
    assert [path.name for path in (tmp_path / "worlds").iterdir()] == [source.world_id]
