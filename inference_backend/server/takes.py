"""Takes and seed views: submission, facts, frames, revert."""

from __future__ import annotations

from fastapi import APIRouter, Response

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import SeedViewRequest, TakeInfo, TakeRequest

from ..errors import Conflict, NotFound
from ..worlds.ids import new_id, now
from .context import Body, Services, empty, message
from .submission import check_engine, check_meshes, check_seed_view, check_take


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/worlds/{world_id}/takes")
    def submit_take(world_id: str, body: Body) -> Response:
        services.catalog.get(world_id)
        request, arrays = from_bundle(TakeRequest, body)
        engine = check_engine(services.engines(), request.engine, request.weights)
        check_take(request, arrays)
        check_meshes(services.meshes, request.greybox)
        info = _queued_take(world_id, request, engine.weights)
        services.takes.create(info.take_id, body, info)
        job = services.queue.submit("take", world_id, info.take_id, total=len(request.frames))
        services.worker.ensure()
        return message(job, 202)

    @router.post("/worlds/{world_id}/seed-views")
    def submit_seed_view(world_id: str, body: Body) -> Response:
        services.catalog.get(world_id)
        request, arrays = from_bundle(SeedViewRequest, body)
        check_engine(services.engines(), request.engine)
        check_seed_view(request, arrays)
        check_meshes(services.meshes, request.greybox)
        take_id = new_id()
        services.catalog.save_seed_view(world_id, take_id, body)
        job = services.queue.submit("seed_view", world_id, take_id, total=1)
        services.worker.ensure()
        return message(job, 202)

    @router.get("/takes/{take_id}")
    def get_take(take_id: str) -> Response:
        return message(services.takes.info(take_id))

    @router.get("/takes/{take_id}/frames/{index}")
    def get_frame(take_id: str, index: int) -> Response:
        path = services.takes.frame_path(take_id, index)
        if not path.is_file():
            raise NotFound(
                f"Frame {index} of the take {take_id} is not finished.", "Wait for its event, then ask again."
            )
        return Response(path.read_bytes(), media_type="image/png")

    @router.post("/takes/{take_id}/revert")
    def revert_take(take_id: str) -> Response:
        world_id = services.queue.world_of(take_id)
        if any(job.take_id == take_id for job in services.queue.active(world_id)):
            raise Conflict("The take is still being made.", "Cancel its job, or wait for its end, then revert it.")
        with services.catalog.open(world_id) as world:
            world.revert(take_id)
        return empty()

    return router


def _queued_take(world_id: str, request: TakeRequest, weights: str) -> TakeInfo:
    return TakeInfo(
        take_id=new_id(),
        world_id=world_id,
        shot=request.shot,
        engine=request.engine,
        weights=weights,
        seed=request.seed,
        prompt=request.prompt,
        height=request.height,
        width=request.width,
        frames=request.frames,
        fps=request.fps,
        frames_done=0,
        state="queued",
        created=now(),
    )
