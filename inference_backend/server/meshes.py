"""/v1/meshes: content-addressed uploads."""

from __future__ import annotations

from fastapi import APIRouter, Response

from .context import Body, Services, empty


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1/meshes")

    @router.put("/{name}")
    def put_mesh(name: str, body: Body) -> Response:
        services.meshes.put(name, body)
        return empty()

    return router
