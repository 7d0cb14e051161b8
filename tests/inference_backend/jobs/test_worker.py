"""The worker inside one process: what becomes of a job; and that its process ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import JobStatus, TakeInfo
from inference_backend.errors import is_out_of_memory
from inference_backend.generation.context import JobContext
from inference_backend.jobs.queue import JobQueue
from inference_backend.jobs.worker import Worker, is_committed
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles
from tests.support import tiny_requests, tiny_worker

ROOT = Path(__file__).parents[3]


@pytest.fixture
def queue(tmp_path):
    opened = JobQueue(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def worker(tmp_path):
    made = Worker(tmp_path, tiny_worker.TinyRunner())
    yield made
    made.close()


def submit(data_dir: Path, queue: JobQueue, **changes: object) -> JobStatus:
    request, arrays = tiny_requests.take_request(**changes)
    world_id, take_id = WorldCatalog(data_dir).create("world").world_id, new_id()
    info = TakeInfo(take_id, world_id, "s", "previz", "", 7, "", 64, 64, request.frames, 24.0, 0, "queued", "")
    TakeFiles(data_dir).create(take_id, to_bundle(request, arrays), info)
    return queue.submit("take", world_id, take_id, total=len(request.frames))


def test_nothing_to_do(worker) -> None:
    assert worker.run_next() is False


def test_take_to_done(tmp_path, queue, worker) -> None:
    MeshStore(tmp_path).put(tiny_requests.BOX_HASH, tiny_requests.BOX)
    job = submit(tmp_path, queue)
    assert worker.run_next() is True
    assert queue.get(job.job_id).state == "done"
    assert TakeFiles(tmp_path).info(job.take_id).state == "done"


def test_what_an_attempt_committed_is_done_and_not_made_again(tmp_path, queue, worker) -> None:
    MeshStore(tmp_path).put(tiny_requests.BOX_HASH, tiny_requests.BOX)
    job = submit(tmp_path, queue)
    worker_died_after_commit = tiny_worker.TinyRunner()
    claimed = queue.claim()
    assert claimed is not None
    with WorldCatalog(tmp_path).open(job.world_id) as world:
        request, arrays = tiny_requests.take_request()
        stores = (MeshStore(tmp_path), TakeFiles(tmp_path))
        context = JobContext(job.take_id, world, *stores, report=lambda event: None, is_cancelled=lambda: False)
        worker_died_after_commit.make_take(request, arrays, context)
        history = world.history()
    assert is_committed(WorldCatalog(tmp_path), job)
    queue.recover()
    assert worker.run_next() is True
    assert queue.get(job.job_id).state == TakeFiles(tmp_path).info(job.take_id).state == "done"
    assert WorldCatalog(tmp_path).history(job.world_id) == history, "not even discarded for a moment"


def test_missing_mesh_fails_with_its_name(tmp_path, queue, worker) -> None:
    job = submit(tmp_path, queue)
    worker.run_next()
    found = queue.get(job.job_id)
    assert found.state == "failed" and tiny_requests.BOX_HASH in found.message and "PUT /v1/meshes" in found.hint


def test_world_deleted_meanwhile(tmp_path, queue, worker) -> None:
    job = submit(tmp_path, queue)
    WorldCatalog(tmp_path).delete(job.world_id)
    worker.run_next()
    found = queue.get(job.job_id)
    assert found.state == "failed" and "no world" in found.message


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_out_of_memory_in_its_many_forms(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def start(data_dir: Path) -> list[str]:
    return [sys.executable, str(tiny_worker.__file__), "--data-dir", str(data_dir)]


def test_closed_pipe_ends_a_worker_in_the_middle_of_a_step(tmp_path, queue) -> None:
    MeshStore(tmp_path).put(tiny_requests.BOX_HASH, tiny_requests.BOX)
    job = submit(tmp_path, queue, prompt="stuck")
    with subprocess.Popen(start(tmp_path), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        while queue.get(job.job_id).state != "running":
            assert process.poll() is None
            time.sleep(0.02)
        process.stdin.close()
        assert process.wait(60) == 0


PARENT = """
import subprocess, sys, time
worker = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
print(worker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the state of a process from /proc")
def test_killed_parent_takes_the_worker_with_it(tmp_path) -> None:
    command = [sys.executable, "-c", PARENT, *start(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        os.kill(parent.pid, signal.SIGKILL)
        for _ in range(3000):
            if not alive(worker):
                return
            time.sleep(0.02)
    raise AssertionError(f"the worker {worker} outlived its parent")


def alive(process: int) -> bool:
    """Whether it runs; an orphan that nobody waits for stays as a zombie (Z)."""
    status = Path(f"/proc/{process}/stat")
    return status.is_file() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
