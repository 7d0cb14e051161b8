"""Errors to the wire's one shape. Every answer that is not a success is made here."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from blender_mirage.wire.arrays import MalformedArrays
from blender_mirage.wire.codec import MalformedMessage, to_json
from blender_mirage.wire.problems import Problem

from ..errors import BackendError
from ..storage.atomic import FORBIDDEN, NO_ROOM, disk_full, not_writable

LOG = logging.getLogger(__name__)
_CODE_OF_STATUS = {401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "invalid_request", 413: "too_large"}
_SEE_LOG = "Try again; if it happens again, report it with the backend's log."


def to_problem(error: Exception) -> Problem:
    """What the user is told of `error`."""
    if isinstance(error, BackendError):
        return Problem(error.code, error.message, error.hint)
    if isinstance(error, (MalformedMessage, MalformedArrays)):
        hint = "The add-on and the backend may be of different versions: update both."
        return Problem("invalid_request", f"The request cannot be read: {error}.", hint)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return Problem("invalid_request", f"The request's {place} is not valid: {first['msg']}.")
    if isinstance(error, HTTPException):
        return Problem(_CODE_OF_STATUS.get(error.status_code, "internal"), f"The backend answers: {error.detail}.")
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        full = disk_full(Path(error.filename or "the data folder"), error.strerror or str(error))
        return Problem(full.code, full.message, full.hint)
    if isinstance(error, OSError) and error.errno in FORBIDDEN:
        barred = not_writable(Path(error.filename or "The data folder"), error.strerror or str(error))
        return Problem(barred.code, barred.message, barred.hint)
    if isinstance(error, sqlite3.Error):
        return Problem("internal", f"The backend's database failed: {error}.", _SEE_LOG)
    return Problem("internal", f"The backend failed: {type(error).__name__}: {error}", _SEE_LOG)


def problem_response(problem: Problem) -> Response:
    return Response(to_json(problem), problem.http_status, media_type="application/json")


def install(app: FastAPI) -> None:
    """Answers every error that the framework or a route raises with its problem."""

    # Async, so that it runs at once on the event loop and not in a worker thread.
    async def answer(request: Request, error: Exception) -> Response:
        problem = to_problem(error)
        if problem.http_status == 500:
            LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem_response(problem)

    expected = (BackendError, MalformedMessage, MalformedArrays, RequestValidationError, HTTPException)
    for kind in (*expected, OSError, sqlite3.Error):
        app.add_exception_handler(kind, answer)
