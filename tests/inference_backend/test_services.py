"""At its start a backend brings what a crash left to one story: jobs, takes, looks and worlds."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from blender_mirage.wire.messages import JobStatus, TakeInfo
from inference_backend.config import BackendConfig
from inference_backend.jobs.queue import MAX_ATTEMPTS, JobQueue
from inference_backend.services import Services, open_services
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.take_files import TakeFiles


class Before:
    """A data directory as a crash may leave it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.catalog, self.takes, self.queue = WorldCatalog(data_dir), TakeFiles(data_dir), JobQueue(data_dir)
        self.world_id = self.catalog.create("world").world_id

    def take(self, state: str = "running") -> str:
        info = TakeInfo(new_id(), self.world_id, "s", "previz", "", 0, "", 64, 64, (1,), 24.0, 0, state, "")
        self.takes.create(info.take_id, b"request", info)
        return info.take_id

    def job(self, take_id: str, kind: str = "take", world_id: str = "") -> JobStatus:
        return self.queue.submit(kind, world_id or self.world_id, take_id, 1)

    def commit(self, take_id: str, kind: str = "take") -> None:
        with self.catalog.open(self.world_id) as world:
            world.commit_segment(take_id, kind, {"feature": np.zeros((2, 8), np.float16)}, {})

    def start(self):
        self.queue.close()
        return open_services(BackendConfig(self.data_dir), [sys.executable, "-c", "import sys; sys.stdin.read()"])


@pytest.fixture
def before(tmp_path) -> Before:
    return Before(tmp_path)


def story(services: Services, job: JobStatus) -> tuple[str, str]:
    return services.queue.get(job.job_id).state, services.takes.info(job.take_id).state


def test_job_that_died_behind_its_commit_is_done(before: Before) -> None:
    job = before.job(before.take())
    before.commit(job.take_id)
    look = before.job(new_id(), "seed_view")
    before.catalog.save_seed_view(before.world_id, look.take_id, b"look")
    before.commit(look.take_id, "seed_view")
    before.queue.claim(), before.queue.claim()
    before.queue.request_cancel(job.job_id)
    with before.start() as services:
        assert story(services, job) == ("done", "done")
        assert services.queue.get(look.job_id).state == "done"
        assert len(services.catalog.history(before.world_id).commits) == 2


def test_job_that_is_given_up_leaves_its_take_failed(before: Before) -> None:
    job = before.job(before.take())
    for _ in range(MAX_ATTEMPTS):
        before.queue.recover()
        before.queue.claim()
    with before.start() as services:
        assert story(services, job) == ("failed", "failed")
        assert services.queue.get(job.job_id).message


def test_job_that_was_to_be_cancelled_leaves_its_take_cancelled(before: Before) -> None:
    job = before.job(before.take())
    before.queue.claim()
    before.queue.request_cancel(job.job_id)
    with before.start() as services:
        assert story(services, job) == ("cancelled", "cancelled")


def test_job_that_was_cut_short_waits_again(before: Before) -> None:
    job = before.job(before.take())
    before.queue.claim()
    with before.start() as services:
        assert story(services, job) == ("queued", "running")


def test_what_nobody_was_told_of_goes_and_the_rest_stays(before: Before) -> None:
    unheard, imported = before.take("queued"), before.take("done")
    failed = before.job(new_id(), "seed_view")
    for look in (failed.take_id, new_id()):
        before.catalog.save_seed_view(before.world_id, look, b"look")
    before.queue.request_cancel(failed.job_id)
    with before.start() as services:
        assert services.takes.of_world(before.world_id) == [imported] != [unheard]
        looks = [path.stem for path in before.data_dir.glob("worlds/*/seed_views/*")]
        assert looks == [failed.take_id]


def test_jobs_of_what_is_gone_go_too(before: Before) -> None:
    job, kept = before.job(before.take()), before.job(before.take())
    elsewhere = before.job(new_id(), world_id="f" * 32)
    for one in (job, kept, elsewhere):
        before.queue.request_cancel(one.job_id)
    before.takes.delete(job.take_id)
    with before.start() as services:
        assert services.queue.take_ids() == {kept.take_id}
