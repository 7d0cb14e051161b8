"""The backend process that the demo's commands talk to: the one that holds the data directory, else one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import requests

from blender_mirage.wire import PROTOCOL_HEADER, PROTOCOL_VERSION
from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import MalformedMessage, from_json, to_bundle, to_json
from blender_mirage.wire.messages import FINAL_STATES, JobStatus, NewWorld, TakeRequest, WorldInfo
from blender_mirage.wire.problems import Problem

from ..errors import BackendError

START_SECONDS = 120.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.25

Message = TypeVar("Message")


class DemoBackend:
    """Use as a context: on leaving, a backend that was started here is stopped; one that already ran goes on."""

    def __init__(self, data_dir: Path, log: Path) -> None:
        """`log` receives the words of a backend that is started here."""
        self._data_dir = data_dir
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        # A proxy that the environment names cannot reach this machine's loopback.
        self._session.trust_env = False

    def __enter__(self) -> DemoBackend:
        if not self._answers():
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fork_world(self, world_id: str, name: str) -> WorldInfo:
        return self._ask(WorldInfo, "POST", f"/v1/worlds/{world_id}/fork", to_json(NewWorld(name)).encode())

    def delete_world(self, world_id: str) -> None:
        self._send("DELETE", f"/v1/worlds/{world_id}")

    def make_take(
        self, world_id: str, request: TakeRequest, arrays: Arrays, progress: Callable[[int, int], None]
    ) -> str:
        """Asks for a take and waits until it is done; returns its id. Raises BackendError with the job's own words."""
        job = self._ask(JobStatus, "POST", f"/v1/worlds/{world_id}/takes", to_bundle(request, arrays))
        while job.state not in FINAL_STATES:
            time.sleep(POLL_SECONDS)
            job = self._ask(JobStatus, "GET", f"/v1/jobs/{job.job_id}")
            progress(job.done, job.total)
        if job.state != "done":
            raise BackendError(f"The take of {request.shot!r} ended {job.state}: {job.message}", job.hint)
        return job.take_id

    def _start(self) -> None:
        command = [sys.executable, "-m", "inference_backend", "serve", "--data-dir", str(self._data_dir), "--port", "0"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(POLL_SECONDS)
        self.__exit__(None, None, None)
        words = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
        raise BackendError(f"The backend did not start: {words[-1]}", f"Its whole log is {self._log}.")

    def _answers(self) -> bool:
        try:
            facts = json.loads((self._data_dir / "server.json").read_text(encoding="utf-8"))
            token = (self._data_dir / "token").read_text(encoding="utf-8").strip()
            self._url = str(facts["url"]).rstrip("/")
        except (OSError, ValueError, KeyError, TypeError):
            return False  # none has run here yet, or it is just writing these files
        self._session.headers.update({"Authorization": f"Bearer {token}", PROTOCOL_HEADER: str(PROTOCOL_VERSION)})
        try:
            return self._session.get(self._url + "/v1/health", timeout=5).ok
        except requests.RequestException:
            return False  # the file outlived its backend

    def _ask(self, kind: type[Message], method: str, path: str, body: bytes | None = None) -> Message:
        return from_json(kind, self._send(method, path, body))

    def _send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        media = "application/json" if body is None or body.startswith(b"{") else "application/octet-stream"
        try:
            answer = self._session.request(
                method, self._url + path, data=body, headers={"Content-Type": media}, timeout=120
            )
        except requests.RequestException as error:
            raise BackendError(f"The backend stopped answering: {error}", f"Its log is {self._log}.") from error
        if not answer.ok:
            raise _refusal(answer)
        return answer.content


def _refusal(answer: requests.Response) -> BackendError:
    try:
        problem = from_json(Problem, answer.content)
    except MalformedMessage:
        return BackendError(f"The backend answered HTTP {answer.status_code}.")
    return BackendError(problem.message, problem.hint)
