"""`mirage worlds …` over real worlds: what it prints, what it changes, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from inference_backend.cli import main
from inference_backend.jobs.queue import JobQueue
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.lock import DataDirLock
from inference_backend.worlds.world_files import AnchorRecord

ADDRESS = "the backend at http://127.0.0.1:1"


@pytest.fixture
def mirage(tmp_path, capsys):
    """Runs one action on the data directory: (exit status, what it printed, what it complained of)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["worlds", arguments[0], "--data-dir", str(tmp_path), *arguments[1:]])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def a_world(data_dir: Path) -> tuple[str, str, str]:
    """A world with a take of 4 tokens on a door and a look of 2 on the sky: (its id, the take's, the look's)."""
    catalog = WorldCatalog(data_dir)
    world_id, take, look = catalog.create("corridor").world_id, new_id(), new_id()
    with catalog.open(world_id) as world:
        (door,) = world.register_anchors([AnchorRecord("door-id|0123456789ab", "m", (1.0, 1.0, 1.0), "Door")])
        meta = {"engine": "previz", "shot": "sh010", "seed": "77", "author": "Ada", "frames": "24"}
        for take_id, kind, anchors in ((take, "take", [door.id] * 4), (look, "seed_view", [0] * 2)):
            arrays = {"anchor": np.array(anchors, np.int32), "position": np.zeros((len(anchors), 3), np.float32)}
            world.commit_segment(take_id, kind, arrays, meta)
    return world_id, take, look


def test_list_fork_delete(tmp_path, mirage) -> None:
    world_id, _, _ = a_world(tmp_path)
    status, out, _ = mirage("fork", world_id, "corridor at night")
    fork_id = out.strip()
    assert status == 0
    listed = mirage("list")[1]
    assert world_id in listed and fork_id in listed and "corridor at night" in listed
    assert mirage("delete", world_id)[0] == 0
    assert [left.world_id for left in WorldCatalog(tmp_path).list()] == [fork_id]
    status, _, err = mirage("delete", world_id)
    assert status == 1 and f"no world {world_id}" in err


def test_history_is_a_table(tmp_path, mirage) -> None:
    world_id, take, look = a_world(tmp_path)
    assert mirage("revert", world_id, take)[0] == 0
    titles, first, second = mirage("history", world_id)[1].splitlines()
    assert titles.split() == "order when who kind shot seed engine tokens MiB state id".split()
    order, _, *cells = first.split()
    assert order == "1" and cells == ["Ada", "take", "sh010", "77", "previz", "4", "0.0", "reverted", take]
    assert second.split()[-2:] == ["live", look]
    assert titles.index("state") == first.index("reverted") == second.index("live")
    assert mirage("restore", world_id, take)[0] == 0
    assert "reverted" not in mirage("history", world_id)[1]
    status, _, err = mirage("restore", world_id, take)
    assert status == 1 and "live already" in err


def test_stats_and_budget(tmp_path, mirage) -> None:
    world_id, _, _ = a_world(tmp_path)
    out = mirage("stats", world_id)[1]
    assert "6 tokens in 2 commits" in out and "budget 512.0 MiB" in out
    assert "4 tokens  door-id  Door" in out and "2 tokens  sky" in out
    assert mirage("budget", world_id, "64")[0] == 0
    assert "budget 64.0 MiB" in mirage("budget", world_id)[1]
    status, _, err = mirage("budget", world_id, "0")
    assert status == 1 and "got 0" in err


def test_compare(tmp_path, mirage) -> None:
    world_id, take, look = a_world(tmp_path)
    fork_id = mirage("fork", world_id, "fork")[1].strip()
    mirage("revert", fork_id, take)
    out = mirage("compare", world_id, fork_id)[1]
    assert "Both remember 1 commits" in out and f"Only {world_id}: 1" in out and f"Only {fork_id}: 0" in out
    assert take in out and look not in out and "4 |         0 tokens  door-id" in out


def test_forget(tmp_path, mirage) -> None:
    world_id, take, look = a_world(tmp_path)
    assert "4 tokens, 1 whole commits" in mirage("forget", world_id, "--anchor", "door-id")[1]
    assert take not in mirage("history", world_id)[1]
    assert "2 tokens, 1 whole commits" in mirage("forget", world_id, "--take", look)[1]
    status, _, err = mirage("forget", world_id, "--everything")
    assert status == 1 and "--yes" in err
    assert mirage("forget", world_id, "--everything", "--yes")[0] == 0
    with pytest.raises(SystemExit, match="2"):
        mirage("forget", world_id)
    with pytest.raises(SystemExit, match="2"):
        mirage("forget", world_id, "--anchor", "a", "--take", look)


CHANGES = [
    ("fork", "{world}", "name"),
    ("revert", "{world}", "{take}"),
    ("restore", "{world}", "{take}"),
    ("budget", "{world}", "64"),
    ("forget", "{world}", "--everything", "--yes"),
    ("delete", "{world}"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_nothing_is_changed_beside_a_running_backend_and_who_runs_is_said(tmp_path, mirage, change) -> None:
    world_id, take, _ = a_world(tmp_path)
    lock, before = DataDirLock(tmp_path, ADDRESS), WorldCatalog(tmp_path).history(world_id)
    status, _, err = mirage(*(word.format(world=world_id, take=take) for word in change))
    assert status == 1 and ADDRESS in err and f"process {os.getpid()}" in err
    assert "2 commits" in mirage("stats", world_id)[1], "looking is allowed"
    lock.close()
    catalog = WorldCatalog(tmp_path)
    assert catalog.history(world_id) == before and len(catalog.list()) == 1
    assert catalog.stats(world_id).budget_bytes == 512 * 1024**2


@pytest.mark.parametrize("change", [CHANGES[1], CHANGES[2], CHANGES[4], CHANGES[5]], ids=lambda change: change[0])
def test_nothing_is_changed_under_a_job_that_waits(tmp_path, mirage, change) -> None:
    world_id, take, _ = a_world(tmp_path)
    queue = JobQueue(tmp_path)
    queue.submit("take", world_id, new_id())
    queue.close()
    status, _, err = mirage(*(word.format(world=world_id, take=take) for word in change))
    assert status == 1 and "1 jobs of the world" in err
    assert len(WorldCatalog(tmp_path).history(world_id).commits) == 2
