"""Sends a picture to a world and waits until it is part of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from ..wire.arrays import Arrays
from ..wire.messages import JobEvent, JobStatus, SeedViewRequest
from .backend_link import BackendLink
from .errors import BackendRefused
from .running_jobs import RunningJobs
from .take_job import Happening, Note, Progress


def send_picture(
    link: BackendLink,
    jobs: RunningJobs,
    world_id: str,
    bundle: tuple[SeedViewRequest, Arrays],
    tell: Callable[[Happening], None],
) -> bool:
    """Whether it was written; False where that was cancelled. Its meshes were sent before. Raises BackendRefused, with
    the cause."""
    asked = uuid.uuid4().hex
    send = link.keep_at(lambda client: client.submit_seed_view(world_id, *bundle, asked))
    return follow_picture(jobs, jobs.add(send), tell)


def follow_picture(jobs: RunningJobs, status: JobStatus, tell: Callable[[Happening], None]) -> bool:
    """The same of a picture that was submitted before."""

    def show(event: JobEvent) -> None:
        if event.kind == "note":
            tell(Note(f"Look: {event.message}"))
        else:
            tell(Progress("Look", event.phase or event.state, event.done, event.total))

    end = jobs.follow(status, show)
    if end.state == "failed":
        raise BackendRefused(end.message or "The look could not be added to the world.", end.hint)
    return end.state == "done"
