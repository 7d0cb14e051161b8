"""/v1/worlds: create, list, fork, delete, and what a world still lacks."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire.codec import from_json
from blender_mirage.wire.messages import MeshHashes, NewWorld, WorldList

from .context import Body, Services, empty, message


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/worlds")
    catalog = services.catalog

    @router.get("")
    def list_worlds() -> Response:
        return message(WorldList(tuple(catalog.list())))

    @router.post("")
    def create_world(body: Body) -> Response:
        return message(catalog.create(from_json(NewWorld, body).name), 201)

    @router.get("/{world_id}")
    def get_world(world_id: str) -> Response:
        return message(catalog.get(world_id))

    @router.get("/{world_id}/stats")
    def get_stats(world_id: str) -> Response:
        return message(catalog.stats(world_id))

    @router.post("/{world_id}/fork")
    def fork_world(world_id: str, body: Body) -> Response:
        return message(catalog.fork(world_id, from_json(NewWorld, body).name), 201)

    @router.delete("/{world_id}")
    def delete_world(world_id: str) -> Response:
        with services.changes:
            services.queue.check_idle(world_id)
            catalog.delete(world_id)
            services.queue.delete_world(world_id)
        return empty()

    @router.post("/{world_id}/missing-meshes")
    def missing_meshes(world_id: str, body: Body) -> Response:
        catalog.get(world_id)
        wanted = from_json(MeshHashes, body).hashes
        return message(MeshHashes(tuple(services.meshes.missing(wanted))))

    return router
