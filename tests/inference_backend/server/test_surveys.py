"""Surveys over HTTP with a real worker process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blender_mirage.wire.codec import from_json, to_bundle
from blender_mirage.wire.messages import JobStatus, TakeInfo
from blender_mirage.wire.problems import Problem
from blender_mirage.wire.survey import Survey, SurveyRequest
from tests.support import tiny_requests
from tests.support.live_server import LiveServer, live_server

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as running:
        running.client.put(f"/v1/meshes/{tiny_requests.BOX_HASH}", content=tiny_requests.BOX)
        yield running


def submit(server: LiveServer, world_id: str, compare: tuple[str, ...] = (), pictures: bool = True, **changes: object):
    request, arrays = tiny_requests.take_request(**changes)
    bundle = to_bundle(SurveyRequest(request, compare, pictures), arrays)
    return server.client.post(f"/v1/worlds/{world_id}/surveys", content=bundle)


def done(server: LiveServer, answer) -> Survey:
    assert answer.status_code == 202, answer.text
    job = from_json(JobStatus, answer.content)
    assert job.kind == "survey" and server.wait(job.job_id).state == "done"
    return from_json(Survey, server.client.get(f"/v1/surveys/{job.take_id}").content)


def problem(answer) -> Problem:
    return from_json(Problem, answer.content)


def test_a_path_is_surveyed_before_and_after_a_take(server) -> None:
    world_id = server.new_world()
    before = done(server, submit(server, world_id))
    take = server.wait(server.submit_take(world_id).job_id)
    after = done(server, submit(server, world_id, compare=(take.take_id,)))
    assert [frame.never for frame in before.frames] == [1, 1, 1] and [f.never for f in after.frames] == [0, 0, 0]
    assert (after.world_id, after.shot, [stale.take_id for stale in after.stale]) == (
        world_id,
        "shot 1",
        [take.take_id],
    )
    picture = server.client.get(f"/v1/surveys/{after.survey_id}/frames/2")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")


def test_a_take_is_surveyed_by_its_own_request(server) -> None:
    take = server.wait(server.submit_take(server.new_world(), frames=4).job_id)
    survey = done(server, server.client.post(f"/v1/takes/{take.take_id}/survey"))
    assert [frame.frame for frame in survey.frames] == [1, 2, 3, 4]
    assert [stale.take_id for stale in survey.stale] == [take.take_id] and survey.world_id == take.world_id
    assert server.client.post(f"/v1/takes/{UNKNOWN}/survey").status_code == 404


def test_without_pictures_there_are_none(server) -> None:
    survey = done(server, submit(server, server.new_world(), pictures=False))
    answer = server.client.get(f"/v1/surveys/{survey.survey_id}/frames/0")
    assert answer.status_code == 404 and "no picture" in problem(answer).message


def test_it_waits_runs_and_is_cancelled_as_any_job(server) -> None:
    world_id = server.new_world()
    job = from_json(JobStatus, submit(server, world_id, prompt="stuck").content)
    server.wait(job.job_id, "running")
    unfinished = server.client.get(f"/v1/surveys/{job.take_id}")
    assert unfinished.status_code == 404 and "not finished" in problem(unfinished).message
    assert server.client.delete(f"/v1/worlds/{world_id}").status_code == 409
    server.client.delete(f"/v1/jobs/{job.job_id}")
    assert server.wait(job.job_id).state == "cancelled"
    assert server.client.delete(f"/v1/worlds/{world_id}").status_code == 204
    assert "no survey" in problem(server.client.get(f"/v1/surveys/{job.take_id}")).message


def test_bad_requests_are_refused_before_they_are_queued(server) -> None:
    world_id = server.new_world()
    assert submit(server, UNKNOWN).status_code == 404
    assert submit(server, world_id, compare=(UNKNOWN,)).status_code == 404
    assert submit(server, world_id, compare=("../x",)).status_code == 422
    assert submit(server, world_id, height=63).status_code == 422
    assert submit(server, world_id, engine="nonesuch").status_code == 422
    assert server.client.get("/v1/surveys/xyz").status_code == 422
    assert [job for job in server.services.queue.recent() if job.world_id == world_id] == []


def test_a_take_says_from_the_first_who_asked_and_what_it_builds_on(server) -> None:
    job = server.submit_take(server.new_world(), author="Ada", base_take=UNKNOWN)
    info = from_json(TakeInfo, server.client.get(f"/v1/takes/{job.take_id}").content)
    assert (info.author, info.base_take) == ("Ada", UNKNOWN)
