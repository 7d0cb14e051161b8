"""Keeps one engine worker: starts it on demand, sees it die, says why, ends it to give the VRAM back."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from blender_mirage.wire.messages import JobStatus

from ..errors import Busy, Conflict, EngineUnavailable
from ..storage.atomic import disk_errors
from ..worlds.catalog import WorldCatalog
from ..worlds.take_files import TakeFiles
from .questions import Asker, Question
from .queue import JobQueue
from .worker import is_committed, record_end

LOG = logging.getLogger(__name__)
WATCH_INTERVAL_S = 0.1
CANCEL_GRACE_S = 0.7
"""How long a cancelled job may take to stop by itself; then its process is ended, and the engine is loaded again."""
STOP_TIMEOUT_S = 5.0
LOG_NAME = "worker.log"
_LOG_LIMIT = 2 * 1024**2  # bytes kept over starts
_LAST_WORDS = 300  # characters of the log that a failure quotes


def worker_command(data_dir: Path, device: str, weights_dir: Path) -> list[str]:
    """The command line of the real worker."""
    module = [sys.executable, "-m", "inference_backend.jobs.worker"]
    return [*module, "--data-dir", str(data_dir), "--device", device, "--weights-dir", str(weights_dir)]


class WorkerSupervisor:
    """Thread-safe. `close` must be called; jobs that wait or run then are taken up by the next backend."""

    def __init__(self, data_dir: Path, queue: JobQueue, takes: TakeFiles, command: Sequence[str]) -> None:
        self._queue = queue
        self._takes = takes
        self._catalog = WorldCatalog(data_dir)
        self._command = list(command)
        self._log_path = data_dir / LOG_NAME
        self._process: subprocess.Popen[bytes] | None = None
        self._asker: Asker | None = None
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="worker-watch", daemon=True)
        self._watcher.start()

    @property
    def process_id(self) -> int | None:
        """The worker's process; None while none runs."""
        with self._lock:
            return None if self._process is None else self._process.pid

    def ensure(self) -> None:
        """Starts the worker unless it runs. Called after each submission."""
        with self._lock:
            if self._process is not None or self._closing.is_set():
                return
            self._queue.report_device(None)
            with self._open_log() as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=Path(__file__).parents[2],
                    # Threads that wait for each other sleep: beside a Blender that renders, those that spin instead
                    # take the time that the others need, and a frame several times as long.
                    env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
                    # A session of its own: Ctrl-C in the backend's terminal is for the backend, which ends the worker.
                    start_new_session=os.name == "posix",
                )
            assert self._process.stdin is not None and self._process.stdout is not None
            self._asker = Asker(self._process.stdin, self._process.stdout)
            LOG.info("Engine worker started, process %d", self._process.pid)

    def ask(self, kind: str, world_id: str, bundle: bytes, seconds: float) -> bytes:
        """The worker's answer to a question (`questions`), at once or not at all; starts the worker unless it runs.
        Raises Busy while jobs wait or run, EngineUnavailable where the worker ends, and what the worker raises."""
        if self._queue.active():
            raise Busy("A take is being made.", "The engine answers again when it has ended.")
        self.ensure()
        with self._lock:
            asker = self._asker
        if asker is None:
            raise EngineUnavailable("The backend is shutting down.", "Start it again.")
        return asker.ask(Question(kind, world_id, bundle), seconds)

    def state(self) -> str:
        """`idle`, `busy`, `starting` or `down`."""
        active = self._queue.active()
        with self._lock:
            if self._process is None:
                return "down"
        if any(job.state == "running" for job in active):
            return "busy"
        return "starting" if active or self._queue.device() is None else "idle"

    def release(self) -> None:
        """Ends the idle worker and so gives its memory back; the next job starts another. Raises Conflict when busy."""
        with self._lock:
            if self._queue.active():
                raise Conflict(
                    "The engine is at work, so its memory cannot be given back.", "Cancel the job, or wait for its end."
                )
            self._end_worker()

    def close(self) -> None:
        """Ends the worker at once. A running job stays `running` on disk, which `JobQueue.recover` understands."""
        self._closing.set()
        self._watcher.join()
        with self._lock:
            self._end_worker()

    def _watch(self) -> None:
        while not self._closing.wait(WATCH_INTERVAL_S):
            with self._lock:
                if self._process is None:
                    continue
                code = self._process.poll()
                if code is not None:
                    self._bury(code)
                else:
                    self._end_overdue_job()

    def _end_overdue_job(self) -> None:
        """A cancel acts within a second, also when the engine is inside one long step."""
        assert self._process is not None
        for job in self._running():
            asked = self._queue.cancel_asked_at(job.job_id)
            if asked is not None and time.time() - asked > CANCEL_GRACE_S:
                LOG.info("Job %s did not stop by itself: its worker is ended", job.job_id)
                self._process.kill()
                self._bury(self._process.wait())

    def _bury(self, code: int) -> None:
        """The worker ended: its job gets a final state with the cause, and the next one a new worker."""
        # One that never spoke could not start (a broken installation). Then the oldest waiting job learns the cause, or
        # workers that cannot start would be started for ever.
        never_started = self._queue.device() is None
        self._drop_process()
        ended = self._running() or (self._queue.active()[:1] if never_started else [])
        for job in ended:
            if self._queue.cancel_asked_at(job.job_id) is not None:
                self._close_job(job, "cancelled", "The job was cancelled.", "")
            else:
                ending = f"The engine stopped {_cause(code)}."
                self._close_job(job, "failed", f"{ending} {self._last_words()}".strip(), _HINT)
        if self._queue.active():
            self.ensure()

    def _close_job(self, job: JobStatus, state: str, message: str, hint: str) -> None:
        if is_committed(self._catalog, job):
            # It died between its commit and saying so.
            state, message, hint = "done", "", ""
        LOG.warning("Job %s: %s. %s", job.job_id, state, message)
        if job.kind == "take":
            record_end(self._takes, job.take_id, state)
        self._queue.finish(job.job_id, state, message, hint)

    def _running(self) -> list[JobStatus]:
        return [job for job in self._queue.active() if job.state == "running"]

    def _end_worker(self) -> None:
        if self._process is None:
            return
        assert self._asker is not None
        if not self._asker.close(STOP_TIMEOUT_S):
            self._process.kill()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drop_process()

    def _drop_process(self) -> None:
        # Only of a process that has ended: nothing waits for its pipes any more.
        assert self._asker is not None
        self._asker.close(STOP_TIMEOUT_S)
        self._process, self._asker = None, None
        self._queue.report_device(None)

    def _open_log(self) -> IO[bytes]:
        with disk_errors(self._log_path):
            too_long = self._log_path.is_file() and self._log_path.stat().st_size > _LOG_LIMIT
            return open(self._log_path, "wb" if too_long else "ab")

    def _last_words(self) -> str:
        """The last line of the worker's log, when it looks like the cause."""
        lines = self._log_path.read_text(errors="replace").splitlines()[-1:]
        return f"Its last words: {lines[0][-_LAST_WORDS:]}" if lines and "Error" in lines[0] else ""


_HINT = (
    "It starts again with the next job. If it stops once more, choose a lower resolution; worker.log has the details."
)


def _cause(code: int) -> str:
    if code == -getattr(signal, "SIGKILL", 9):
        return "because the system ended it (signal 9), most often for lack of memory"
    if code < 0:
        return f"by the signal {signal.Signals(-code).name}, as a driver or library fault does"
    return f"with the exit code {code}"
