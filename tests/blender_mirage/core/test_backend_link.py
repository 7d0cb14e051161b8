"""Backends that die, hang or are cut off while a take is made: what is told, in which order; and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.backend_link import BackendLink  # noqa: E402
from blender_mirage.core.backend_process import BackendSettings  # noqa: E402
from blender_mirage.core.errors import BackendRefused, BackendUnreachable  # noqa: E402
from blender_mirage.core.job_watcher import JobWatcher  # noqa: E402
from blender_mirage.core.pending_takes import hold_pending  # noqa: E402
from blender_mirage.core.take_job import BackendReady, Ended, FrameSaved, TakeSaved, Trouble  # noqa: E402
from blender_mirage.wire.arrays import content_hash, pack  # noqa: E402
from tests.blender_mirage.core.test_job_watcher import only, order, read, take_job, until_the_end  # noqa: E402
from tests.support import tiny_requests, tiny_worker  # noqa: E402
from tests.support.cutting_proxy import cutting_proxy  # noqa: E402
from tests.support.killable import PATIENCE_S, Killable  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

FRAMES = 15


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Killable]:
    (tmp_path / "data").mkdir()
    running = Killable(tmp_path / "data", tiny_worker)
    yield running
    running.wake()
    running.process.kill()
    running.process.wait()
    running.close()


class Taking:
    """A take of many frames that is being made."""

    def __init__(self, base: Path, settings: BackendSettings, frames: int = FRAMES) -> None:
        self.updates: Queue = Queue()
        self.told: list = []
        self.watcher = JobWatcher(order(base, settings, take_job(frames=frames, prompt="slow")), self.updates)
        self.watcher.start()
        self.until(FrameSaved)

    def until(self, kind: type) -> object:
        while True:
            self.told.append(self.updates.get(timeout=PATIENCE_S).what)
            assert not isinstance(self.told[-1], Ended), self.told[-1]
            if isinstance(self.told[-1], kind):
                return self.told[-1]

    def end(self) -> list:
        self.told += until_the_end(self.updates)
        return self.told


def remote(backend: Killable, url: str = "") -> BackendSettings:
    token = backend.client.headers["Authorization"].split()[1]
    return BackendSettings(Path("not-here"), url or str(backend.client.base_url), token)


@pytest.mark.slow
def test_a_network_that_goes_and_comes_back_costs_nothing(backend, tmp_path):
    with cutting_proxy(str(backend.client.base_url)) as proxy:
        taking = Taking(tmp_path, remote(backend, proxy.url))
        proxy.freeze()
        trouble = taking.until(Trouble)
        assert "does not answer: trying again for" in trouble.message and "network" in trouble.hint
        proxy.thaw()
        while taking.until(Trouble).message:
            pass
        assert taking.until(BackendReady).worlds is None
        told = taking.end()
    assert told[-1] == Ended("done")
    assert sorted(saved.frame for saved in only(FrameSaved, told)) == list(range(10, 10 + FRAMES))


def test_cancel_ends_the_waiting_and_the_take_can_be_fetched(backend, tmp_path):
    with cutting_proxy(str(backend.client.base_url)) as proxy:
        taking = Taking(tmp_path, remote(backend, proxy.url))
        proxy.freeze()
        taking.until(Trouble)
        taking.watcher.cancel()
        told = taking.end()
        assert told[-1].state == "cancelled" and "may go on" in told[-1].message and told[-1].hint
        assert not only(TakeSaved, told)
        (pending,) = hold_pending(tmp_path)
        pending.leave()


@pytest.mark.slow
def test_a_backend_that_hangs_is_told_from_one_that_ended(backend, tmp_path):
    settings = BackendSettings(tmp_path / "data", start=False)
    taking = Taking(tmp_path / "out", settings)
    backend.suspend()
    trouble = taking.until(Trouble)
    assert "does not answer" in trouble.message and "hangs" in trouble.hint
    backend.wake()
    while taking.until(Trouble).message:
        pass
    backend.kill(worker_too=True)
    trouble = taking.until(Trouble)
    assert "stopped" in trouble.message and "Start Backend" in trouble.hint
    again = Killable(tmp_path / "data", tiny_worker)
    try:
        while taking.until(Trouble).message:
            pass
        assert taking.end()[-1] == Ended("done")
    finally:
        again.stop()
    assert sorted(saved.frame for saved in only(FrameSaved, taking.told)) == list(range(10, 10 + FRAMES))


def test_a_backend_of_this_machine_that_died_is_started_again(backend, tmp_path):
    taking = Taking(tmp_path / "out", BackendSettings(tmp_path / "data"), frames=2000)
    backend.kill(worker_too=True)
    assert taking.until(Trouble) == Trouble(
        "The backend stopped and is being started again.", "Its work goes on where it stopped."
    )
    assert taking.until(Trouble) == Trouble()
    assert taking.until(BackendReady).started_here
    taking.watcher.cancel()
    assert taking.end()[-1].state == "cancelled"
    assert taking.watcher.started_backend is not None
    taking.watcher.started_backend.stop()


@pytest.mark.slow
def test_one_that_stays_away_is_given_up_in_a_sentence(backend, tmp_path, monkeypatch):
    monkeypatch.setattr("blender_mirage.core.backend_link.PATIENCE_SECONDS", 1.0)
    taking = Taking(tmp_path, remote(backend))
    backend.kill(worker_too=True)
    told = taking.end()
    assert told[-1].state == "failed" and "stayed away for" in told[-1].message and "Start Backend" in told[-1].hint
    (pending,) = hold_pending(tmp_path)
    pending.leave()


@pytest.mark.slow
def test_a_set_gets_through_a_network_that_breaks_again_and_again(backend, tmp_path, monkeypatch):
    """Each break alone is longer than one that stays away may be: what gets on is not given up."""
    monkeypatch.setattr("blender_mirage.core.backend_link.PATIENCE_SECONDS", 0.2)
    noise = {"vertices": np.random.default_rng(0).random((900_000, 3), np.float32)}
    mesh = pack({**noise, "triangles": np.zeros((1, 3), np.int32), "face_material": np.zeros(1, np.int32)})
    large = replace(read(3), meshes={tiny_requests.BOX_HASH: tiny_requests.BOX, content_hash(mesh): mesh})
    with cutting_proxy(str(backend.client.base_url), [4_000_000, 100, 4_000_000, 100]) as proxy:
        told, lost = [], []
        link = BackendLink(
            remote(backend, proxy.url),
            lambda words: None,
            lambda *words: lost.append(words),
            sent=lambda arrived, total: told.append((arrived, total)),
        )
        world = link.connect().client.create_world("w").world_id
        sent = link.keep_at(lambda client: client.send_meshes(world, large.meshes))
        link.close()
        assert proxy.cut == 4
    assert content_hash(mesh) in sent and lost
    assert told == sorted(told), "it never looks as if something were lost"
    assert {total for _, total in told} == {told[-1][0]} == {len(mesh) + len(tiny_requests.BOX)}


def test_nothing_is_asked_again_where_the_backend_refuses(backend, tmp_path):
    link, asked = BackendLink(remote(backend), lambda words: None), []
    with pytest.raises(BackendUnreachable, match="no connection"):
        link.keep_at(lambda client: client.health())
    link.connect()
    with pytest.raises(BackendRefused):
        link.keep_at(lambda client: (asked.append(1), client.job("0" * 32)))
    assert asked == [1]
    link.close()
