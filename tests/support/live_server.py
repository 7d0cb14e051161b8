"""A real backend inside the test: uvicorn in a thread, real HTTP on a free loopback port, a real worker process."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from blender_mirage.wire.codec import from_json, to_bundle, to_json
from blender_mirage.wire.messages import FINAL_STATES, JobEvent, JobStatus, NewWorld, WorldInfo
from inference_backend.config import BackendConfig
from inference_backend.server.app import create_app
from inference_backend.services import Services, open_services

from . import tiny_requests, tiny_worker

PATIENCE_S = 60.0
"""A test fails after so long: the machine may be busy, and nothing here measures time."""


@dataclass(frozen=True)
class LiveServer:
    """A running backend and a client that holds its token."""

    url: str
    token: str
    services: Services
    client: httpx.Client

    def new_world(self, name: str = "world") -> str:
        answer = self.client.post("/v1/worlds", content=to_json(NewWorld(name)))
        return from_json(WorldInfo, answer.content).world_id

    def submit_take(self, world_id: str, frames: int = 3, **changes: Any) -> JobStatus:
        """Sends the tiny set's mesh and a take of it."""
        self.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX).raise_for_status()
        bundle = to_bundle(*tiny_requests.take_request(frames, **changes))
        answer = self.client.post(f"/v1/worlds/{world_id}/takes", content=bundle)
        assert answer.status_code == 202, answer.text
        return from_json(JobStatus, answer.content)

    def job(self, job_id: str) -> JobStatus:
        return from_json(JobStatus, self.client.get(f"/v1/jobs/{job_id}").content)

    def wait(self, job_id: str, *states: str) -> JobStatus:
        """The job once it is in one of `states` (in any final one, when none is given)."""
        wanted = frozenset(states) or FINAL_STATES
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            job = self.job(job_id)
            if job.state in wanted:
                return job
            assert job.state not in FINAL_STATES, job
            time.sleep(0.02)
        raise AssertionError(f"the job is still {self.job(job_id)}")

    def events(self, job_id: str, after: int = 0) -> Iterator[JobEvent]:
        """The stream of a job's events, until the server ends it."""
        with self.client.stream("GET", f"/v1/jobs/{job_id}/events", params={"after": after}) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield from_json(JobEvent, line.removeprefix("data: "))


@contextmanager
def live_server(data_dir: Path, command: Sequence[str] | None = None, **settings: Any) -> Iterator[LiveServer]:
    """A backend over `data_dir` until the block ends. `command` is the worker's; the tiny engine's by default."""
    weights_dir = data_dir / "weights"
    weights_dir.mkdir(parents=True, exist_ok=True)
    # The server reads no weights, it only looks whether they are there; the tiny engine has none.
    (weights_dir / "previz.safetensors").write_bytes(b"")
    config = BackendConfig(data_dir=data_dir, port=0, weights_dir=weights_dir, **settings)
    command = command or [sys.executable, str(tiny_worker.__file__), "--data-dir", str(data_dir)]
    with open_services(config, command, holder="a test") as services, socket.socket() as listener:
        listener.bind((config.host, 0))
        listener.listen()
        url = f"http://{config.host}:{listener.getsockname()[1]}"
        uvicorn_config = uvicorn.Config(
            create_app(services), log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(uvicorn_config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        headers = {"Authorization": f"Bearer {services.token}"}
        try:
            with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_S, trust_env=False) as client:
                yield LiveServer(url, services.token, services, client)
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


def random_backend(data_dir: Path) -> AbstractContextManager[LiveServer]:
    """The same with the real networks at random weights."""
    # By its path: importing it would load torch here, where only its process needs it.
    worker = Path(__file__).with_name("random_worker.py")
    return live_server(data_dir, [sys.executable, str(worker), "--data-dir", str(data_dir)])
