"""The engine worker: the one process that holds a GPU. `python -m inference_backend.jobs.worker --data-dir DIR`.

It claims jobs until its parent closes its standard input (or dies, which closes it too), and between them answers what
it is asked through its pipes (`questions`). A crash in here costs one job: the supervisor sees the process end and
starts another.
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
from .questions import Inbox, Question, listen
from .queue import DeviceReport, JobQueue
from .runner import EngineRunner, Runner

LOG = logging.getLogger(__name__)
IDLE_POLL_S = 0.1
CANCEL_POLL_S = 0.1


class Worker:
    """Runs the jobs of one data directory, one after another, and answers questions between them."""

    def __init__(self, data_dir: Path, runner: Runner, inbox: Inbox | None = None) -> None:
        self._queue = JobQueue(data_dir)
        self._catalog = WorldCatalog(data_dir)
        self._meshes = MeshStore(data_dir)
        self._takes = TakeFiles(data_dir)
        self._surveys = SurveyFiles(data_dir)
        self._runner = runner
        self._inbox = inbox or Inbox()
        self._reported: DeviceReport | None = None

    def run_forever(self) -> None:
        """Claims and runs jobs, and answers, until the process ends. A job goes before a question."""
        self._report_device()
        while True:
            if not self.run_next():
                self.answer_next(IDLE_POLL_S)

    def run_next(self) -> bool:
        """Runs the oldest queued job to its final state; False when none waits."""
        job = self._queue.claim()
        if job is None:
            return False
        LOG.info("Job %s: %s of the world %s", job.job_id, job.kind, job.world_id)
        with self._inbox.closed():
            self._run_to_its_end(job)
        return True

    def answer_next(self, seconds: float) -> bool:
        """Answers the oldest question; False when none comes within `seconds`."""
        asked = self._inbox.take(seconds)
        if asked is None:
            return False
        answer, error = self._try_to_answer(asked.question)
        asked.reply(answer, error)
        self._report_device()
        return True

    def _run_to_its_end(self, job: JobStatus) -> None:
        state, error = self._attempt(job)
        if job.kind == "take":
            record_end(self._takes, job.take_id, state)
        message, hint = (error.message, error.hint) if error else ("", "")
        self._queue.finish(job.job_id, state, message, hint)
        self._report_device()
        LOG.info("Job %s: %s %s", job.job_id, state, message)

    def _report_device(self) -> None:
        report = self._runner.device()
        if report != self._reported:
            self._reported = report
            self._queue.report_device(report)

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
            return "failed", _logged(error, f"Job {job.job_id}")
        return "done", None

    def _try_to_answer(self, question: Question) -> tuple[bytes, BackendError | None]:
        """The answer, or why there is none."""
        try:
            with self._catalog.open(question.world_id) as world:
                return self._runner.answer(question, world, self._meshes), None
        except BackendError as error:
            return b"", error
        except Exception as error:
            return b"", _logged(error, f"A {question.kind} of the world {question.world_id}")

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


def _logged(error: Exception, what: str) -> BackendError:
    if is_out_of_memory(error):
        return _out_of_memory(error)
    LOG.error("%s failed unexpectedly", what, exc_info=error)
    return BackendError(
        f"The engine failed: {type(error).__name__}: {error}",
        "worker.log in the data folder has the details; please report it with them.",
    )


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


def private_output() -> IO[bytes]:
    """Standard output, for answers alone: whatever prints from now on prints to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def main(argv: Sequence[str] | None = None, runner: Runner | None = None) -> None:
    """Entry of the process. `runner` replaces the engines (tests run a tiny one)."""
    parser = argparse.ArgumentParser(prog="inference_backend.jobs.worker", description="The engine worker.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--weights-dir", type=Path, required=runner is None)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    inbox = Inbox()
    # At the end not sys.exit: a thread cannot end the process with it, and nothing here needs tidying. Files are whole
    # or absent at any instant.
    listen(sys.stdin.buffer, private_output(), inbox, ended=lambda: os._exit(0))
    if runner is None:
        runner = EngineRunner(arguments.device, arguments.weights_dir)
        threading.Thread(target=runner.prepare, name="prepare", daemon=True).start()
    worker = Worker(arguments.data_dir, runner, inbox)
    worker.run_forever()


if __name__ == "__main__":
    main()
