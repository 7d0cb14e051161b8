"""The client against real servers: ours, a stranger, and one of another version."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import numpy as np
import pytest

from blender_mirage.core.addon_version import addon_version
from blender_mirage.core.client import MirageClient
from blender_mirage.core.errors import BackendRefused, BackendUnreachable, ContractMismatch
from blender_mirage.wire import PROTOCOL_HEADER, PROTOCOL_VERSION, VERSION_HEADER
from blender_mirage.wire.greybox import NAMES as GREYBOX_ARRAYS
from blender_mirage.wire.history import ForgetRequest, Forgotten
from blender_mirage.wire.survey import SurveyRequest
from tests.support import tiny_requests
from tests.support.other_server import other_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    from tests.support.live_server import live_server

    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def client(server):
    with MirageClient(server.url, server.token) as connected:
        yield connected


def test_health_tells_of_the_engines(client):
    health = client.health()
    assert health.protocol == PROTOCOL_VERSION
    assert [engine.name for engine in health.engines] == ["previz"]


def test_worlds_are_made_forked_and_deleted(client):
    world = client.create_world("Gang über Eck")
    fork = client.fork_world(world.world_id, "fork")
    assert {world.world_id, fork.world_id} <= {there.world_id for there in client.worlds()}
    assert client.world(world.world_id).name == "Gang über Eck"
    assert client.stats(world.world_id).tokens == 0
    client.delete_world(fork.world_id)
    with pytest.raises(BackendRefused) as caught:
        client.world(fork.world_id)
    assert caught.value.code == "not_found"


def test_a_take_from_meshes_to_frames(client):
    from inference_backend.storage.images import decode_image

    world = client.create_world("takes").world_id
    client.send_meshes(world, {tiny_requests.BOX_HASH: tiny_requests.BOX})
    assert client.send_meshes(world, {tiny_requests.BOX_HASH: tiny_requests.BOX}) == ()
    job = client.submit_take(world, *tiny_requests.take_request(3))
    events = list(client.events(job.job_id))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert events[-1].state == client.job(job.job_id).state == "done"
    assert list(client.events(job.job_id, after=2)) == events[2:]
    assert np.all(decode_image(client.frame(job.take_id, 2)) == 9)
    assert client.take(job.take_id).frames_done == 3
    client.revert(job.take_id)
    assert client.stats(world).tokens == 0


@pytest.fixture
def known(client):
    """A world with one take of three frames; (world id, take id)."""
    world = client.create_world("known").world_id
    client.send_meshes(world, {tiny_requests.BOX_HASH: tiny_requests.BOX})
    job = client.submit_take(world, *tiny_requests.take_request(3, author="ada"))
    assert list(client.events(job.job_id))[-1].state == "done"
    return world, job.take_id


def test_history_with_revert_and_restore(client, known):
    world, take_id = known
    (commit,) = client.history(world)
    assert (commit.take_id, commit.kind, commit.state) == (take_id, "take", "live")
    tokens = client.stats(world).tokens
    client.revert(take_id)
    assert client.history(world)[0].state == "reverted" and client.stats(world).tokens == 0
    client.restore(take_id)
    assert client.history(world) == (commit,) and client.stats(world).tokens == tokens > 0


def test_a_fork_is_changed_and_compared_apart_from_its_origin(client, known):
    world, take_id = known
    fork = client.fork_world(world, "fork").world_id
    assert client.compare(world, fork).shared == (take_id,)
    client.revert(take_id, fork)
    difference = client.compare(world, fork)
    assert (difference.shared, [commit.take_id for commit in difference.only_first]) == ((), [take_id])
    client.restore(take_id, fork)
    assert client.compare(world, fork).shared == (take_id,)


def test_the_budget_and_the_objects_of_a_world(client, known):
    world, _ = known
    assert client.set_budget(world, 33).budget_bytes == client.stats(world).budget_bytes == 33 * 2**20
    assert all(anchor.tokens > 0 for anchor in client.anchors(world))
    with pytest.raises(BackendRefused):
        client.set_budget(world, 0)


def test_forgetting_a_take_a_box_and_everything(client, known):
    world, take_id = known
    _, arrays = tiny_requests.take_request(1)
    tracks = {name: arrays[name] for name in GREYBOX_ARRAYS}
    far_away = ForgetRequest(box=(90.0, 90.0, 90.0, 91.0, 91.0, 91.0), greybox=tiny_requests.GREYBOX)
    assert client.forget(world, far_away, tracks) == Forgotten(0, 0, 0)
    assert client.forget(world, ForgetRequest(take_id=take_id)).commits == 1
    assert client.history(world) == ()
    assert client.forget(world, ForgetRequest(everything=True)).commits == 0
    with pytest.raises(BackendRefused):
        client.forget(world, ForgetRequest())


def test_a_survey_with_its_pictures(client, known):
    world, take_id = known
    request, arrays = tiny_requests.take_request(3)
    job = client.submit_survey(world, SurveyRequest(request, (take_id,)), arrays)
    assert list(client.events(job.job_id))[-1].state == "done"
    survey = client.survey(job.take_id)
    assert [frame.frame for frame in survey.frames] == list(request.frames)
    assert [stale.take_id for stale in survey.stale] == [take_id]
    assert client.coverage_picture(job.take_id, 2).startswith(b"\x89PNG")
    own = client.submit_take_survey(take_id)
    assert list(client.events(own.job_id))[-1].state == "done"
    assert client.survey(own.take_id).shot == request.shot


def test_a_running_job_is_cancelled(client):
    world = client.create_world("cancel").world_id
    client.send_meshes(world, {tiny_requests.BOX_HASH: tiny_requests.BOX})
    job = client.submit_take(world, *tiny_requests.take_request(200, prompt="slow"))
    events = client.events(job.job_id)
    next(event for event in events if event.kind == "frame")
    client.twin().cancel(job.job_id)
    assert list(events)[-1].state == "cancelled"


def test_a_refusal_carries_the_backends_own_words(client):
    with pytest.raises(BackendRefused) as caught:
        client.job("0" * 32)
    assert caught.value.code == "not_found"
    assert caught.value.message.endswith(".")


def test_a_wrong_token_is_told_as_such(server):
    with MirageClient(server.url, "wrong") as stranger, pytest.raises(BackendRefused, match="token") as caught:
        stranger.health()
    assert caught.value.code == "unauthorized"
    assert "preferences" in caught.value.hint


def test_the_token_wins_over_a_netrc(server, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with MirageClient(server.url, server.token) as ours:
        ours._transport.session.trust_env = True  # as for a backend on another machine
        assert ours.health().protocol == PROTOCOL_VERSION


def test_a_closed_port_is_told_with_the_usual_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets it meanwhile
        port = taken.getsockname()[1]
        with MirageClient(f"127.0.0.1:{port}") as client:
            with pytest.raises(BackendUnreachable, match=f"nothing listens on port {port}") as caught:
                client.health()
    assert "8765" in caught.value.hint


def test_a_host_that_does_not_exist():
    with MirageClient("no-such-machine.invalid") as client:
        with pytest.raises(BackendUnreachable, match="no machine called 'no-such-machine.invalid'"):
            client.health()


def test_a_server_that_is_no_mirage_backend():
    with other_server(404, b"<html>not found</html>") as url, MirageClient(url) as client:
        with pytest.raises(BackendUnreachable, match="not a Mirage backend"):
            client.health()


def test_another_protocol_version_names_both_releases():
    headers = {PROTOCOL_HEADER: "99", VERSION_HEADER: "7.8.9"}
    with other_server(headers=headers) as url, MirageClient(url) as client:
        with pytest.raises(ContractMismatch, match="backend at .* version 7.8.9") as caught:
            client.health()
    assert f"version {addon_version()} " in caught.value.message and "Update" in caught.value.hint
    assert f"protocols {PROTOCOL_VERSION} and 99" in caught.value.message


def test_a_machine_that_takes_no_connection_is_told_from_a_closed_port():
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        for _ in range(8):  # its queue is full after the first: what comes then is not even refused
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(address)
        with MirageClient(f"127.0.0.1:{address[1]}") as client:
            with pytest.raises(BackendUnreachable, match="did not answer within") as caught:
                client.health(seconds=0.5)
    assert "firewall" in caught.value.hint and str(address[1]) in caught.value.hint


def test_a_machine_that_answers_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with MirageClient(f"127.0.0.1:{silent.getsockname()[1]}") as client:
            with pytest.raises(BackendUnreachable, match="said nothing for") as caught:
                client.health(seconds=0.5)
    assert caught.value.hint


def test_an_answer_that_cannot_be_read_names_the_field():
    with other_server(headers={PROTOCOL_HEADER: str(PROTOCOL_VERSION)}) as url, MirageClient(url) as client:
        with pytest.raises(ContractMismatch, match="Health.version is missing"):
            client.health()


def test_a_crash_of_the_backend_still_is_a_sentence():
    headers = {PROTOCOL_HEADER: str(PROTOCOL_VERSION)}
    with other_server(500, b"<html>", headers) as url, MirageClient(url) as client:
        with pytest.raises(BackendRefused, match="answered HTTP 500") as caught:
            client.health()
    assert caught.value.code == "internal" and caught.value.hint


def test_https_spoken_to_a_plain_server():
    with other_server() as url, MirageClient(url.replace("http:", "https:")) as client:
        with pytest.raises(BackendUnreachable, match="https certificate"):
            client.health()
