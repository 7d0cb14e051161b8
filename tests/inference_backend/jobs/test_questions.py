"""Questions between two real processes: answered at once, refused while a job runs, never waited for in vain."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from blender_mirage.wire.codec import from_bundle, to_bundle
from blender_mirage.wire.live import ViewInfo, ViewRequest
from inference_backend.errors import BackendError, Busy, EngineUnavailable
from inference_backend.jobs.questions import Asked, Asker, Inbox, Question, listen
from tests.support.live_server import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def bundle(seed: int = 7, prompt: str = "") -> bytes:
    return to_bundle(ViewRequest("previz", 64, 64, 12, "0" * 32, prompt=prompt, seed=seed), {})


def seen(answer: bytes) -> int:
    info, arrays = from_bundle(ViewInfo, answer)
    assert info.frame == 12
    return int(np.unique(arrays["image"]).item())


def test_many_ask_at_once_and_each_gets_its_own_answer(server) -> None:
    world_id, ask = server.new_world(), server.services.worker.ask
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda seed: seen(ask("view", world_id, bundle(seed), 60.0)), range(64)))
    assert answers == list(range(64))


def test_what_the_worker_raises_is_what_the_asker_gets(server) -> None:
    ask = server.services.worker.ask
    with pytest.raises(BackendError, match="ZeroDivisionError") as caught:
        ask("view", server.new_world(), bundle(prompt="bug"), 60.0)
    assert caught.value.code == "internal" and "worker.log" in caught.value.hint
    with pytest.raises(BackendError, match="not enough memory") as caught:
        ask("view", server.new_world(), bundle(prompt="memory"), 60.0)
    assert caught.value.code == "out_of_memory"
    with pytest.raises(BackendError, match="no world") as caught:
        ask("view", "f" * 32, bundle(), 60.0)
    assert caught.value.code == "not_found"


def test_a_job_goes_first_and_whoever_asks_is_told_at_once(server) -> None:
    world_id, ask = server.new_world(), server.services.worker.ask
    job = server.submit_take(world_id, 200, prompt="slow")
    server.wait(job.job_id, "running")
    with pytest.raises(Busy):
        ask("view", world_id, bundle(), 60.0)
    server.client.delete(f"/v1/jobs/{job.job_id}")
    server.wait(job.job_id, "cancelled")
    assert seen(ask("view", world_id, bundle(9), 60.0)) == 9


def test_a_job_is_not_kept_waiting_by_questions(server) -> None:
    world_id, ask, asked = server.new_world(), server.services.worker.ask, threading.Event()

    def ask_on() -> None:
        while not asked.is_set():
            try:
                ask("view", world_id, bundle(), 60.0)
            except Busy:
                time.sleep(0.001)

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(ask_on)
        try:
            assert server.wait(server.submit_take(world_id).job_id).state == "done"
        finally:
            asked.set()


def test_a_worker_that_dies_is_told_of_and_the_next_question_finds_another(server) -> None:
    world_id, ask = server.new_world(), server.services.worker.ask
    seen(ask("view", world_id, bundle(), 60.0))
    before = server.services.worker.process_id
    with pytest.raises(EngineUnavailable, match="stopped"):
        ask("view", world_id, bundle(prompt="die"), 60.0)
    while server.services.worker.process_id == before:
        time.sleep(0.01)
    assert seen(ask("view", world_id, bundle(4), 60.0)) == 4


def test_an_answer_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, pytest.raises(Busy, match="0.5 seconds"):
        server.services.worker.ask("view", server.new_world(), bundle(prompt="stuck"), 0.5)


@pytest.mark.parametrize("junk", [b"", b"MIRQ", b"text\n" * 40, b"MIRQ" + bytes(12) + b"x" * 40])
def test_other_bytes_in_the_pipe_end_the_talk_and_leave_nobody_waiting(junk: bytes) -> None:
    (reading, writing), (answers, answering) = os.pipe(), os.pipe()
    asker = Asker(os.fdopen(writing, "wb"), os.fdopen(answers, "rb"))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asker.ask, Question("view", "0" * 32, b"body"), 60.0)
        assert os.read(reading, 4) == b"MIRQ"
        os.write(answering, junk)
        os.close(answering)
        with pytest.raises(EngineUnavailable):
            waiting.result(60.0)
    with pytest.raises(EngineUnavailable):
        asker.ask(Question("view", "0" * 32, b""), 60.0)
    os.close(reading)
    assert asker.close(1.0)


def test_large_bodies_go_through_whole() -> None:
    (worker_in, to_worker), (from_worker, worker_out) = os.pipe(), os.pipe()
    inbox, ended = Inbox(), threading.Event()
    listen(os.fdopen(worker_in, "rb"), os.fdopen(worker_out, "wb"), inbox, ended.set)
    asker = Asker(os.fdopen(to_worker, "wb"), os.fdopen(from_worker, "rb"))
    body = np.random.default_rng(0).bytes(3_000_000)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asker.ask, Question("surface", "a" * 32, body), 60.0)
        asked = inbox.take(60.0)
        assert isinstance(asked, Asked) and asked.question == Question("surface", "a" * 32, body)
        asked.reply(body[::-1], None)
        assert answer.result(60.0) == body[::-1]
    assert asker.close(1.0) and ended.wait(60.0)


def test_a_closed_inbox_refuses_who_waits_and_who_comes() -> None:
    inbox, refused = Inbox(), list[BackendError | None]()
    asked = Asked(Question("view", "a" * 32, b""), lambda body, error: refused.append(error))
    inbox.put(asked)
    with inbox.closed():
        inbox.put(asked)
        assert [type(error) for error in refused] == [Busy, Busy] and inbox.take(0) is None
    inbox.put(asked)
    assert inbox.take(0) is asked
