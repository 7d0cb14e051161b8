"""Surveys: what a world knows of a camera path, and which takes of it are out of date."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.codec import from_bundle, to_bundle
from blender_mirage.wire.messages import TakeRequest
from blender_mirage.wire.survey import SurveyRequest

from ..worlds.ids import check_id
from .context import Body, Services, TakeId, message
from .submission import check_engine, check_meshes, check_rate, check_take


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/worlds/{world_id}/surveys")
    def submit_survey(world_id: str, body: Body, survey_id: TakeId) -> Response:
        return _submit(services, world_id, survey_id, *from_bundle(SurveyRequest, body))

    @router.post("/takes/{take_id}/survey")
    def survey_take(take_id: str, survey_id: TakeId, world: str = "") -> Response:
        request, arrays = from_bundle(TakeRequest, services.takes.request(take_id))
        world_id = world or services.takes.info(take_id).world_id
        return _submit(services, world_id, survey_id, SurveyRequest(request, compare=(take_id,)), arrays)

    @router.get("/surveys/{survey_id}")
    def get_survey(survey_id: str) -> Response:
        return message(services.surveys.read(survey_id))

    @router.get("/surveys/{survey_id}/frames/{index}")
    def get_picture(survey_id: str, index: int) -> Response:
        return Response(services.surveys.picture(survey_id, index), media_type="image/png")

    return router


def _submit(services: Services, world_id: str, survey_id: str, request: SurveyRequest, arrays: Arrays) -> Response:
    services.catalog.get(world_id)
    # Whatever weights the path asks for: the survey tells what those installed would make of it.
    check_rate(check_engine(services.engines(), request.take.engine), request.take)
    check_take(request.take, arrays)
    for take_id in request.compare:
        services.takes.info(check_id(take_id, "take"))
    with services.changes:
        if (before := services.queue.find(survey_id)) is not None:
            return message(before, 202)
        services.catalog.get(world_id)
        check_meshes(services.meshes, request.take.greybox)
        active = {job.take_id for job in services.queue.active()}
        services.surveys.create(survey_id, world_id, to_bundle(request, arrays), active)
        job = services.queue.submit("survey", world_id, survey_id, total=len(request.take.frames))
    services.worker.ensure()
    return message(job, 202)
