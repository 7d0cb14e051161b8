"""The engine worker: the one process that holds a GPU. `python -m inference_backend.jobs.worker --data-dir DIR`.

It claims jobs until its parent closes its standard input (or dies, which closes it too). A crash in here costs one job:
the supervisor sees the process end and starts another.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import JobEvent, JobStatus, SeedViewRequest, TakeRequest
from blender_mirage.wire.survey import SurveyRequest

from ..errors import BackendError, Cancelled, OutOfMemory, is_out_of_memory
from ..generation.context import JobContext, SurveyContext
from ..generation.events import Event
from ..worlds.catalog import WorldCatalog
from ..worlds.mesh_store import MeshStore
from ..worlds.survey_files import SurveyFiles
from ..worlds.take_files import TakeFiles
from .queue import JobQueue
from .runner import EngineRunner, Runner

LOG = logging.getLogger(__name__)
IDLE_POLL_S = 0.1
CANCEL_POLL_S = 0.1


class Worker:
    """Runs the jobs of one data directory, one after another."""

    def __init__(self, data_dir: Path, runner: Runner) -> None:
        self._queue = JobQueue(data_dir)
        self._catalog = WorldCatalog(data_dir)
        self._meshes = MeshStore(data_dir)
        self._takes = TakeFiles(data_dir)
        self._surveys = SurveyFiles(data_dir)
        self._runner = runner

    def run_forever(self) -> None:
        """Claims and runs jobs until the process ends."""
        self._queue.report_device(self._runner.device())
        while True:
            if not self.run_next():
                time.sleep(IDLE_POLL_S)

    def run_next(self) -> bool:
        """Runs the oldest queued job to its final state; False when none waits."""
        job = self._queue.claim()
        if job is None:
            return False
        LOG.info("Job %s: %s of the world %s", job.job_id, job.kind, job.world_id)
        state, error = self._attempt(job)
        if job.kind == "take":
            record_end(self._takes, job.take_id, state)
        message, hint = (error.message, error.hint) if error else ("", "")
        self._queue.finish(job.job_id, state, message, hint)
        self._queue.report_device(self._runner.device())
        LOG.info("Job %s: %s %s", job.job_id, state, message)
        return True

    def close(self) -> None:
        self._queue.close()

    def _attempt(self, job: JobStatus) -> tuple[str, BackendError | None]:
        """Runs the job; whatever happens becomes a final state with its cause."""
        try:
            self._run(job)
        except Cancelled as error:
            return "cancelled", error
        except BackendError as error:
            return "failed", error
        except Exception as error:
            if is_out_of_memory(error):
                return "failed", _out_of_memory(error)
            LOG.exception("Job %s failed unexpectedly", job.job_id)
            return "failed", BackendError(
                f"The engine failed: {type(error).__name__}: {error}",
                "worker.log in the data directory has the details; please report them with it.",
            )
        return "done", None

    def _run(self, job: JobStatus) -> None:
        is_cancelled = _Polled(lambda: self._queue.cancel_asked_at(job.job_id) is not None, CANCEL_POLL_S)

        def report(event: Event) -> None:
            self._queue.append(job.job_id, JobEvent(0, **asdict(event)))

        with self._catalog.open(job.world_id) as world:
            if world.has_segment(job.take_id):
                # An earlier attempt died behind its commit, which comes last: what is committed is never lost.
                return
            context = JobContext(job.take_id, world, self._meshes, self._takes, report, is_cancelled)
            if job.kind == "seed_view":
                view, arrays = from_bundle(SeedViewRequest, self._catalog.seed_view(job.world_id, job.take_id))
                self._runner.write_seed_view(view, arrays, context)
                return
            if job.kind == "survey":
                asked, arrays = from_bundle(SurveyRequest, self._surveys.request(job.take_id))
                surveying = SurveyContext(**vars(context), surveys=self._surveys)
                self._surveys.write(self._runner.make_survey(asked, arrays, surveying))
                return
            self._takes.update_info(job.take_id, state="running")
            request, arrays = from_bundle(TakeRequest, self._takes.request(job.take_id))
            info = self._runner.make_take(request, arrays, context)
            self._takes.replace_info(replace(info, state="done"))


def is_committed(catalog: WorldCatalog, job: JobStatus) -> bool:
    """Whether the tokens of a take or seed view are in its world: then its job was done, however its process ended."""
    try:
        with catalog.open(job.world_id) as world:
            return world.has_segment(job.take_id)
    except BackendError:
        return False


def record_end(takes: TakeFiles, take_id: str, state: str) -> None:
    """Writes the final state of a take and the frames that it has into its facts, and removes what was kept to resume
    it; logs where that cannot be done."""
    try:
        takes.drop_progress(take_id)
        takes.update_info(take_id, state=state, frames_done=takes.frames_done(take_id))
    except (BackendError, OSError) as error:
        # The job's own state, which the user waits for, must not hang on it: a full disk may be why the job failed.
        LOG.warning("The facts of take %s could not be written: %s", take_id, error)


def _out_of_memory(error: BaseException) -> OutOfMemory:
    first_line = (str(error).splitlines() or ["no details"])[0]
    return OutOfMemory(
        f"There was not enough memory for this job ({first_line}).",
        "Choose a lower resolution, or close other programs that use the GPU, then generate again.",
    )


class _Polled:
    """Asks `question` at most once every `interval` seconds; a yes stays yes."""

    def __init__(self, question: Callable[[], bool], interval: float) -> None:
        self._question = question
        self._interval = interval
        self._asked = -interval
        self._answer = False

    def __call__(self) -> bool:
        present = time.monotonic()
        if not self._answer and present - self._asked >= self._interval:
            self._asked = present
            self._answer = self._question()
        return self._answer


def end_with_parent(standard_input: IO[bytes]) -> None:
    """Ends this process, whatever it is doing, as soon as the other end of `standard_input` closes."""

    def wait() -> None:
        while standard_input.read(1):
            continue
        # Not sys.exit: a thread cannot end the process with it, and nothing here needs tidying. Files are whole or
        # absent at any instant.
        os._exit(0)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def main(argv: Sequence[str] | None = None, runner: Runner | None = None) -> None:
    """Entry of the process. `runner` replaces the engines (tests run a tiny one)."""
    parser = argparse.ArgumentParser(prog="inference_backend.jobs.worker", description="The engine worker.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--weights-dir", type=Path, required=runner is None)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    end_with_parent(sys.stdin.buffer)
    if runner is None:
        runner = EngineRunner(arguments.device, arguments.weights_dir)
        threading.Thread(target=runner.prepare, name="prepare", daemon=True).start()
    worker = Worker(arguments.data_dir, runner)
    worker.run_forever()


if __name__ == "__main__":
    main()
