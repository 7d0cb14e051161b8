"""The gate: token, Host, Origin, protocol, body size; and that every answer carries the protocol."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import pytest

from blender_mirage.wire import PROTOCOL_HEADER, PROTOCOL_VERSION
from inference_backend.server.security import TOKEN_NAME, ensure_token
from tests.support.live_server import LiveServer, live_server

LIMIT = 4096


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), max_body_bytes=LIMIT) as running:
        yield running


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        ({"Authorization": "Basic dXNlcg=="}, 401, "unauthorized"),
        ({"Authorization": ""}, 401, "unauthorized"),
        ({"Host": "evil.example"}, 403, "forbidden"),
        ({"Host": "127.0.0.1.evil.example:80"}, 403, "forbidden"),
        ({"Origin": "https://evil.example"}, 403, "forbidden"),
        ({"Origin": "null"}, 403, "forbidden"),
        ({PROTOCOL_HEADER: "99"}, 426, "protocol_mismatch"),
    ],
)
def test_refusals(server: LiveServer, headers: dict[str, str], status: int, code: str) -> None:
    answer = server.client.get("/v1/health", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"] and answer.json()["hint"]
    assert answer.headers[PROTOCOL_HEADER] == str(PROTOCOL_VERSION)


def test_other_protocol_names_both_versions(server: LiveServer) -> None:
    message = server.client.get("/v1/health", headers={PROTOCOL_HEADER: "99"}).json()["message"]
    assert "99" in message and str(PROTOCOL_VERSION) in message


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1", "[::1]:80"])
def test_loopback_names_are_welcome(server: LiveServer, host: str) -> None:
    answer = server.client.get("/v1/health", headers={"Host": host, PROTOCOL_HEADER: str(PROTOCOL_VERSION)})
    assert answer.status_code == 200
    assert answer.headers[PROTOCOL_HEADER] == str(PROTOCOL_VERSION)


def test_announced_body_past_the_limit(server: LiveServer) -> None:
    answer = server.client.post("/v1/worlds", content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert str(LIMIT + 1) in answer.json()["message"] and str(LIMIT) in answer.json()["message"]


def test_unannounced_body_past_the_limit(server: LiveServer) -> None:
    answer = server.client.post("/v1/worlds", content=iter([b"x" * 1000] * 6))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_body_at_the_limit_is_read(server: LiveServer) -> None:
    answer = server.client.post("/v1/worlds", content=b" " * LIMIT)
    assert answer.json()["code"] == "invalid_request"


def test_token_is_made_once_and_only_its_owner_reads_it(tmp_path) -> None:
    token = ensure_token(tmp_path)
    assert len(token) >= 32 and ensure_token(tmp_path) == token
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / TOKEN_NAME).stat().st_mode) == 0o600
