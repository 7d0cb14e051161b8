"""/v1/worlds/{id}/view over real HTTP: what is refused, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from blender_mirage.core.client import MirageClient
from blender_mirage.core.errors import BackendRefused
from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.live import ViewRequest, set_key
from tests.support import tiny_requests
from tests.support.live_server import live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def client(server):
    with MirageClient(server.url, server.token) as made:
        yield made


def ask(with_set: bool = False, **changes: Any) -> tuple[ViewRequest, Arrays]:
    request, arrays = tiny_requests.take_request(1)
    key = set_key(request.greybox, arrays)
    side = tiny_requests.SIDE
    asked = ViewRequest("previz", side, side, 12, key, request.greybox if with_set else None, seed=5)
    return replace(asked, **changes), arrays


def refused(client: MirageClient, world_id: str, request: ViewRequest, arrays: Arrays) -> BackendRefused:
    with pytest.raises(BackendRefused) as caught:
        client.view(world_id, request, arrays)
    return caught.value


def test_the_answer_is_the_workers(server, client) -> None:
    info, arrays = client.view(server.new_world(), *ask())
    assert info.frame == 12 and np.unique(arrays["image"]).tolist() == [5]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"height": 60}, "multiple of 4"),
        ({"width": 8192}, "multiple of 4"),
        ({"steps": -1}, "Steps"),
        ({"seed": -1}, "seed"),
        ({"look_strength": 1.5}, "strength"),
        ({"engine": "nonesuch"}, "no engine"),
    ],
)
def test_what_makes_no_sense_never_reaches_the_worker(server, client, changes, words) -> None:
    error = refused(client, server.new_world(), *ask(**changes))
    assert error.code == "invalid_request" and words in error.message


def test_cameras_and_sets_are_checked(server, client) -> None:
    world_id = server.new_world()
    request, arrays = ask()
    sheared = arrays["c2w"].copy()
    sheared[0, 0, 1] = 0.5
    assert "rotation" in refused(client, world_id, request, {**arrays, "c2w": sheared}).message
    del arrays["K"]
    assert "'K'" in refused(client, world_id, request, arrays).message
    request, arrays = ask(with_set=True)
    assert refused(client, world_id, request, arrays).code == "conflict", "its mesh was never sent"
    assert refused(client, "f" * 32, *ask()).code == "not_found"


def test_while_a_job_runs_it_is_busy(server, client) -> None:
    world_id = server.new_world()
    job = server.submit_take(world_id, 200, prompt="slow")
    error = refused(client, world_id, *ask())
    assert error.code == "busy" and error.hint
    server.client.delete(f"/v1/jobs/{job.job_id}")
    server.wait(job.job_id)
    client.view(world_id, *ask())
