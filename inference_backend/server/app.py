"""The application: every route group behind the gate."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from .. import __version__
from . import health, history, jobs, live, meshes, problems, surveys, takes, uploads, worlds
from .context import Services
from .security import Gate


def create_app(services: Services) -> ASGIApp:
    """An ASGI application over `services`, which the caller builds and closes."""
    # No generated documentation pages: they load scripts from elsewhere, and the contract is blender_mirage.wire.
    app = FastAPI(title="Blender Mirage", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.uploads = services.uploads
    problems.install(app)
    for group in (health, worlds, history, meshes, uploads, takes, surveys, live, jobs):
        app.include_router(group.routes(services))
    return Gate(app, services.config, services.token)
