"""A segment is part of the world whole or not at all, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference_backend.errors import Conflict, InvalidRequest, NotFound
from inference_backend.storage.tensors import load_arrays
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.world_files import AnchorRecord, WorldFiles

ROOT = Path(__file__).parents[3]
TOKENS = {"feature": np.arange(24, dtype=np.float16).reshape(3, 8), "anchor": np.array([1, 1, 2], np.int32)}


@pytest.fixture
def world(tmp_path):
    catalog = WorldCatalog(tmp_path)
    with catalog.open(catalog.create("world").world_id) as opened:
        yield opened


def segment_files(world: WorldFiles, tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "worlds" / world.world_id / "segments").iterdir())


def test_commit_then_read_back_in_order(world, tmp_path) -> None:
    first, second = new_id(), new_id()
    world.commit_segment(first, "seed_view", TOKENS, {"engine": "previz"})
    world.commit_segment(second, "take", TOKENS, {"engine": "previz", "tokens": "2"})
    a, b = world.committed_segments()
    assert (a.take_id, a.kind, a.tokens, a.bytes) == (first, "seed_view", 3, a.path.stat().st_size)
    assert (b.take_id, b.kind, b.tokens) == (second, "take", 2) and a.order < b.order
    arrays, meta = load_arrays(a.path)
    np.testing.assert_array_equal(arrays["feature"], TOKENS["feature"])
    assert meta == {"engine": "previz"}


def test_second_commit_of_a_take_is_refused_and_changes_nothing(world) -> None:
    take_id = new_id()
    world.commit_segment(take_id, "take", TOKENS, {})
    with pytest.raises(Conflict, match="already part"):
        world.commit_segment(take_id, "take", {"feature": np.zeros((9, 8))}, {})
    (segment,) = world.committed_segments()
    assert len(load_arrays(segment.path)[0]["feature"]) == segment.tokens == 3


def test_discard_removes_row_and_file(world, tmp_path) -> None:
    take_id, kept = new_id(), new_id()
    world.commit_segment(take_id, "take", TOKENS, {})
    world.commit_segment(kept, "take", TOKENS, {})
    world.discard(take_id)
    assert [segment.take_id for segment in world.committed_segments()] == [kept]
    assert segment_files(world, tmp_path) == [f"{kept}.safetensors"]
    assert not world.has_segment(take_id) and world.has_segment(kept)
    with pytest.raises(NotFound, match=take_id):
        world.discard(take_id)


def test_reverted_commit_is_out_of_sight_and_comes_back_into_its_place(world, tmp_path) -> None:
    first, middle, last = new_id(), new_id(), new_id()
    for take_id in (first, middle, last):
        world.commit_segment(take_id, "take", TOKENS, {})
    before = world.history()
    world.revert(middle)
    assert [segment.take_id for segment in world.committed_segments()] == [first, last]
    assert [commit.state for commit in world.history().commits] == ["live", "reverted", "live"]
    assert world.has_segment(middle) and len(segment_files(world, tmp_path)) == 3
    assert WorldCatalog(tmp_path).get(world.world_id).tokens == 6
    with pytest.raises(Conflict, match="reverted already"):
        world.revert(middle)
    with WorldCatalog(tmp_path).open(world.world_id) as again:
        again.restore(middle)
    assert world.history() == before
    assert [segment.take_id for segment in world.committed_segments()] == [first, middle, last]
    with pytest.raises(Conflict, match="live already"):
        world.restore(middle)
    for change in (world.revert, world.restore):
        with pytest.raises(NotFound, match="no tokens"):
            change(new_id())


def test_history_tells_who_wrote_what_with_which_engine(world) -> None:
    take_id, seed_view = new_id(), new_id()
    world.commit_segment(seed_view, "seed_view", TOKENS, {"name": "dawn", "engine": "previz", "author": "Ada"})
    meta = {"shot": "sh010", "engine": "previz", "weights": "ab12", "seed": "77", "frames": "24", "author": "Bo"}
    world.commit_segment(take_id, "take", TOKENS, meta)
    look, take = world.history().commits
    assert (look.kind, look.shot, look.author, look.seed, look.frames) == ("seed_view", "dawn", "Ada", 0, 1)
    assert (take.kind, take.shot, take.author, take.seed, take.frames) == ("take", "sh010", "Bo", 77, 24)
    assert (take.engine, take.weights, take.tokens, take.state) == ("previz", "ab12", 3, "live")
    segment = world.committed_segments()[1]
    assert take.order == segment.order > look.order and take.bytes == segment.path.stat().st_size
    assert (segment.engine, segment.seed, segment.shot) == ("previz", 77, "sh010")


def test_anchors_are_listed_by_object_over_all_topologies(world) -> None:
    door, crate, remade = world.register_anchors(
        [
            AnchorRecord("door-id|0123456789ab", "m", (1.0, 1.0, 1.0), "Door"),
            AnchorRecord("crate-id|0123456789ab", "m", (1.0, 1.0, 1.0), "Crate"),
            AnchorRecord("door-id|ba9876543210", "n", (1.0, 1.0, 1.0), "Door"),
        ]
    )
    ids = [door.id] * 3 + [crate.id] * 4 + [remade.id] * 2 + [0] * 5 + [-1]
    world.commit_segment(new_id(), "take", {"anchor": np.array(ids, np.int32)}, {})
    reverted = new_id()
    world.commit_segment(reverted, "take", {"anchor": np.array([crate.id] * 9, np.int32)}, {})
    world.revert(reverted)
    world.register_anchors([AnchorRecord("crate-id|0123456789ab", "m", (1.0, 1.0, 1.0), "Crate, renamed")])
    found = {(a.anchor, a.name, a.tokens) for a in world.anchor_list().anchors}
    assert found == {
        ("door-id", "Door", 5), ("crate-id", "Crate, renamed", 4), ("sky", "", 5), ("void", "", 1)
    }  # fmt: skip
    tokens = [a.tokens for a in world.anchor_list().anchors]
    assert tokens == sorted(tokens, reverse=True)


def test_budget_and_residency_are_kept(world, tmp_path) -> None:
    assert world.budget_bytes() == 512 * 1024**2
    world.set_budget(3)
    world.record_residency(10, 480, 4)
    stats = WorldCatalog(tmp_path).stats(world.world_id)
    assert (stats.budget_bytes, stats.resident_tokens, stats.resident_bytes, stats.evicted_tokens) == (
        3 * 1024**2, 10, 480, 4
    )  # fmt: skip
    for wrong in (0, -1, 1024**2 + 1):
        with pytest.raises(InvalidRequest, match=str(wrong)):
            world.set_budget(wrong)
    assert world.budget_bytes() == 3 * 1024**2


def test_order_is_never_given_twice(world) -> None:
    first, second = new_id(), new_id()
    world.commit_segment(first, "take", TOKENS, {})
    order = world.committed_segments()[0].order
    world.discard(first)
    world.commit_segment(second, "take", TOKENS, {})
    assert world.committed_segments()[0].order > order


def test_anchors_keep_their_id_and_first_rest_pose(world) -> None:
    door = AnchorRecord("door", "mesh-a", (1.0, 2.0, 3.0))
    crate = AnchorRecord("crate", "mesh-b", (1.0, 1.0, 1.0))
    first = world.register_anchors([door, crate, door])
    assert [anchor.id for anchor in first] == [1, 2, 1]
    again = world.register_anchors([crate, AnchorRecord("door", "mesh-z", (9.0, 9.0, 9.0))])
    assert again == [first[1], first[0]] and again[1].rest_mesh == "mesh-a"
    assert world.anchors() == first[:2]
    assert world.register_anchors([]) == []


def test_material_ids_are_persistent(world, tmp_path) -> None:
    assert world.material_ids(["brick", "steel", "brick"]) == [1, 2, 1]
    with WorldCatalog(tmp_path).open(world.world_id) as again:
        assert again.material_ids(["glass", "steel"]) == [3, 2]


@pytest.mark.parametrize("take_id", ["../escape", "x", ""])
def test_ids_never_become_paths_unchecked(world, take_id: str) -> None:
    with pytest.raises(InvalidRequest):
        world.commit_segment(take_id, "take", TOKENS, {})
    for method in (world.revert, world.restore, world.discard, world.has_segment):
        with pytest.raises(InvalidRequest):
            method(take_id)


def test_unknown_kind_is_refused(world) -> None:
    with pytest.raises(ValueError, match="seed_view"):
        world.commit_segment(new_id(), "guess", TOKENS, {})


def test_file_without_a_row_is_swept_at_the_next_opening(world, tmp_path) -> None:
    kept, orphan = new_id(), new_id()
    world.commit_segment(kept, "take", TOKENS, {})
    folder = tmp_path / "worlds" / world.world_id / "segments"
    (folder / f"{orphan}.safetensors").write_bytes(b"cut short")
    (folder / f".{orphan}.safetensors.tmp").write_bytes(b"cut shorter")
    with WorldCatalog(tmp_path).open(world.world_id) as again:
        assert [segment.take_id for segment in again.committed_segments()] == [kept]
    assert segment_files(world, tmp_path) == [f"{kept}.safetensors"]


FILLED = """
import resource, sys
import numpy as np
from pathlib import Path
from inference_backend.errors import DiskFull
from inference_backend.worlds.catalog import WorldCatalog
with WorldCatalog(Path(sys.argv[1])).open(sys.argv[2]) as world:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        world.commit_segment(sys.argv[3], "take", {"feature": np.zeros((100_000, 8))}, {})
    except DiskFull as error:
        print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_leaves_the_world_as_it_was(world, tmp_path) -> None:
    take_id = new_id()
    command = [sys.executable, "-c", FILLED, str(tmp_path), world.world_id, take_id]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "no room" in told.stdout and take_id in told.stdout
    assert world.committed_segments() == [] and segment_files(world, tmp_path) == []
    world.commit_segment(take_id, "take", TOKENS, {})


KILLED = """
import os, sys
import numpy as np
from pathlib import Path
from inference_backend.worlds import world_files
from inference_backend.worlds.catalog import WorldCatalog
save = world_files.save_arrays
def save_then_die(*arguments):
    save(*arguments)
    os._exit(9)
world_files.save_arrays = save_then_die
with WorldCatalog(Path(sys.argv[1])).open(sys.argv[2]) as world:
    world.commit_segment(sys.argv[3], "take", {"feature": np.zeros((3, 8))}, {})
"""


def test_death_between_file_and_row_leaves_the_world_as_before(world, tmp_path) -> None:
    take_id = new_id()
    command = [sys.executable, "-c", KILLED, str(tmp_path), world.world_id, take_id]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert segment_files(world, tmp_path) == [f"{take_id}.safetensors"]
    assert world.committed_segments() == []
    with WorldCatalog(tmp_path).open(world.world_id) as again:
        assert segment_files(world, tmp_path) == []
        again.commit_segment(take_id, "take", TOKENS, {})
    assert [segment.take_id for segment in world.committed_segments()] == [take_id]
