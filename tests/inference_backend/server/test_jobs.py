"""Jobs over HTTP with a real worker process: done, cancelled, failed, killed, resumed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from blender_mirage.wire.codec import from_json, to_bundle
from blender_mirage.wire.messages import Health, JobList, JobStatus, TakeInfo, WorldStats
from inference_backend.storage.images import decode_image
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def test_take_is_made_and_remembered(server: LiveServer) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, frames=3)
    assert (job.state, job.kind, job.total) == ("queued", "take", 3)
    events = list(server.events(job.job_id))
    assert [e.number for e in events] == list(range(1, len(events) + 1))
    assert [e.index for e in events if e.kind == "frame"] == [0, 1, 2]
    assert [e.state for e in events if e.kind == "state"] == ["queued", "running", "done"]
    assert (server.job(job.job_id).done, server.job(job.job_id).phase) == (3, "frames")
    info = from_json(TakeInfo, server.client.get(f"/v1/takes/{job.take_id}").content)
    assert (info.state, info.frames_done, info.key_frames, info.world_id) == ("done", 3, (0,), world_id)
    frame = server.client.get(f"/v1/takes/{job.take_id}/frames/2")
    assert frame.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(decode_image(frame.content), np.full((64, 64, 3), 9, np.uint8))
    stats = from_json(WorldStats, server.client.get(f"/v1/worlds/{world_id}/stats").content)
    assert (stats.tokens, stats.segments, stats.anchors) == (3, 1, 1)


def test_seed_view_then_revert(server: LiveServer) -> None:
    world_id = server.new_world()
    server.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX)
    bundle = to_bundle(*tiny_requests.seed_view_request())
    answer = server.client.post(f"/v1/worlds/{world_id}/seed-views", content=bundle)
    job = server.wait(from_json(JobStatus, answer.content).job_id)
    assert job.state == "done", job
    world = server.services.catalog.get(world_id)
    assert (world.seed_views, world.takes, world.tokens) == (1, 0, 1)
    assert server.client.post(f"/v1/takes/{job.take_id}/revert").status_code == 204
    assert server.services.catalog.get(world_id).seed_views == 0
    assert server.client.post(f"/v1/takes/{job.take_id}/revert").status_code == 409


def test_events_resume_after_number(server: LiveServer) -> None:
    job = server.submit_take(server.new_world(), frames=4)
    everything = list(server.events(job.job_id))
    assert list(server.events(job.job_id, after=3)) == everything[3:]
    assert list(server.events(job.job_id, after=len(everything))) == []


def test_cancel_between_steps_keeps_finished_frames(server: LiveServer) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, frames=500, prompt="slow")
    next(event for event in server.events(job.job_id) if event.kind == "frame")
    server.client.delete(f"/v1/jobs/{job.job_id}")
    assert server.wait(job.job_id).state == "cancelled"
    info = server.services.takes.info(job.take_id)
    assert info.state == "cancelled" and 1 <= info.frames_done < 500
    assert server.client.get(f"/v1/takes/{job.take_id}/frames/0").status_code == 200
    assert server.services.catalog.stats(world_id).segments == 0


def test_cancel_inside_one_endless_step_ends_the_worker(server: LiveServer) -> None:
    job = server.submit_take(server.new_world(), prompt="stuck")
    server.wait(job.job_id, "running")
    server.client.delete(f"/v1/jobs/{job.job_id}")
    assert server.wait(job.job_id).state == "cancelled"
    assert server.services.takes.info(job.take_id).state == "cancelled"
    assert server.wait(server.submit_take(server.new_world()).job_id).state == "done"


def test_cancel_of_a_waiting_job(server: LiveServer) -> None:
    first = server.submit_take(server.new_world(), frames=500, prompt="slow")
    server.wait(first.job_id, "running")
    second = server.submit_take(server.new_world())
    assert from_json(JobStatus, server.client.delete(f"/v1/jobs/{second.job_id}").content).state == "cancelled"
    assert server.services.takes.info(second.take_id).state == "cancelled"
    server.client.delete(f"/v1/jobs/{first.job_id}")
    assert server.wait(first.job_id).state == "cancelled"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("memory", "not enough memory"), ("bug", "ZeroDivisionError"), ("disk", "no room")],
)
def test_failure_names_its_cause_and_next_step(server: LiveServer, prompt: str, words: str) -> None:
    job = server.wait(server.submit_take(server.new_world(), prompt=prompt).job_id)
    assert job.state == "failed" and words in job.message and job.hint
    assert server.services.takes.info(job.take_id).state == "failed"
    last = list(server.events(job.job_id))[-1]
    assert (last.state, last.message, last.hint) == ("failed", job.message, job.hint)


def test_killed_worker_fails_its_job_and_the_next_one_works(server: LiveServer) -> None:
    world_id = server.new_world()
    doomed = server.submit_take(world_id, frames=500, prompt="slow")
    next(event for event in server.events(doomed.job_id) if event.kind == "frame")
    process = server.services.worker.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    job = server.wait(doomed.job_id)
    assert job.state == "failed" and "signal 9" in job.message and "lower resolution" in job.hint
    assert server.services.takes.info(doomed.take_id).state == "failed"
    assert not list(server.services.config.data_dir.glob(f"worlds/{world_id}/segments/*"))
    assert server.wait(server.submit_take(world_id).job_id).state == "done"


def test_release_ends_the_idle_worker_and_is_refused_while_busy(server: LiveServer) -> None:
    job = server.submit_take(server.new_world(), frames=500, prompt="slow")
    server.wait(job.job_id, "running")
    busy = server.client.post("/v1/release")
    assert busy.status_code == 409 and "at work" in busy.json()["message"]
    server.client.delete(f"/v1/jobs/{job.job_id}")
    server.wait(job.job_id)
    health = from_json(Health, server.client.post("/v1/release").content)
    assert (health.worker, health.queue_length) == ("down", 0)
    assert server.services.worker.process_id is None


def test_deleting_a_world_deletes_its_takes_and_jobs(server: LiveServer) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, frames=500, prompt="slow")
    server.wait(job.job_id, "running")
    assert server.client.delete(f"/v1/worlds/{world_id}").status_code == 409
    server.client.delete(f"/v1/jobs/{job.job_id}")
    server.wait(job.job_id)
    assert server.client.delete(f"/v1/worlds/{world_id}").status_code == 204
    for gone in (f"/v1/worlds/{world_id}", f"/v1/jobs/{job.job_id}", f"/v1/takes/{job.take_id}"):
        assert server.client.get(gone).status_code == 404, gone
    listed = from_json(JobList, server.client.get("/v1/jobs").content)
    assert job.job_id not in {other.job_id for other in listed.jobs}


def test_restarted_backend_takes_up_the_job_it_was_at(tmp_path) -> None:
    with live_server(tmp_path) as first:
        job = first.submit_take(first.new_world(), frames=40, prompt="slow")
        first.wait(job.job_id, "running")
    with live_server(tmp_path) as second:
        assert second.wait(job.job_id).state == "done"
        states = [event.state for event in second.events(job.job_id) if event.kind == "state"]
        assert states == ["queued", "running", "queued", "running", "done"]


def test_worker_that_cannot_start_fails_the_job_with_its_last_words(tmp_path) -> None:
    command = [sys.executable, "-c", "raise ImportError('libtorch is gone')"]
    with live_server(tmp_path, command) as server:
        job = server.wait(server.submit_take(server.new_world()).job_id)
        assert job.state == "failed" and "libtorch is gone" in job.message and "exit code 1" in job.message


def test_worker_ends_with_its_parent(tmp_path) -> None:
    with live_server(tmp_path) as server:
        job = server.submit_take(server.new_world(), prompt="stuck")
        server.wait(job.job_id, "running")
        process = server.services.worker.process_id
        assert process is not None
    with pytest.raises(ProcessLookupError):
        for _ in range(500):
            os.kill(process, 0)
            time.sleep(0.02)
