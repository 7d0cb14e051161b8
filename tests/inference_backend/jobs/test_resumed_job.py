"""A job that was cut short goes back to the queue, and its next attempt goes on from what the first had finished."""

from __future__ import annotations

import pytest

from inference_backend.generation import take
from inference_backend.jobs.queue import JobQueue
from inference_backend.jobs.runner import EngineRunner
from inference_backend.jobs.worker import Worker
from inference_backend.worlds.take_files import PROGRESS
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along


class Killed(BaseException):
    """The worker's process ends here."""


class Mortal(CountingEngine):
    """Fails when it is to decode one frame too many: by taking its process with it, or as any defect does."""

    def __init__(self, frames: int, end: type[BaseException] = Killed) -> None:
        super().__init__()
        self.left, self.end = frames, end

    def decode(self, *arguments):
        self.left -= 1
        if self.left < 0:
            raise self.end
        return super().decode(*arguments)


def run(place: Place, engine: CountingEngine) -> None:
    runner = EngineRunner("cpu", place.data_dir)
    runner._engines["previz"] = engine
    worker = Worker(place.data_dir, runner)
    try:
        assert worker.run_next()
    finally:
        worker.close()


def test_from_the_last_chunk_to_the_same_frames(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(take, "CHUNK", 2)
    place, queue = Place(tmp_path), JobQueue(tmp_path)
    request, arrays = request_along(tmp_path, pan(6))
    first, second = place.queue(request, arrays), place.queue(request, arrays)
    job = queue.submit("take", place.world_id, first, total=6)
    with pytest.raises(Killed):
        run(place, Mortal(5))
    assert place.takes.file(first, PROGRESS).is_file()
    (waiting,) = queue.recover()
    assert (waiting.job_id, waiting.state) == (job.job_id, "queued")
    engine = CountingEngine()
    run(place, engine)
    assert queue.get(job.job_id).state == "done" and not place.takes.file(first, PROGRESS).exists()
    assert engine.calls == {"refine": 2, "decode": 2}, "four frames were final"
    events = queue.events_after(job.job_id, 0)
    assert {event.index for event in events if event.kind == "frame"} == set(range(6))
    with place.catalog.open(place.world_id) as world:
        world.revert(first)
    queue.submit("take", place.world_id, second, total=6)
    run(place, CountingEngine())
    assert [place.png(first, i) for i in range(6)] == [place.png(second, i) for i in range(6)]
    queue.close()


def test_a_job_that_ends_otherwise_leaves_nothing_to_resume(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(take, "CHUNK", 1)
    place, queue = Place(tmp_path), JobQueue(tmp_path)
    take_id = place.queue(*request_along(tmp_path, pan(4)))
    job = queue.submit("take", place.world_id, take_id, total=4)
    run(place, Mortal(2, ZeroDivisionError))
    assert queue.get(job.job_id).state == "failed"
    assert place.takes.info(take_id).frames_done == 2 and not place.takes.file(take_id, PROGRESS).exists()
    queue.close()
