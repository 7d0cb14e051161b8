"""`mirage serve` in a process of its own, with a worker of the tests, to be killed at any instant. Linux only: it finds
the worker in /proc."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import httpx

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from inference_backend.config import BackendConfig

PATIENCE_S = 120.0


class Killable:
    """A running backend over `data_dir`; a worker of `worker` (a module that is a program) makes its takes."""

    def __init__(self, data_dir: Path, worker: ModuleType) -> None:
        command = [sys.executable, str(Path(__file__)), str(data_dir), str(worker.__file__)]
        with open(data_dir / "server.log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert b"is ready" in ready, (data_dir / "server.log").read_text()
        facts = json.loads((data_dir / "server.json").read_text())
        headers = {"Authorization": f"Bearer {(data_dir / 'token').read_text().strip()}"}
        self.client = httpx.Client(base_url=facts["url"], headers=headers, timeout=PATIENCE_S, trust_env=False)

    def workers(self) -> list[int]:
        """Its child processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        tasks = path.parent.parent.glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def kill_worker(self) -> None:
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)

    def suspend(self) -> None:
        """It hangs: takes connections and answers none. Until `wake`."""
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self, worker_too: bool) -> None:
        """Kills the server, and its worker with it or as it finds its parent gone."""
        workers = self.workers()
        self.process.kill()
        for worker in workers if worker_too else []:
            os.kill(worker, signal.SIGKILL)
        self.process.wait()
        self.close()
        end = time.monotonic() + PATIENCE_S
        while any(_alive(worker) for worker in workers):
            assert time.monotonic() < end, "a worker outlived its server"
            time.sleep(0.005)

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(PATIENCE_S) == 0
        self.close()

    def close(self) -> None:
        self.client.close()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == "__main__":
    from inference_backend.serving import serve

    directory = Path(sys.argv[1])
    (directory / "weights").mkdir(exist_ok=True)
    # The server only looks whether they are there.
    (directory / "weights" / "previz.safetensors").write_bytes(b"")
    configuration = BackendConfig(data_dir=directory, port=0, weights_dir=directory / "weights")
    serve(configuration, [sys.executable, sys.argv[2], "--data-dir", str(directory)])
