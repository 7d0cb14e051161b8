"""/v1/uploads over HTTP: offsets, refusals that a client can read, and uploads as the bodies of other requests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from blender_mirage.wire import UPLOAD_COMPLETE, UPLOAD_HEADER, UPLOAD_LENGTH, UPLOAD_OFFSET
from blender_mirage.wire.arrays import content_hash
from inference_backend.worlds.upload_store import STALE_S
from tests.support.live_server import LiveServer, live_server
from tests.support.tiny_requests import BOX, BOX_HASH

LIMIT = 1_000_000
DATA = np.random.default_rng(0).bytes(300_000)
NAME = content_hash(DATA)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), max_body_bytes=LIMIT) as running:
        yield running


def patch(server: LiveServer, name: str, data: bytes, offset: int, length: int) -> tuple[int, dict[str, str], str]:
    headers = {UPLOAD_OFFSET: str(offset), UPLOAD_LENGTH: str(length)}
    answer = server.client.patch(f"/v1/uploads/{name}", content=data, headers=headers)
    return answer.status_code, dict(answer.headers), answer.text


def arrived(server: LiveServer, name: str) -> tuple[str, str]:
    headers = server.client.head(f"/v1/uploads/{name}").headers
    return headers[UPLOAD_OFFSET], headers[UPLOAD_COMPLETE]


def test_pieces_then_the_request_that_they_belong_to(server: LiveServer) -> None:
    assert arrived(server, BOX_HASH) == ("0", "?0")
    half = len(BOX) // 2
    assert patch(server, BOX_HASH, BOX[:half], 0, len(BOX))[0] == 204
    assert arrived(server, BOX_HASH) == (str(half), "?0")
    status, headers, _ = patch(server, BOX_HASH, BOX[half:], half, len(BOX))
    assert (status, headers[UPLOAD_COMPLETE.lower()]) == (204, "?1")
    put = server.client.put(f"/v1/meshes/{BOX_HASH}", headers={UPLOAD_HEADER: BOX_HASH})
    assert put.status_code == 204 and server.services.meshes.missing([BOX_HASH]) == []
    while arrived(server, BOX_HASH)[1] == "?1":  # it is used up, and goes right behind the answer
        time.sleep(0.01)
    again = server.client.put(f"/v1/meshes/{BOX_HASH}", headers={UPLOAD_HEADER: BOX_HASH})
    assert again.status_code == 404 and again.json()["hint"]


def test_what_a_request_refuses_stays_to_be_asked_again(server: LiveServer) -> None:
    assert patch(server, NAME, DATA, 0, len(DATA))[0] == 204
    refused = server.client.put(f"/v1/meshes/{NAME}", headers={UPLOAD_HEADER: NAME})
    assert refused.status_code == 422
    assert arrived(server, NAME) == (str(len(DATA)), "?1")


@pytest.mark.parametrize(
    ("offset", "length", "status", "words"),
    [(7, 300_000, 409, "0 bytes"), (0, LIMIT + 1, 413, str(LIMIT)), (0, 10, 422, "10 bytes"), (-1, 10, 422, "offset")],
)
def test_refusals_are_read_to_their_end(server: LiveServer, offset: int, length: int, status: int, words: str) -> None:
    name = content_hash(f"{offset} {length}".encode())
    found, _, text = patch(server, name, DATA, offset, length)
    assert found == status and words in text.lower()


def test_a_stranger_sends_nothing(server: LiveServer) -> None:
    answer = server.client.patch("/v1/uploads/" + "a" * 32, content=b"x", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401 and arrived(server, "a" * 32) == ("0", "?0")


def test_a_start_removes_what_nobody_went_on_with(tmp_path) -> None:
    with live_server(tmp_path) as first:
        patch(first, NAME, DATA[:1000], 0, len(DATA))
        patch(first, BOX_HASH, BOX[:10], 0, len(BOX))
    old = time.time() - STALE_S - 60
    os.utime(tmp_path / "uploads" / f"{NAME}.part", (old, old))
    with live_server(tmp_path) as second:
        assert arrived(second, NAME) == ("0", "?0") and arrived(second, BOX_HASH) == ("10", "?0")
