"""What the routes need of the rest of the backend, and the small steps that all of them take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Protocol

from fastapi import Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from blender_mirage.wire import REQUEST_HEADER, UPLOAD_HEADER
from blender_mirage.wire.codec import to_json
from blender_mirage.wire.messages import EngineInfo

from ..config import BackendConfig
from ..jobs.queue import JobQueue
from ..worlds.catalog import WorldCatalog
from ..worlds.ids import check_id, new_id
from ..worlds.mesh_store import MeshStore
from ..worlds.survey_files import SurveyFiles
from ..worlds.take_files import TakeFiles
from ..worlds.upload_store import UploadStore


class WorkerControl(Protocol):
    """The supervisor, as the routes see it."""

    def ensure(self) -> None: ...

    def state(self) -> str: ...

    def release(self) -> None: ...

    def ask(self, kind: str, world_id: str, bundle: bytes, seconds: float) -> bytes: ...


class Services(Protocol):
    """Everything behind the routes; `inference_backend.services` builds it."""

    @property
    def config(self) -> BackendConfig: ...

    @property
    def token(self) -> str: ...

    @property
    def catalog(self) -> WorldCatalog: ...

    @property
    def meshes(self) -> MeshStore: ...

    @property
    def uploads(self) -> UploadStore: ...

    @property
    def takes(self) -> TakeFiles: ...

    @property
    def surveys(self) -> SurveyFiles: ...

    @property
    def queue(self) -> JobQueue: ...

    @property
    def worker(self) -> WorkerControl: ...

    @property
    def changes(self) -> AbstractContextManager[Any]:
        """Held while a job is added, and while what jobs read is changed: neither happens in the middle of the other.
        Not to be taken twice."""
        ...

    def engines(self) -> Sequence[EngineInfo]: ...


async def _read_body(request: Request) -> AsyncIterator[bytes]:
    name = request.headers.get(UPLOAD_HEADER)
    if name is None:
        yield await request.body()
        return
    uploads: UploadStore = request.app.state.uploads
    yield await run_in_threadpool(uploads.read, name)
    await run_in_threadpool(uploads.remove, name)  # not reached where the request is refused: it may come again


Body = Annotated[bytes, Depends(_read_body)]
"""The raw body of a request, for routes that run in threads: its own, or the finished upload that it names."""


def _take_id(asked: Annotated[str, Header(alias=REQUEST_HEADER)] = "") -> str:
    return check_id(asked, "request") if asked else new_id()


TakeId = Annotated[str, Depends(_take_id)]
"""Of what a request asks for. One that comes again, for its answer was lost, names the same; see `JobQueue.find`."""


def message(value: Any, status: int = 200) -> Response:
    """A wire message as the answer."""
    return Response(to_json(value), status, media_type="application/json")


def empty() -> Response:
    return Response(status_code=204)
