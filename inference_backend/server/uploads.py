"""/v1/uploads: large bodies in pieces, so that a connection that breaks costs nothing that had arrived.

The tus protocol 1.0 (https://tus.io/protocols/resumable-upload): HEAD tells the offset, PATCH appends there, both with
its header names. It goes without tus' creation, for an upload's address is known beforehand: the hash of its content.
`Upload-Complete` is that of the IETF's draft (draft-ietf-httpbis-resumable-upload). A finished upload stands for the
body of any other request that names it; see `context.Body`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from blender_mirage.wire import UPLOAD_COMPLETE, UPLOAD_OFFSET

from ..errors import BackendError
from ..worlds.upload_store import UploadState
from .context import Services

_WRITTEN_AT_ONCE = 1 << 20
"""Bytes: a network brings them by the kilobyte, and each write goes through a thread."""


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/uploads")

    @router.head("/{name}")
    def tell(name: str) -> Response:
        return _answer(services.uploads.state(name))

    @router.patch("/{name}")
    async def append(
        request: Request,
        name: str,
        upload_offset: Annotated[int, Header(ge=0)],
        upload_length: Annotated[int, Header(ge=1)],
    ) -> Response:
        try:
            turn = await run_in_threadpool(services.uploads.begin, name, upload_offset, upload_length)
        except (BackendError, OSError):
            async for _ in _pieces(request):
                pass
            raise
        try:
            await _receive(request, lambda data: services.uploads.append(turn, data))
        finally:
            state = await run_in_threadpool(services.uploads.end, turn)
        return _answer(state)

    return router


async def _receive(request: Request, write: Callable[[bytes], None]) -> None:
    """Writes the body as it comes. Raises what `write` raises, at the end: a client reads a refusal only then."""
    refusal: BackendError | OSError | None = None
    async for piece in _pieces(request):
        try:
            if refusal is None:
                await run_in_threadpool(write, piece)
        except (BackendError, OSError) as error:
            refusal = error
    if refusal is not None:
        raise refusal


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces worth a write each, as far as it comes: also where its connection breaks."""
    waiting = bytearray()
    with suppress(ClientDisconnect):  # nobody reads the answer then; who comes back asks for the offset
        async for received in request.stream():
            waiting += received
            if len(waiting) >= _WRITTEN_AT_ONCE:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


def _answer(state: UploadState) -> Response:
    headers = {UPLOAD_OFFSET: str(state.arrived), UPLOAD_COMPLETE: "?1" if state.whole else "?0"}
    return Response(status_code=204, headers={**headers, "Cache-Control": "no-store"})
