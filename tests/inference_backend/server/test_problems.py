"""Every error becomes one problem, also those that no route expected."""

from __future__ import annotations

import asyncio
import errno
import sqlite3

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from blender_mirage.wire import PROTOCOL_HEADER
from blender_mirage.wire.arrays import MalformedArrays
from blender_mirage.wire.codec import MalformedMessage
from blender_mirage.wire.problems import HTTP_STATUS
from inference_backend import errors
from inference_backend.config import BackendConfig
from inference_backend.server.problems import to_problem
from inference_backend.server.security import Gate

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.BackendError)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not errors.Cancelled])
def test_expected_errors_keep_code_sentence_and_hint(kind: type[errors.BackendError]) -> None:
    problem = to_problem(kind("What happened.", "What to do."))
    assert (problem.message, problem.hint) == ("What happened.", "What to do.")
    assert problem.code in HTTP_STATUS


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/worlds/x"), "disk_full", "/data/worlds/x"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/data"),
            "conflict",
            "/data cannot be written (Permission denied)",
        ),
        (sqlite3.OperationalError("database is locked"), "internal", "database is locked"),
        (MalformedMessage("TakeRequest.seed is missing"), "invalid_request", "TakeRequest.seed is missing"),
        (MalformedArrays("array 'c2w' is cut short"), "invalid_request", "c2w"),
        (KeyError("surprise"), "internal", "surprise"),
    ],
)
def test_other_errors(error: Exception, code: str, words: str) -> None:
    problem = to_problem(error)
    assert problem.code == code and words in problem.message and problem.hint


def test_what_no_route_expected_is_logged_and_told(tmp_path, caplog) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("surprise")

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(Gate(broken, BackendConfig(data_dir=tmp_path), token="t"))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/v1/health", headers={"Authorization": "Bearer t"})

    answer = asyncio.run(call())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "surprise" in answer.json()["message"] and PROTOCOL_HEADER in answer.headers
    assert "surprise" in caplog.text and "GET /v1/health failed" in caplog.text
