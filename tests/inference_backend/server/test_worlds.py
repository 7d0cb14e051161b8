"""Worlds and meshes over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blender_mirage.wire.codec import from_json, to_json
from blender_mirage.wire.messages import MeshHashes, NewWorld, WorldInfo, WorldList
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server

UNKNOWN = "0" * 32


@pytest.fixture
def server(tmp_path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as running:
        yield running


def test_create_list_fork_delete(server: LiveServer) -> None:
    answer = server.client.post("/v1/worlds", content=to_json(NewWorld("Ørsted's corridor")))
    assert answer.status_code == 201
    world = from_json(WorldInfo, answer.content)
    assert from_json(WorldInfo, server.client.get(f"/v1/worlds/{world.world_id}").content) == world
    fork = server.client.post(f"/v1/worlds/{world.world_id}/fork", content=to_json(NewWorld("fork")))
    assert fork.status_code == 201
    listed = from_json(WorldList, server.client.get("/v1/worlds").content)
    assert {w.name for w in listed.worlds} == {"Ørsted's corridor", "fork"}
    assert server.client.delete(f"/v1/worlds/{world.world_id}").status_code == 204
    assert [w.name for w in server.services.catalog.list()] == ["fork"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"name": 3}', b'{"name": "  "}', b'{"nom": "x"}', b"\xff"])
def test_malformed_world(server: LiveServer, body: bytes) -> None:
    answer = server.client.post("/v1/worlds", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
    assert server.services.catalog.list() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/v1/worlds/{UNKNOWN}", 404),
        ("GET", f"/v1/worlds/{UNKNOWN}/stats", 404),
        ("DELETE", f"/v1/worlds/{UNKNOWN}", 404),
        ("POST", f"/v1/worlds/{UNKNOWN}/takes", 404),
        ("GET", "/v1/worlds/..%2f..%2fetc", 404),
        ("GET", "/v1/worlds/%2e%2e", 422),
        ("GET", "/v1/worlds/not-an-id", 422),
        ("GET", f"/v1/jobs/{UNKNOWN}", 404),
        ("GET", f"/v1/jobs/{UNKNOWN}/events", 404),
        ("GET", f"/v1/jobs/{UNKNOWN}/events?after=x", 422),
        ("GET", f"/v1/takes/{UNKNOWN}/frames/0", 404),
        ("GET", f"/v1/takes/{UNKNOWN}/frames/first", 422),
        ("GET", "/v1/nowhere", 404),
        ("PATCH", "/v1/worlds", 422),
    ],
)
def test_every_refusal_is_a_problem(server: LiveServer, method: str, path: str, status: int) -> None:
    answer = server.client.request(method, path)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"code", "message", "hint"}


def test_meshes_are_sent_once(server: LiveServer) -> None:
    world_id, name = server.new_world(), tiny_requests.BOX_HASH
    wanted = to_json(MeshHashes((name, name)))
    missing = server.client.post(f"/v1/worlds/{world_id}/missing-meshes", content=wanted)
    assert from_json(MeshHashes, missing.content).hashes == (name,)
    assert server.client.put(f"/v1/meshes/{name}", content=tiny_requests.BOX).status_code == 204
    missing = server.client.post(f"/v1/worlds/{world_id}/missing-meshes", content=wanted)
    assert from_json(MeshHashes, missing.content).hashes == ()


def test_mesh_under_a_wrong_name_leaves_nothing(server: LiveServer) -> None:
    answer = server.client.put(f"/v1/meshes/{UNKNOWN}", content=tiny_requests.BOX)
    assert answer.status_code == 422 and tiny_requests.BOX_HASH in answer.json()["message"]
    assert list(server.services.config.data_dir.glob("meshes/*")) == []
