"""Kills a process at each of its steps on the disk in turn, and holds what is left against before and after.

A step is a file opened, made, moved, linked or removed, or an SQL statement begun: Python's audit events tell of each.
Run as a program with an empty folder, how many steps to go on between two deaths, and names of operations (all); prints
how many instants it died at, or fails with the first that left the data directory in between. A process of its own,
because it forks: pytest's has threads.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_mirage.wire.arrays import content_hash, pack
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.history import ForgetRequest
from blender_mirage.wire.messages import TakeInfo
from inference_backend.storage.database import Database
from inference_backend.storage.tensors import load_arrays, save_arrays
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.forgetting import forget
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.schema import MIGRATIONS
from inference_backend.worlds.take_files import TakeFiles
from inference_backend.worlds.world_files import AnchorRecord
from tests.support import tiny_requests

FIRST, SECOND, LOOK, NEW, OLD = (f"{n:032x}" for n in range(1, 6))
WRITING = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "shutil.rmtree"}
Story = dict[str, Any]


def arrays(seed: int, anchors: list[int]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    position, feature = rng.normal(size=(len(anchors), 3)), rng.normal(size=(len(anchors), 16))
    return {
        "anchor": np.array(anchors, np.int32),
        "position": position.astype(np.float32),
        "feature": feature.astype(np.float16),
    }


def build(data_dir: Path) -> None:
    """Two worlds that share files: two takes (one reverted) and a look; and one of the first schema."""
    catalog, takes = WorldCatalog(data_dir), TakeFiles(data_dir)
    world_id = catalog.create("set").world_id
    mesh = tiny_requests.BOX_HASH
    MeshStore(data_dir).put(mesh, tiny_requests.BOX)
    with catalog.open(world_id) as world:
        names = ("door|0123456789ab", "crate|0123456789ab")
        world.register_anchors([AnchorRecord(name, mesh, (1.0, 1.0, 1.0)) for name in names])
        world.material_ids(["brick"])
        for n, take_id in enumerate((FIRST, SECOND)):
            request, given = tiny_requests.take_request(1)
            takes.create(take_id, to_bundle(request, given), take_info(take_id, world_id))
            takes.write_frame(take_id, 0, b"png")
            world.commit_segment(take_id, "take", arrays(n, [1, 2, 2, 0]), {"engine": "previz"})
        catalog.save_seed_view(world_id, LOOK, to_bundle(*tiny_requests.seed_view_request()))
        world.commit_segment(LOOK, "seed_view", arrays(2, [1, 1]), {"engine": "previz"})
        world.revert(SECOND)
    catalog.fork(world_id, "fork")
    old = data_dir / "worlds" / OLD
    (old / "segments").mkdir(parents=True)
    with Database(old / "world.db", MIGRATIONS[:1]) as database, database.write() as connection:
        connection.execute("INSERT INTO world VALUES (?, 'old', '2026-01-01')", (OLD,))
        for n, take_id in enumerate((FIRST, SECOND)):
            size = save_arrays(old / "segments" / f"{take_id}.safetensors", arrays(n, [1, 2]), {"tokens": "2"})
            row = (take_id, "take", 2, size, "2026-01-02")
            connection.execute(
                "INSERT INTO segments (take_id, kind, tokens, bytes, created) VALUES (?, ?, ?, ?, ?)", row
            )


def take_info(take_id: str, world_id: str) -> TakeInfo:
    return TakeInfo(take_id, world_id, "shot", "previz", "", 0, "", 64, 64, (1,), 24.0, 1, "done", "2026-01-01")


def the(catalog: WorldCatalog, name: str = "set") -> str:
    return next(world.world_id for world in catalog.list() if world.name == name)


def _on_world(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def operation(data_dir: Path) -> None:
        catalog = WorldCatalog(data_dir)
        with catalog.open(the(catalog)) as world:
            change(world)

    return operation


def _forget(**request: Any) -> Callable[[Path], None]:
    def operation(data_dir: Path) -> None:
        catalog = WorldCatalog(data_dir)
        forget(catalog, the(catalog), ForgetRequest(**request), {})

    return operation


def _on_catalog(change: Callable[[WorldCatalog], Any]) -> Callable[[Path], None]:
    return lambda data_dir: change(WorldCatalog(data_dir))


def _put_mesh(data_dir: Path) -> None:
    mesh = pack({"vertices": np.zeros((5, 4, 3), np.float32)})
    MeshStore(data_dir).put(content_hash(mesh), mesh)


OPERATIONS: dict[str, Callable[[Path], None]] = {
    "commit": _on_world(lambda w: w.commit_segment(NEW, "take", arrays(9, [1, 0]), {"engine": "previz"})),
    "revert": _on_world(lambda w: w.revert(FIRST)),
    "restore": _on_world(lambda w: w.restore(SECOND)),
    "discard": _on_world(lambda w: w.discard(FIRST)),
    "budget": _on_world(lambda w: w.set_budget(3)),
    "forget object": _forget(anchor="door"),
    "forget take": _forget(take_id=FIRST),
    "forget look": _forget(take_id=LOOK),
    "forget everything": _forget(everything=True),
    "create": _on_catalog(lambda c: c.create("new")),
    "fork": _on_catalog(lambda c: c.fork(the(c), "second fork")),
    "delete": _on_catalog(lambda c: c.delete(the(c))),
    "look": _on_catalog(lambda c: c.save_seed_view(the(c), NEW, b"look")),
    "take": lambda data_dir: TakeFiles(data_dir).create(NEW, b"request", take_info(NEW, OLD)),
    "frame": lambda data_dir: TakeFiles(data_dir).write_frame(FIRST, 0, b"another png"),
    "facts": lambda data_dir: TakeFiles(data_dir).update_info(FIRST, state="failed") and None,
    "mesh": _put_mesh,
    "migrate": _on_catalog(lambda c: c.get(OLD)),
}


def recover(data_dir: Path) -> None:
    """What a backend does at its start."""
    for part in (WorldCatalog(data_dir), TakeFiles(data_dir), MeshStore(data_dir)):
        part.sweep()


def tell(data_dir: Path) -> Story:
    """All that the data directory holds, without random names and times. Fails where rows and files disagree."""
    catalog, story = WorldCatalog(data_dir), {}
    for info in catalog.list():
        with catalog.open(info.world_id) as world:
            with world.database.read() as connection:
                rows = connection.execute("SELECT * FROM segments ORDER BY position").fetchall()
                names = [row["name"] for row in connection.execute("SELECT name FROM materials")]
                assert connection.execute("SELECT * FROM leaving").fetchone() is None
            files = {path.name for path in world.segments_dir.iterdir()}
            assert files == {row["file"] for row in rows}, f"{files} of {[tuple(row) for row in rows]}"
            commits = [(row["take_id"], row["state"], _read(world.segments_dir / row["file"], row)) for row in rows]
            anchors, counts = [anchor.name for anchor in world.anchors()], world.anchor_list().anchors
            story[info.name] = (info.takes, info.seed_views, info.tokens, commits, anchors, counts, names)
            story[info.name] += (world.budget_bytes(), sorted(p.name for p in world.segments_dir.parent.iterdir()))
        looks = (data_dir / "worlds" / info.world_id).glob("seed_views/*")
        story[f"looks of {info.name}"] = {path.name: path.read_bytes() for path in looks}
    known = {info.world_id for info in catalog.list()}
    assert {path.name for path in (data_dir / "worlds").iterdir()} == known, "nothing half made, nothing unreadable"
    for part in ("takes", "meshes"):
        files = sorted(path for path in (data_dir / part).rglob("*") if path.is_file())
        story[part] = {str(path.relative_to(data_dir)): path.read_bytes() for path in files}
        story[part + " folders"] = sorted(path.name for path in (data_dir / part).iterdir())
    return story


def _read(path: Path, row: Any) -> str:
    """The tokens of a segment, as a hash; row and file must agree."""
    found, _ = load_arrays(path)
    assert len(found["anchor"]) == row["tokens"] and path.stat().st_size == row["bytes"]
    return hashlib.blake2b(b"".join(found[name].tobytes() for name in sorted(found))).hexdigest()


def die_at(step: int, operation: Callable[[Path], None], data_dir: Path) -> bool:
    """Runs the operation in a child that is killed at its `step`th step; False when it came to its end before."""
    child = os.fork()
    if child == 0:
        taken = 0

        def count(*_: object) -> None:
            nonlocal taken
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

        def hear(event: str, details: tuple[Any, ...]) -> None:
            if event in WRITING or (event == "open" and str(data_dir) in str(details[0])):
                count()

        def connect(*given: Any, **named: Any) -> sqlite3.Connection:
            connection = plain_connect(*given, **named)
            connection.set_trace_callback(count)
            return connection

        plain_connect, sqlite3.connect = sqlite3.connect, connect
        sys.addaudithook(hear)
        operation(data_dir)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), f"the operation failed by itself: {status}"
    return status != 0


def try_all(name: str, folder: Path, every: int) -> None:
    """Dies at every `every`th step of an operation."""
    base, whole, work = folder / "base", folder / "whole", folder / "work"
    build(base)
    shutil.copytree(base, whole)
    OPERATIONS[name](whole)
    recover(whole)
    after = tell(whole)
    shutil.copytree(base, work)
    recover(work)
    before = tell(work)
    # The recovery of a world of the first schema is its migration.
    assert (before != after) == (name != "migrate"), f"{name} changes nothing, so nothing is tested"
    step, died, behind, tried = 1 + sum(name.encode()) % min(every, 5), True, 0, 0
    while died:
        shutil.rmtree(work)
        shutil.copytree(base, work)
        died = die_at(step, OPERATIONS[name], work)
        recover(work)
        found = tell(work)
        assert found in (before, after) if died else found == after, f"step {step} of {name}: something in between"
        behind, tried, step = behind + (died and found == after), tried + died, step + every
    print(f"{name}: {tried} instants, {behind} of them behind the commit", flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    for operation in sys.argv[3:] or OPERATIONS:
        try_all(operation, Path(sys.argv[1]) / "run", int(sys.argv[2]))
