"""/v1/health and /v1/release."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire import PROTOCOL_VERSION
from blender_mirage.wire.messages import Health

from .. import __version__
from .context import Services, message


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.get("/health")
    def health() -> Response:
        return message(_health(services))

    @router.post("/release")
    def release() -> Response:
        services.worker.release()
        return message(_health(services))

    return router


def _health(services: Services) -> Health:
    device = services.queue.device()
    return Health(
        version=__version__,
        protocol=PROTOCOL_VERSION,
        device=device.device if device else services.config.device,
        vram_held=device.vram_held if device else 0,
        vram_free=device.vram_free if device else 0,
        queue_length=len(services.queue.active()),
        engines=tuple(services.engines()),
        data_dir=str(services.config.data_dir),
        worker=services.worker.state(),
    )
