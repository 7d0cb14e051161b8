"""Server and worker are killed at random instants of everything that changes a world. Afterwards no world is
unreadable, no committed take is lost, none is half visible, and every job is done, resumed, or failed with a cause.

The default run tries 15 instants; `pytest -m slow tests/end_to_end/test_durability.py` 200, 40 of them with the real
generation, memory and networks.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import pytest

from blender_mirage.wire.codec import from_json, to_bundle, to_json
from blender_mirage.wire.history import AnchorList, ForgetRequest, History
from blender_mirage.wire.messages import FINAL_STATES, JobList, JobStatus, NewWorld, TakeInfo, WorldInfo, WorldList
from inference_backend.storage.images import decode_image
from inference_backend.storage.tensors import load_arrays
from tests.support import random_worker, take_requests, tiny_requests, tiny_worker
from tests.support.killable import PATIENCE_S, Killable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")

ABSENT = "absent"
LONGEST_S = {"generate": 0.6, "revert": 0.03, "restore": 0.03, "forget": 0.06, "fork": 0.06, "delete": 0.06}
"""An operation is killed up to so many seconds after it was asked for: about how long it takes."""
INSTANTS = [
    ("generate", "worker"), ("generate", "both"), ("revert", "server"), ("generate", "worker"), ("generate", "worker"),
    ("forget", "both"), ("generate", "worker"), ("fork", "server"), ("generate", "worker"), ("generate", "server"),
    ("generate", "worker"), ("restore", "both"), ("delete", "server"), ("generate", "worker"), ("forget", "server"),
]  # fmt: skip
"""Operations and what is killed: the worker has a part in generating only."""


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


class Saga:
    """A backend that is killed again and again, and a ledger of what it has promised."""

    def __init__(self, data_dir: Path, seed: int, real: bool) -> None:
        self.data_dir, self.real = data_dir, real
        self.rng = np.random.default_rng(seed)
        self.backend = Killable(data_dir, random_worker if real else tiny_worker)
        self.ledger: dict[str, dict[str, set[str]]] = {}
        """By world (that may be there) and take: the states that it may be in. Key "": whether the world is there."""
        self.instants = 0

    @property
    def client(self) -> httpx.Client:
        return self.backend.client

    def begin(self) -> None:
        """Two worlds with two takes each."""
        for _ in range(2):
            self._learn_world(
                from_json(WorldInfo, self._post("/v1/worlds", to_json(NewWorld("world"))).content).world_id
            )
        for world_id in self.ledger:
            for _ in range(2):
                self.settle(self._submit(world_id))
        self.check()

    # What is killed

    def generate(self, world_id: str) -> None:
        self._submit(world_id)

    def revert(self, world_id: str) -> None:
        self._switch(world_id, "live", "reverted", "revert")

    def restore(self, world_id: str) -> None:
        self._switch(world_id, "reverted", "live", "restore")

    def forget(self, world_id: str) -> None:
        takes = [take for take in self.ledger[world_id] if take]
        if not takes:
            return
        take = str(self.rng.choice(takes))
        self.ledger[world_id][take].add(ABSENT)
        self._post(f"/v1/worlds/{world_id}/forget", to_bundle(ForgetRequest(take_id=take), {}))
        self.ledger[world_id][take] = {ABSENT}

    def fork(self, world_id: str) -> None:
        answer = self._post(f"/v1/worlds/{world_id}/fork", to_json(NewWorld("fork")))
        fork = from_json(WorldInfo, answer.content).world_id
        self.ledger[fork] = {take: set(states) for take, states in self.ledger[world_id].items()}

    def delete(self, world_id: str) -> None:
        if len(self.ledger) < 3:
            return
        self.ledger[world_id][""].add(ABSENT)
        self.client.delete(f"/v1/worlds/{world_id}").raise_for_status()
        self.ledger[world_id][""] = {ABSENT}

    # One instant

    def kill_during(self, name: str, victim: str) -> None:
        """Asks for an operation, kills `victim` while it is under way, starts again what is gone, and checks all."""
        world_id = str(self.rng.choice(list(self.ledger)))
        operation: Callable[[str], None] = getattr(self, name)
        failures: list[BaseException] = []

        def ask() -> None:
            try:
                # Killed before it answered: the ledger allows both.
                with suppress(httpx.TransportError):
                    operation(world_id)
            except BaseException as error:
                failures.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(self.rng.uniform(0, LONGEST_S[name] * (4 if self.real else 1)))
        if victim == "worker":
            self.backend.kill_worker()
            asking.join()
        else:
            self.backend.kill(worker_too=victim == "both")
            asking.join()
            self.backend = Killable(self.data_dir, random_worker if self.real else tiny_worker)
        assert not failures, failures
        self.instants += 1
        self.check()

    # What must hold

    def check(self) -> None:
        jobs = self._settled_jobs()
        worlds = {w.world_id for w in from_json(WorldList, self._get("/v1/worlds")).worlds}
        folders = {path.name for path in (self.data_dir / "worlds").iterdir()}
        assert worlds == folders, "every world is readable, and nothing is half made or half deleted"
        for world_id in worlds - set(self.ledger):
            self._learn_world(world_id)  # a fork that nobody heard of: its takes are checked as all others are
        for world_id in list(self.ledger):
            self._check_world(world_id, world_id in worlds, jobs)
        assert {job.world_id for job in jobs} <= worlds
        shown = {path.name for path in (self.data_dir / "takes").iterdir()}
        assert shown <= {job.take_id for job in jobs}, "every take has a job that tells its story"
        assert [path for path in self.data_dir.rglob(".*") if path.name != ".lock"] == [], "nothing is left lying about"

    def _check_world(self, world_id: str, there: bool, jobs: list[JobStatus]) -> None:
        assert ("live" if there else ABSENT) in self.ledger[world_id][""], f"the world {world_id} is lost or came back"
        if not there:
            del self.ledger[world_id]
            return
        commits = from_json(History, self._get(f"/v1/worlds/{world_id}/history")).commits
        states = {commit.take_id: commit.state for commit in commits}
        for take, allowed in self.ledger[world_id].items():
            assert not take or states.get(take, ABSENT) in allowed, f"{take} is {states.get(take)}, not {allowed}"
        tokens = {path.name.split(".")[0]: _rows(path) for path in self._segments(world_id)}
        assert tokens == {commit.take_id: commit.tokens for commit in commits}, "rows and files tell one story"
        anchors = from_json(AnchorList, self._get(f"/v1/worlds/{world_id}/anchors")).anchors
        live = sum(commit.tokens for commit in commits if commit.state == "live")
        assert sum(anchor.tokens for anchor in anchors) == (live if self.real else 0)
        for job in jobs:
            if job.world_id == world_id:
                assert (job.state == "done") == (job.take_id in states), f"{job}: {states}"
        self.ledger[world_id] = {"": {"live"}, **{take: {state} for take, state in states.items()}}

    def _settled_jobs(self) -> list[JobStatus]:
        jobs = [self.settle(job) for job in from_json(JobList, self._get("/v1/jobs")).jobs]
        for job in jobs:
            assert job.state == "done" or (job.message and job.hint) or job.state == "cancelled", f"no cause: {job}"
            info = from_json(TakeInfo, self._get(f"/v1/takes/{job.take_id}"))
            assert info.state == job.state
            if job.state == "done":
                assert info.frames_done == len(info.frames)
                frames = sorted((self.data_dir / "takes" / job.take_id / "frames").iterdir())
                assert [decode_image(path.read_bytes()).shape for path in frames] == [
                    (info.height, info.width, 3)
                ] * len(info.frames)
        return jobs

    def settle(self, job: JobStatus) -> JobStatus:
        end = time.monotonic() + PATIENCE_S
        while job.state not in FINAL_STATES:
            assert time.monotonic() < end, job
            time.sleep(0.02)
            job = from_json(JobStatus, self._get(f"/v1/jobs/{job.job_id}"))
        return job

    # Helpers

    def _learn_world(self, world_id: str) -> None:
        commits = from_json(History, self._get(f"/v1/worlds/{world_id}/history")).commits
        self.ledger[world_id] = {"": {"live"}, **{commit.take_id: {commit.state} for commit in commits}}

    def _submit(self, world_id: str) -> JobStatus:
        if self.real:
            seed, count = int(self.rng.integers(3)), int(self.rng.integers(1, 4))
            request, arrays = take_requests.take_request(self.data_dir, count, seed)
        else:
            self.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX).raise_for_status()
            request, arrays = tiny_requests.take_request(int(self.rng.integers(1, 6)), prompt="slow")
        answer = self._post(f"/v1/worlds/{world_id}/takes", to_bundle(request, arrays))
        return from_json(JobStatus, answer.content)

    def _switch(self, world_id: str, before: str, after: str, verb: str) -> None:
        takes = [take for take, states in self.ledger[world_id].items() if take and states == {before}]
        if not takes:
            return
        take = str(self.rng.choice(takes))
        self.ledger[world_id][take].add(after)
        self.client.post(f"/v1/takes/{take}/{verb}", params={"world": world_id}).raise_for_status()
        self.ledger[world_id][take] = {after}

    def _segments(self, world_id: str) -> list[Path]:
        return list((self.data_dir / "worlds" / world_id / "segments").iterdir())

    def _post(self, path: str, body: str | bytes) -> httpx.Response:
        return self.client.post(path, content=body).raise_for_status()

    def _get(self, path: str) -> bytes:
        return self.client.get(path).raise_for_status().content


def _rows(path: Path) -> int:
    arrays, _ = load_arrays(path)
    return max(len(array) for array in arrays.values())


def tell(data_dir: Path, seed: int, instants: int, real: bool = False) -> None:
    saga = Saga(data_dir, seed, real)
    try:
        saga.begin()
        for instant in range(instants):
            saga.kill_during(*INSTANTS[instant % len(INSTANTS)])
        assert saga.instants == instants
    finally:
        saga.backend.stop()


def test_eight_instants(folder) -> None:
    tell(folder, seed=3, instants=8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_two_hundred_instants(folder, seed: int) -> None:
    tell(folder, seed, instants=20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_forty_of_them_with_the_real_engine(folder, seed: int) -> None:
    tell(folder, 100 + seed, instants=20, real=True)
