"""/v1/worlds/{id}: its history, its objects, its budget, forgetting, and how it differs from another world."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire.codec import from_bundle, from_json
from blender_mirage.wire.history import Budget, ForgetRequest

from ..worlds.forgetting import check_forget, forget
from .context import Body, Services, message
from .submission import check_meshes


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/worlds/{world_id}")
    catalog, queue = services.catalog, services.queue

    @router.get("/history")
    def get_history(world_id: str) -> Response:
        return message(catalog.history(world_id))

    @router.get("/anchors")
    def list_anchors(world_id: str) -> Response:
        return message(catalog.anchor_list(world_id))

    @router.put("/budget")
    def set_budget(world_id: str, body: Body) -> Response:
        mebibytes = from_json(Budget, body).mebibytes
        with catalog.open(world_id) as world:
            world.set_budget(mebibytes)
        return message(catalog.stats(world_id))

    @router.post("/forget")
    def forget_in_world(world_id: str, body: Body) -> Response:
        catalog.get(world_id)
        request, arrays = from_bundle(ForgetRequest, body)
        check_forget(request)
        with services.changes:
            if request.greybox is not None:
                check_meshes(services.meshes, request.greybox)
            queue.check_idle(world_id)
            told = forget(catalog, world_id, request, arrays)
            if request.everything:
                queue.delete_world(world_id)
            elif request.take_id:
                queue.delete_take(world_id, request.take_id)
        return message(told)

    @router.get("/compare/{other}")
    def compare_worlds(world_id: str, other: str) -> Response:
        return message(catalog.compare(world_id, other))

    return router
