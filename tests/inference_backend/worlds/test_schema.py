"""Worlds of older versions are brought forward with what their own files say; newer ones are refused by name."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.history import ForgetRequest
from inference_backend import __version__
from inference_backend.errors import Conflict
from inference_backend.storage.database import Database
from inference_backend.storage.tensors import load_arrays, save_arrays
from inference_backend.worlds import schema
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.forgetting import forget
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.schema import MIGRATIONS
from inference_backend.worlds.take_files import TakeFiles
from tests.support import tiny_requests

ANCHORS = {"look": [1, 1, 0], "take": [1, 2, 2, 2, -1], "reader": []}


class OldWorld:
    """What version 1 of the schema left on disk: a look, a take, and a take that learned nothing."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.id = data_dir, new_id()
        self.folder = data_dir / "worlds" / self.id
        (self.folder / "segments").mkdir(parents=True)
        self.takes = {name: new_id() for name in ANCHORS}
        with Database(self.folder / "world.db", MIGRATIONS[:1]) as database, database.write() as connection:
            connection.execute("INSERT INTO world VALUES (?, 'corridor', '2026-01-01T00:00:00+00:00')", (self.id,))
            for name in ("door|0123456789ab", "crate|0123456789ab"):
                connection.execute(
                    "INSERT INTO anchors (name, rest_mesh, rest_scale_x, rest_scale_y, rest_scale_z)"
                    " VALUES (?, 'm', 1.0, 2.0, 3.0)",
                    (name,),
                )
            connection.execute("INSERT INTO materials (name) VALUES ('brick')")
            for name, take_id in self.takes.items():
                self._commit(connection, name, take_id)
        # As version 0.1.0 wrote it: without author, base_take and reused.
        facts = {
            "take_id": self.takes["take"], "world_id": self.id, "shot": "sh010", "engine": "previz", "weights": "ab12",
            "seed": 77, "prompt": "", "height": 64, "width": 64, "frames": [1, 2, 3, 4], "fps": 24.0, "frames_done": 4,
            "state": "done", "created": "2026-01-01", "key_frames": [0], "coverage": 0.5, "seconds": None,
        }  # fmt: skip
        place = data_dir / "takes" / self.takes["take"]
        (place / "frames").mkdir(parents=True)
        (place / "take.json").write_text(json.dumps(facts))

    def _commit(self, connection: sqlite3.Connection, name: str, take_id: str) -> None:
        count, kind = len(ANCHORS[name]), "seed_view" if name == "look" else "take"
        arrays = {"anchor": np.array(ANCHORS[name], np.int32), "feature": np.ones((count, 8), np.float16)}
        meta = {"engine": "previz", "weights": "ab12", "tokens": str(count)}
        meta |= {"name": "dawn"} if kind == "seed_view" else {"shot": "sh010", "seed": "77"}
        size = save_arrays(self.segment(take_id), arrays, meta)
        connection.execute(
            "INSERT INTO segments (take_id, kind, tokens, bytes, created) VALUES (?, ?, ?, ?, '2026-01-02')",
            (take_id, kind, count, size),
        )

    def segment(self, take_id: str) -> Path:
        return self.folder / "segments" / f"{take_id}.safetensors"


@pytest.fixture
def old(tmp_path) -> OldWorld:
    return OldWorld(tmp_path)


def test_old_world_comes_forward_with_what_its_files_say(old: OldWorld) -> None:
    catalog = WorldCatalog(old.data_dir)
    assert (catalog.get(old.id).takes, catalog.get(old.id).seed_views, catalog.get(old.id).tokens) == (2, 1, 8)
    look, take, reader = catalog.history(old.id).commits
    assert (look.take_id, look.kind, look.shot, look.engine, look.seed, look.frames) == (
        old.takes["look"], "seed_view", "dawn", "previz", 0, 1
    )  # fmt: skip
    assert (take.take_id, take.shot, take.seed, take.weights, take.frames) == (
        old.takes["take"], "sh010", 77, "ab12", 4
    )  # fmt: skip
    assert (take.state, take.author, take.created, take.tokens, reader.tokens) == ("live", "", "2026-01-02", 5, 0)
    listed = {anchor.anchor: anchor.tokens for anchor in catalog.anchor_list(old.id).anchors}
    assert listed == {"door": 3, "crate": 3, "sky": 1, "void": 1}
    stats = catalog.stats(old.id)
    assert (stats.budget_bytes, stats.resident_tokens, stats.anchors) == (512 * 1024**2, 0, 2)


def test_old_seed_view_says_which_frame_it_shows_where_its_request_is_kept(old: OldWorld) -> None:
    request, arrays = tiny_requests.seed_view_request()
    (old.folder / "seed_views").mkdir()
    kept = old.folder / "seed_views" / f"{old.takes['look']}.mira"
    kept.write_bytes(to_bundle(replace(request, frame=12, author="ada"), arrays))
    look, take, _ = WorldCatalog(old.data_dir).history(old.id).commits
    assert (look.frame, look.author, look.camera, look.over_take) == (12, "ada", "", "")
    assert (take.frame, take.camera) == (-1, "")


def test_old_world_works_like_a_new_one(old: OldWorld) -> None:
    catalog = WorldCatalog(old.data_dir)
    with catalog.open(old.id) as world:
        assert [segment.path for segment in world.committed_segments()] == [
            old.segment(old.takes[name]) for name in ANCHORS
        ]
        assert [anchor.name for anchor in world.anchors()] == ["door|0123456789ab", "crate|0123456789ab"]
        assert world.material_ids(["brick", "glass"]) == [1, 2]
        world.revert(old.takes["look"])
        world.commit_segment(new_id(), "take", {"anchor": np.array([1], np.int32)}, {})
    fork = catalog.fork(old.id, "fork").world_id
    assert forget(catalog, old.id, ForgetRequest(anchor="door"), {}).tokens == 4
    with catalog.open(fork) as world:
        arrays, _ = load_arrays(world.committed_segments()[0].path)
        np.testing.assert_array_equal(arrays["anchor"], ANCHORS["take"])


def test_old_take_is_read_with_defaults(old: OldWorld) -> None:
    info = TakeFiles(old.data_dir).info(old.takes["take"])
    assert (info.author, info.base_take, info.reused, info.frames) == ("", "", (), (1, 2, 3, 4))


@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_world_with_a_damaged_segment_still_comes_forward(old: OldWorld, damage: str, caplog) -> None:
    path = old.segment(old.takes["look"])
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3])
    look, take, _ = WorldCatalog(old.data_dir).history(old.id).commits
    assert (look.engine, look.tokens) == ("", 3) and take.engine == "previz"
    assert path.name in caplog.text


def test_interrupted_migration_leaves_the_old_world(old: OldWorld, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(schema, "write_counts", fail)
        with pytest.raises(KeyboardInterrupt):
            WorldCatalog(old.data_dir).get(old.id)
    with Database(old.folder / "world.db", MIGRATIONS[:1]) as database, database.read() as connection:
        assert len(connection.execute("SELECT * FROM segments").fetchone()) == 6
    assert len(WorldCatalog(old.data_dir).history(old.id).commits) == 3


def test_newer_world_is_refused_by_the_names_of_migration_and_version(old: OldWorld) -> None:
    catalog = WorldCatalog(old.data_dir)
    catalog.get(old.id)
    with closing(sqlite3.connect(old.folder / "world.db")) as connection, connection:
        connection.execute("INSERT INTO migrations VALUES ('m999_holograms')")
    for method in (catalog.get, catalog.open, catalog.history, catalog.stats):
        with pytest.raises(Conflict) as told:
            method(old.id)
        assert all(word in told.value.message for word in ("m999_holograms", MIGRATIONS[-1].__name__, __version__))
        assert "Update" in told.value.hint
    # The program of before sees this one's worlds as newer, too.
    with pytest.raises(Conflict, match=f"{MIGRATIONS[-1].__name__}|m999"):
        Database(old.folder / "world.db", MIGRATIONS[:1])
