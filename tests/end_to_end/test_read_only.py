"""Where nothing may be written, one sentence says where, and the world is as before and can still be looked at."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blender_mirage.wire.codec import to_bundle
from inference_backend.config import BackendConfig
from inference_backend.errors import NotWritable
from inference_backend.jobs.queue import JobQueue
from inference_backend.jobs.worker import Worker
from inference_backend.serving import serve
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.take_files import TakeFiles
from tests.support import tiny_requests, tiny_worker
from tests.support.crash_points import NEW, OPERATIONS, build, take_info, tell, the

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
NOBODY = 65534


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may write everywhere: for the block, this process is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def open_to_all() -> Path:
    """A folder for temporary files that other users may enter: a root's own often is not."""
    for folder in map(Path, (tempfile.gettempdir(), "/var/tmp", "/dev/shm", "/tmp")):
        ways = [folder, *folder.parents]
        if os.geteuid() != 0 or all(way.is_dir() and way.stat().st_mode & stat.S_IXOTH for way in ways):
            return folder
    pytest.skip("no folder for temporary files that other users may enter")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory of that user."""
    folder = Path(tempfile.mkdtemp(dir=open_to_all()))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    with as_ordinary_user():
        build(folder / "data")
    yield folder / "data"
    shutil.rmtree(folder)


@contextmanager
def locked(*folders: Path) -> Iterator[None]:
    """Nothing may be added to these folders, removed from them or changed in them, nor may their files."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in paths}
    for path in paths:
        path.chmod(before[path] & ~0o222)
    try:
        with as_ordinary_user():
            yield
    finally:
        for path in paths:
            path.chmod(before[path])


def folders_of(data_dir: Path, which: str) -> tuple[Path, ...]:
    world = data_dir / "worlds" / the(WorldCatalog(data_dir))
    return {"data directory": (data_dir,), "world": (world,), "segments": (world / "segments",)}[which]


TOUCHED = {
    "data directory": [name for name in OPERATIONS if name != "migrate"],
    "world": ["commit", "revert", "restore", "discard", "budget", "forget object", "forget everything", "fork", "look"],
    "segments": ["commit", "forget object"],
}


@pytest.mark.parametrize("which", list(TOUCHED))
def test_nothing_changes_and_where_is_said(data_dir, which: str) -> None:
    with as_ordinary_user():
        WorldCatalog(data_dir).list()  # brings the old world forward
        before, folders = tell(data_dir), folders_of(data_dir, which)
    for name in TOUCHED[which]:
        with locked(*folders), pytest.raises(NotWritable) as told:
            OPERATIONS[name](data_dir)
        assert str(folders[0]) in told.value.message and "right to write" in told.value.hint, told.value.message
        with as_ordinary_user():
            assert tell(data_dir) == before, name


def test_worlds_can_still_be_looked_at(data_dir) -> None:
    with as_ordinary_user():
        catalog = WorldCatalog(data_dir)
        listed = catalog.list()
        history = catalog.history(the(catalog))
    with locked(data_dir):
        again = WorldCatalog(data_dir)
        assert again.list() == listed and len(listed) == 3
        assert again.history(the(again)) == history and again.anchor_list(the(again)).anchors
        assert again.compare(the(again), the(again, "fork")).shared


def test_backend_does_not_start(data_dir) -> None:
    with locked(data_dir), pytest.raises(NotWritable, match=str(data_dir)):
        serve(BackendConfig(data_dir, port=0))


@pytest.mark.parametrize("which", ["world", "segments"])
def test_job_fails_with_where(data_dir, which: str) -> None:
    request, arrays = tiny_requests.take_request()
    with as_ordinary_user():
        queue, worker = JobQueue(data_dir), Worker(data_dir, tiny_worker.TinyRunner())
        world_id = the(WorldCatalog(data_dir))
        with WorldCatalog(data_dir).open(world_id) as world:
            history = world.history()
        TakeFiles(data_dir).create(NEW, to_bundle(request, arrays), take_info(NEW, world_id))
        job = queue.submit("take", world_id, NEW)
        folders = folders_of(data_dir, which)
    with locked(*folders):
        assert worker.run_next()
    found = queue.get(job.job_id)
    assert found.state == "failed" and str(folders[0]) in found.message and "right to write" in found.hint
    assert WorldCatalog(data_dir).history(world_id) == history
    assert TakeFiles(data_dir).info(NEW).state == "failed"
    worker.close()
    queue.close()
