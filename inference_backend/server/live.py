"""/v1/worlds/{id}/view and /surface: what the engine worker answers at once, outside the queue of jobs."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.live import SurfaceRequest, ViewRequest
from blender_mirage.wire.messages import Greybox

from .context import Body, Services
from .submission import check_engine, check_meshes, check_surface, check_view

ANSWER_S = 120.0
"""The first answer waits for the engine to be loaded, and on a new machine for its loops to be compiled."""


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/worlds/{world_id}")

    @router.post("/view")
    def make_view(world_id: str, body: Body) -> Response:
        request, arrays = from_bundle(ViewRequest, body)
        check_view(request, arrays)
        return _asked(services, "view", world_id, body, request.engine, request.greybox)

    @router.post("/surface")
    def judge_surface(world_id: str, body: Body) -> Response:
        request, arrays = from_bundle(SurfaceRequest, body)
        check_surface(request, arrays)
        return _asked(services, "surface", world_id, body, request.engine, request.greybox)

    return router


def _asked(services: Services, kind: str, world_id: str, body: bytes, engine: str, greybox: Greybox | None) -> Response:
    services.catalog.get(world_id)
    check_engine(services.engines(), engine)
    if greybox is not None:
        check_meshes(services.meshes, greybox)
    answer = services.worker.ask(kind, world_id, body, ANSWER_S)
    return Response(answer, media_type="application/octet-stream")
