"""/v1/jobs: states, cancel, and the stream of events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from blender_mirage.wire.codec import to_json
from blender_mirage.wire.messages import JobEvent, JobList

from ..errors import NotFound
from ..jobs.queue import JobQueue, is_final
from .context import Services, message

POLL_S = 0.1
KEEP_ALIVE_S = 0.5
"""A comment line is sent after so long without an event: it tells a listener that the backend still lives."""


_STREAMED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would keep events back


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/jobs")
    queue = services.queue

    @router.get("")
    def list_jobs() -> Response:
        return message(JobList(tuple(queue.recent())))

    @router.get("/{job_id}")
    def get_job(job_id: str) -> Response:
        return message(queue.get(job_id))

    @router.delete("/{job_id}")
    def cancel_job(job_id: str) -> Response:
        job = queue.request_cancel(job_id)
        if job.kind == "take" and job.state == "cancelled":
            services.takes.update_info(job.take_id, state="cancelled")
            services.takes.drop_progress(job.take_id)
        return message(job)

    @router.get("/{job_id}/events")
    async def stream_events(job_id: str, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        await run_in_threadpool(queue.get, job_id)
        return StreamingResponse(_stream(queue, job_id, after), media_type="text/event-stream", headers=_STREAMED)

    return router


async def _stream(queue: JobQueue, job_id: str, after: int) -> AsyncIterator[str]:
    """Server-sent events with numbers above `after`; ends behind the job's final state."""
    spoke = time.monotonic()
    while True:
        # The state first: events that came before a final state are then all in the read that follows it.
        try:
            ended = is_final((await run_in_threadpool(queue.get, job_id)).state)
            events = await run_in_threadpool(queue.events_after, job_id, after)
        except NotFound:
            return  # the world was deleted, its jobs with it
        for event in events:
            after = event.number
            yield _encode(event)
        if ended and not events:
            return
        if events:
            spoke = time.monotonic()
            continue
        if time.monotonic() - spoke > KEEP_ALIVE_S:
            spoke = time.monotonic()
            yield ": keep-alive\n\n"
        await asyncio.sleep(POLL_S)


def _encode(event: JobEvent) -> str:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {to_json(event)}\n\n"
