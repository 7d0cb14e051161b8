"""The composition root: the only place that builds the parts of a backend and says how they hang together."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from blender_mirage.wire.messages import EngineInfo

from .config import BackendConfig
from .jobs.queue import JobQueue, is_final
from .jobs.supervisor import WorkerSupervisor, worker_command
from .jobs.worker import is_committed, record_end
from .models.registry import available_engines
from .server.security import ensure_token
from .worlds.catalog import WorldCatalog
from .worlds.lock import DataDirLock
from .worlds.mesh_store import MeshStore
from .worlds.survey_files import SurveyFiles
from .worlds.take_files import TakeFiles
from .worlds.upload_store import UploadStore

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """One running backend. Built by `open_services`."""

    config: BackendConfig
    token: str = field(repr=False)
    catalog: WorldCatalog
    meshes: MeshStore
    uploads: UploadStore
    takes: TakeFiles
    surveys: SurveyFiles
    queue: JobQueue
    worker: WorkerSupervisor
    changes: Lock = field(default_factory=Lock, repr=False)
    """See `server.context.Services`."""

    def engines(self) -> Sequence[EngineInfo]:
        """What can be generated with, and what each engine still lacks. Loads no torch."""
        return available_engines(self.config.weights_dir)


@contextmanager
def open_services(
    config: BackendConfig, command: Sequence[str] | None = None, holder: str = "a backend"
) -> Iterator[Services]:
    """Holds the data directory, tidies what a crash left, takes up the jobs that it cut short; closes all at the end.

    `command` replaces the worker's command line (tests run one with a tiny engine).
    Raises Conflict when another backend holds the directory.
    """
    with ExitStack() as closing:
        lock = DataDirLock(config.data_dir, holder)
        closing.callback(lock.close)
        catalog, takes, meshes = WorldCatalog(config.data_dir), TakeFiles(config.data_dir), MeshStore(config.data_dir)
        surveys = SurveyFiles(config.data_dir)
        queue = JobQueue(config.data_dir)
        closing.callback(queue.close)
        _tidy(queue, catalog, takes)
        meshes.sweep()
        uploads = UploadStore(config.data_dir, config.max_body_bytes)
        uploads.sweep()
        command = command or worker_command(config.data_dir, config.device, config.weights_dir)
        worker = WorkerSupervisor(config.data_dir, queue, takes, command)
        closing.callback(worker.close)
        token = ensure_token(config.data_dir)
        if queue.active():
            worker.ensure()
        yield Services(config, token, catalog, meshes, uploads, takes, surveys, queue, worker)


def _tidy(queue: JobQueue, catalog: WorldCatalog, takes: TakeFiles) -> None:
    """Brings jobs, takes and worlds to one story after a crash. Only for the process that holds the data directory."""
    for world_id in queue.world_ids():
        if not catalog.exists(world_id):
            queue.delete_world(world_id)
    for job in queue.active():
        if job.state == "running" and is_committed(catalog, job):
            if job.kind == "take":
                record_end(takes, job.take_id, "done")
            queue.finish(job.job_id, "done")
    for job in queue.recover():
        LOG.info("Job %s was cut short and is %s now", job.job_id, job.state)
        if job.kind == "take" and is_final(job.state):
            record_end(takes, job.take_id, job.state)
    for job in queue.recent(limit=-1):
        if job.kind == "take" and is_final(job.state) and not takes.exists(job.take_id):
            # Forgotten, when the process ended before it could forget the job too.
            queue.delete_take(job.world_id, job.take_id)
    catalog.sweep(asked=queue.take_ids())
    takes.sweep(asked=queue.take_ids())
