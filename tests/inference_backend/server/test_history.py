"""History, objects, budget, forgetting and comparing over HTTP, with a real worker that wrote the commits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from blender_mirage.wire.codec import from_json, to_bundle, to_json
from blender_mirage.wire.history import AnchorList, Budget, ForgetRequest, Forgotten, History, WorldComparison
from blender_mirage.wire.messages import JobStatus, NewWorld, WorldInfo, WorldStats
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.world_files import AnchorRecord
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def history(server: LiveServer, world_id: str) -> list[tuple[str, str]]:
    told = from_json(History, server.client.get(f"/v1/worlds/{world_id}/history").content)
    assert told.world_id == world_id
    return [(commit.take_id, commit.state) for commit in told.commits]


def make_take(server: LiveServer, world_id: str) -> str:
    job = server.wait(server.submit_take(world_id).job_id)
    assert job.state == "done", job
    return job.take_id


def fork(server: LiveServer, world_id: str) -> str:
    answer = server.client.post(f"/v1/worlds/{world_id}/fork", content=to_json(NewWorld("fork")))
    return from_json(WorldInfo, answer.content).world_id


def forget(
    server: LiveServer, world_id: str, arrays: dict[str, np.ndarray] | None = None, **request: object
) -> Forgotten:
    bundle = to_bundle(ForgetRequest(**request), arrays or {})
    answer = server.client.post(f"/v1/worlds/{world_id}/forget", content=bundle)
    assert answer.status_code == 200, answer.text
    return from_json(Forgotten, answer.content)


def test_takes_are_listed_reverted_and_restored(server: LiveServer) -> None:
    world_id = server.new_world()
    first, second = make_take(server, world_id), make_take(server, world_id)
    assert history(server, world_id) == [(first, "live"), (second, "live")]
    assert server.client.post(f"/v1/takes/{first}/revert").status_code == 204
    assert history(server, world_id) == [(first, "reverted"), (second, "live")]
    assert server.client.post(f"/v1/takes/{first}/restore").status_code == 204
    assert server.client.post(f"/v1/takes/{first}/restore").status_code == 409
    assert history(server, world_id) == [(first, "live"), (second, "live")]
    commit = from_json(History, server.client.get(f"/v1/worlds/{world_id}/history").content).commits[0]
    assert (commit.kind, commit.engine, commit.tokens) == ("take", "previz", 3) and commit.bytes > 0


def test_fork_is_reverted_by_itself_and_compared(server: LiveServer) -> None:
    world_id = server.new_world()
    first, second = make_take(server, world_id), make_take(server, world_id)
    other = fork(server, world_id)
    assert server.client.post(f"/v1/takes/{first}/revert", params={"world": other}).status_code == 204
    assert history(server, world_id) == [(first, "live"), (second, "live")]
    assert history(server, other) == [(first, "reverted"), (second, "live")]
    third = make_take(server, other)
    told = from_json(WorldComparison, server.client.get(f"/v1/worlds/{world_id}/compare/{other}").content)
    assert (told.first, told.second, told.shared) == (world_id, other, (second,))
    assert [c.take_id for c in told.only_first] == [first] and [c.take_id for c in told.only_second] == [third]
    same = from_json(WorldComparison, server.client.get(f"/v1/worlds/{other}/compare/{other}").content)
    assert (same.shared, same.only_first, same.only_second, same.anchors) == ((second, third), (), (), ())


def test_objects_are_listed_compared_and_forgotten(server: LiveServer) -> None:
    world_id = server.new_world()
    with server.services.catalog.open(world_id) as world:
        (door,) = world.register_anchors([AnchorRecord("door|0123456789ab", "m", (1.0, 1.0, 1.0), "Door")])
        arrays = {"anchor": np.array([door.id] * 3 + [0] * 2, np.int32), "position": np.zeros((5, 3), np.float32)}
        world.commit_segment(new_id(), "take", arrays, {})
    other = fork(server, world_id)
    listed = from_json(AnchorList, server.client.get(f"/v1/worlds/{world_id}/anchors").content)
    assert [(a.anchor, a.name, a.tokens) for a in listed.anchors] == [("door", "Door", 3), ("sky", "", 2)]
    assert forget(server, world_id, anchor="door").tokens == 3
    told = from_json(WorldComparison, server.client.get(f"/v1/worlds/{world_id}/compare/{other}").content)
    assert [(a.anchor, a.first_tokens, a.second_tokens) for a in told.anchors] == [("door", 0, 3)]
    missing = server.client.post(f"/v1/worlds/{world_id}/forget", content=to_bundle(ForgetRequest(anchor="door"), {}))
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_take_and_everything_are_forgotten_with_their_jobs(server: LiveServer) -> None:
    world_id = server.new_world()
    first, second = make_take(server, world_id), make_take(server, world_id)
    assert forget(server, world_id, take_id=first).commits == 1
    assert history(server, world_id) == [(second, "live")]
    assert server.client.get(f"/v1/takes/{first}/frames/0").status_code == 404
    assert server.client.get(f"/v1/takes/{second}/frames/0").status_code == 200
    assert not {first} & server.services.queue.take_ids()
    assert forget(server, world_id, everything=True).commits == 1
    assert history(server, world_id) == [] and second not in server.services.queue.take_ids()
    assert make_take(server, world_id), "the world goes on"


def test_box_needs_its_meshes_and_one_frame(server: LiveServer) -> None:
    world_id = server.new_world()
    make_take(server, world_id)
    _, arrays = tiny_requests.take_request(1)
    tracks = {name: array for name, array in arrays.items() if name not in ("c2w", "K")}
    box = (-1.0, -1.0, -1.0, 1.0, 1.0, 1.0)
    assert forget(server, world_id, tracks, box=box, greybox=tiny_requests.GREYBOX).tokens == 0
    _, three = tiny_requests.take_request(3)
    bundle = to_bundle(ForgetRequest(box=box, greybox=tiny_requests.GREYBOX), three)
    answer = server.client.post(f"/v1/worlds/{world_id}/forget", content=bundle)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_budget_is_set_and_told(server: LiveServer) -> None:
    world_id = server.new_world()
    answer = server.client.put(f"/v1/worlds/{world_id}/budget", content=to_json(Budget(64)))
    assert from_json(WorldStats, answer.content).budget_bytes == 64 * 1024**2
    assert server.client.put(f"/v1/worlds/{world_id}/budget", content=to_json(Budget(0))).status_code == 422
    stats = from_json(WorldStats, server.client.get(f"/v1/worlds/{world_id}/stats").content)
    assert stats.budget_bytes == 64 * 1024**2


def test_nothing_changes_under_a_job(server: LiveServer) -> None:
    world_id = server.new_world()
    take_id = make_take(server, world_id)
    job = server.submit_take(world_id, frames=500, prompt="slow")
    server.wait(job.job_id, "running")
    changes = [
        server.client.post(f"/v1/takes/{take_id}/revert"),
        server.client.post(f"/v1/takes/{take_id}/restore"),
        server.client.post(f"/v1/worlds/{world_id}/forget", content=to_bundle(ForgetRequest(everything=True), {})),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in changes] == [(409, "conflict")] * 3
    assert "Cancel" in changes[0].json()["hint"]
    server.client.delete(f"/v1/jobs/{job.job_id}")
    assert from_json(JobStatus, server.client.get(f"/v1/jobs/{server.wait(job.job_id).job_id}").content)
    assert server.client.post(f"/v1/takes/{take_id}/revert").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"/v1/worlds/{UNKNOWN}/history", b"", 404),
        ("GET", f"/v1/worlds/{UNKNOWN}/anchors", b"", 404),
        ("GET", f"/v1/worlds/{UNKNOWN}/compare/{UNKNOWN}", b"", 404),
        ("PUT", f"/v1/worlds/{UNKNOWN}/budget", b'{"mebibytes": 4}', 404),
        ("PUT", f"/v1/worlds/{UNKNOWN}/budget", b'{"mebibytes": "4"}', 422),
        ("POST", f"/v1/worlds/{UNKNOWN}/forget", b"", 404),
        ("POST", f"/v1/takes/{UNKNOWN}/restore", b"", 404),
        ("POST", f"/v1/takes/{UNKNOWN}/restore?world=../x", b"", 422),
    ],
)
def test_every_refusal_is_a_problem(server: LiveServer, method: str, path: str, body: bytes, status: int) -> None:
    answer = server.client.request(method, path, content=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"code", "message", "hint"}
