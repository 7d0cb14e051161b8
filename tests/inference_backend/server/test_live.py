"""What the worker answers at once, over HTTP with a real worker process: how well a world knows the surfaces of a
set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.wire.codec import from_bundle, from_json, to_bundle
from blender_mirage.wire.live import SurfaceInfo, SurfaceRequest, set_key
from blender_mirage.wire.problems import Problem
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        running.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX)
        yield running


def ask(server: LiveServer, world_id: str, change=lambda arrays: None, **changes: object):
    take, arrays = tiny_requests.take_request(1)
    key = set_key(take.greybox, arrays)
    request = replace(SurfaceRequest("previz", 64, 64, key, take.greybox, points=7), **changes)
    change(arrays)
    return server.client.post(f"/v1/worlds/{world_id}/surface", content=to_bundle(request, arrays))


def problem(answer) -> Problem:
    found = from_json(Problem, answer.content)
    assert answer.status_code == found.http_status
    return found


def test_a_surface_is_judged_before_and_after_a_take(server) -> None:
    world_id = server.new_world()
    before, arrays = from_bundle(SurfaceInfo, ask(server, world_id).content)
    assert (before.seen, before.never) == (0, 1) and arrays["state"].tolist() == [0] * 7
    server.wait(server.submit_take(world_id).job_id)
    answer = ask(server, world_id, greybox=None)
    assert answer.headers["content-type"] == "application/octet-stream"
    after, arrays = from_bundle(SurfaceInfo, answer.content)
    assert (after.seen, after.never) == (1, 0) and arrays["state"].tolist() == [2] * 7


def test_while_a_take_is_made_it_says_so_at_once(server) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, prompt="stuck")
    server.wait(job.job_id, "running")
    assert problem(ask(server, world_id)).code == "busy"
    server.client.delete(f"/v1/jobs/{job.job_id}")
    server.wait(job.job_id)
    assert ask(server, world_id).status_code == 200


@pytest.mark.parametrize("points", [0, -1, 10**6])
def test_so_many_points_there_cannot_be(server, points) -> None:
    found = problem(ask(server, server.new_world(), points=points))
    assert found.code == "invalid_request" and str(points) in found.message and found.hint


def test_what_is_no_camera_no_set_or_no_world_is_refused_with_the_cause(server) -> None:
    world_id = server.new_world()

    def bend(arrays) -> None:
        arrays["c2w"] = np.full((1, 4, 4), np.nan)

    assert "not finite" in problem(ask(server, world_id, bend)).message
    assert problem(ask(server, "0" * 32)).code == "not_found"
    assert problem(ask(server, world_id, engine="other")).code == "invalid_request"
    instance = replace(tiny_requests.GREYBOX.instances[0], mesh="f" * 32)
    unknown = replace(tiny_requests.GREYBOX, instances=(instance,))
    assert problem(ask(server, world_id, greybox=unknown)).code == "conflict"
    answer = server.client.post(f"/v1/worlds/{world_id}/surface", content=b"nothing of ours")
    assert answer.status_code == 422


def test_no_job_comes_of_it(server) -> None:
    world_id = server.new_world()
    before = server.client.get("/v1/jobs").content
    assert ask(server, world_id).status_code == 200
    assert server.client.get("/v1/jobs").content == before
