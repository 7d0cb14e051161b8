"""The durable queue."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from blender_mirage.wire.messages import JobEvent
from inference_backend.errors import Conflict, InvalidRequest, NotFound
from inference_backend.jobs.queue import MAX_ATTEMPTS, DeviceReport, JobQueue
from inference_backend.jobs.states import IllegalTransition
from inference_backend.worlds.ids import new_id

ROOT = Path(__file__).parents[3]
WORLD = "a" * 32


@pytest.fixture
def queue(tmp_path):
    opened = JobQueue(tmp_path)
    yield opened
    opened.close()


def submit(queue: JobQueue, world_id: str = WORLD) -> str:
    return queue.submit("take", world_id, new_id(), total=4).job_id


def states_told(queue: JobQueue, job_id: str) -> list[str]:
    return [event.state for event in queue.events_after(job_id, 0) if event.kind == "state"]


def test_oldest_first_and_each_once(queue) -> None:
    first, second = submit(queue), submit(queue)
    assert [job.job_id for job in queue.active()] == [first, second]
    assert [job.job_id for job in queue.recent()] == [second, first]
    claimed = [queue.claim(), queue.claim(), queue.claim()]
    assert [job and (job.job_id, job.state) for job in claimed] == [(first, "running"), (second, "running"), None]


def test_two_workers_never_claim_the_same_job(queue, tmp_path) -> None:
    jobs = {submit(queue) for _ in range(30)}
    other, claimed = JobQueue(tmp_path), []

    def claim_all(mine: JobQueue) -> None:
        while (job := mine.claim()) is not None:
            claimed.append(job.job_id)

    threads = [threading.Thread(target=claim_all, args=(mine,)) for mine in (queue, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(claimed) == sorted(jobs)


def test_events_are_numbered_and_seen_from_another_connection(queue, tmp_path) -> None:
    job_id = submit(queue)
    queue.claim()
    assert queue.append(job_id, JobEvent(0, "phase", phase="raycast")) == 3
    assert queue.append(job_id, JobEvent(0, "frame", phase="decode", done=1, total=4, index=0)) == 4
    other = JobQueue(tmp_path)
    events = other.events_after(job_id, 2)
    assert [(event.number, event.kind, event.index) for event in events] == [(3, "phase", -1), (4, "frame", 0)]
    assert other.events_after(job_id, 4) == []
    assert [event.number for event in other.events_after(job_id, 0, limit=2)] == [1, 2]
    job = other.get(job_id)
    assert (job.phase, job.done, job.total) == ("decode", 1, 4)
    queue.append(job_id, JobEvent(0, "note", message="a note changes no progress"))
    assert (other.get(job_id).done, other.get(job_id).total) == (1, 4)
    other.close()


def test_finish_tells_cause_and_next_step_once(queue) -> None:
    job_id = submit(queue)
    queue.claim()
    queue.finish(job_id, "failed", "It broke.", "Mend it.")
    last = queue.events_after(job_id, 0)[-1]
    assert (last.kind, last.state, last.message, last.hint) == ("state", "failed", "It broke.", "Mend it.")
    with pytest.raises(IllegalTransition):
        queue.finish(job_id, "done")
    assert queue.get(job_id).state == "failed" and queue.active() == []


def test_cancel_by_state(queue) -> None:
    running, waiting = submit(queue), submit(queue)
    queue.claim()
    assert queue.cancel_asked_at(running) is None
    assert queue.request_cancel(running).state == "running"
    asked = queue.cancel_asked_at(running)
    assert asked is not None
    queue.request_cancel(running)
    assert queue.cancel_asked_at(running) == asked
    assert queue.request_cancel(waiting).state == "cancelled"
    assert queue.claim() is None
    queue.finish(running, "done")
    assert queue.request_cancel(running).state == "done"


def test_recovery_puts_running_jobs_back_in_their_place(queue, tmp_path) -> None:
    cut_short, waiting, finished = submit(queue), submit(queue), submit(queue)
    queue.request_cancel(finished)
    queue.claim()
    queue.close()
    again = JobQueue(tmp_path)
    assert [(job.job_id, job.state) for job in again.recover()] == [(cut_short, "queued")]
    assert states_told(again, cut_short) == ["queued", "running", "queued"]
    assert [again.claim().job_id, again.claim().job_id] == [cut_short, waiting]
    again.close()


def test_recovery_cancels_what_was_to_be_cancelled(queue) -> None:
    job_id = submit(queue)
    queue.claim()
    queue.request_cancel(job_id)
    assert [job.state for job in queue.recover()] == ["cancelled"]


def test_recovery_gives_a_job_up_that_ends_the_backend_again_and_again(queue) -> None:
    job_id = submit(queue)
    for _ in range(MAX_ATTEMPTS):
        assert queue.get(job_id).state == "queued"
        queue.claim()
        queue.recover()
    job = queue.get(job_id)
    assert job.state == "failed" and str(MAX_ATTEMPTS) in job.message and job.hint


def test_world_of_take_and_deleting_a_world(queue) -> None:
    job = queue.submit("seed_view", WORLD, new_id())
    other = submit(queue, "b" * 32)
    assert queue.world_of(job.take_id) == WORLD
    assert [active.job_id for active in queue.active("b" * 32)] == [other]
    queue.delete_world(WORLD)
    for call in (queue.get, queue.cancel_asked_at, queue.request_cancel, lambda j: queue.events_after(j, 0)):
        with pytest.raises(NotFound, match=job.job_id):
            call(job.job_id)
    with pytest.raises(NotFound):
        queue.world_of(job.take_id)
    assert queue.get(other).state == "queued"


def test_world_is_idle_once_its_jobs_have_ended(queue) -> None:
    job_id = submit(queue)
    with pytest.raises(Conflict, match="1 jobs of the world"):
        queue.check_idle(WORLD)
    queue.check_idle("b" * 32)
    queue.request_cancel(job_id)
    queue.check_idle(WORLD)


def test_jobs_of_a_take_go_with_it(queue) -> None:
    job, other = queue.get(submit(queue)), queue.get(submit(queue, "b" * 32))
    assert queue.take_ids() == {job.take_id, other.take_id} and queue.world_ids() == {WORLD, "b" * 32}
    queue.delete_take("b" * 32, job.take_id)
    assert queue.take_ids() == {job.take_id, other.take_id}, "it was made in another world"
    queue.delete_take(WORLD, job.take_id)
    assert queue.take_ids() == {other.take_id} and queue.world_ids() == {"b" * 32}
    with pytest.raises(NotFound):
        queue.events_after(job.job_id, 0)


KILLED = """
import sys
from pathlib import Path
from inference_backend.jobs.queue import JobQueue
from inference_backend.worlds.ids import new_id
queue = JobQueue(Path(sys.argv[1]))
for state in ("queued", "running", "done", "failed") * 25:
    job = queue.submit("take", "a" * 32, new_id())
    if state != "queued":
        queue.finish(job.job_id, "cancelled") if state == "running" else queue.request_cancel(job.job_id)
    print(job.job_id, queue.get(job.job_id).state, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_process_loses_nothing_that_it_said(queue, tmp_path) -> None:
    """Not each commit is flushed to the disk, but each is with the system, which outlives a killed process."""
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().split() for _ in range(100))
        process.kill()
    assert {job.job_id: job.state for job in queue.recent(-1)} == told and len(told) == 100


def test_what_is_no_id_or_kind(queue) -> None:
    with pytest.raises(InvalidRequest, match="id of a job"):
        queue.get("'; DROP TABLE jobs")
    with pytest.raises(InvalidRequest, match="id of a world"):
        queue.submit("take", "../x", new_id())
    with pytest.raises(ValueError, match="seed_view"):
        queue.submit("dance", WORLD, new_id())


def test_device_of_the_present_worker(queue) -> None:
    assert queue.device() is None
    queue.report_device(DeviceReport("cpu"))
    queue.report_device(DeviceReport("cuda (H200)", 5, 7))
    assert queue.device() == DeviceReport("cuda (H200)", 5, 7)
    queue.report_device(None)
    assert queue.device() is None
