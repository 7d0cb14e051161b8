"""Takes and seed views: submission, facts, frames; reverted and restored in the world that they were made in, or in the
one that `?world=` names (a fork)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Response

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.messages import EngineInfo, JobEvent, SeedViewRequest, TakeInfo, TakeRequest
from blender_mirage.wire.prompt import UnknownWord, read_prompt, unknown_words_sentence

from ..errors import NotFound
from ..worlds.ids import now
from ..worlds.world_files import WorldFiles
from .context import Body, Services, TakeId, empty, message
from .submission import check_engine, check_meshes, check_paint_over, check_rate, check_seed_view, check_take

_OTHER_WORDS = "Use words from the menu, or a look image."


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/worlds/{world_id}/takes")
    def submit_take(world_id: str, body: Body, take_id: TakeId) -> Response:
        services.catalog.get(world_id)
        request, arrays = from_bundle(TakeRequest, body)
        engine = check_engine(services.engines(), request.engine, request.weights)
        check_rate(engine, request)
        check_take(request, arrays)
        unknown = _unknown_words(engine, request.prompt)
        info = _queued_take(world_id, take_id, request, engine.weights, tuple(word.text for word in unknown))
        with services.changes:
            if (before := services.queue.find(take_id)) is not None:
                return message(before, 202)
            services.catalog.get(world_id)
            check_meshes(services.meshes, request.greybox)
            services.takes.create(info.take_id, body, info)
            job = services.queue.submit("take", world_id, info.take_id, total=len(request.frames))
            if unknown:
                sentence = unknown_words_sentence(unknown)
                services.queue.append(job.job_id, JobEvent(0, "note", message=sentence, hint=_OTHER_WORDS))
        services.worker.ensure()
        return message(job, 202)

    @router.post("/worlds/{world_id}/seed-views")
    def submit_seed_view(world_id: str, body: Body, take_id: TakeId) -> Response:
        services.catalog.get(world_id)
        request, arrays = from_bundle(SeedViewRequest, body)
        check_engine(services.engines(), request.engine)
        if not request.over_take:
            check_seed_view(request, arrays)
        with services.changes:
            if (before := services.queue.find(take_id)) is not None:
                return message(before, 202)
            if request.over_take:
                check_paint_over(request, arrays, _painted_take(services, world_id, request.over_take))
            check_meshes(services.meshes, request.greybox)
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
    def revert_take(take_id: str, world: str = "") -> Response:
        with _idle_world(services, world or services.queue.world_of(take_id)) as opened:
            opened.revert(take_id)
        return empty()

    @router.post("/takes/{take_id}/restore")
    def restore_take(take_id: str, world: str = "") -> Response:
        with _idle_world(services, world or services.queue.world_of(take_id)) as opened:
            opened.restore(take_id)
        return empty()

    return router


@contextmanager
def _idle_world(services: Services, world_id: str) -> Iterator[WorldFiles]:
    """A world of which no job reads, to change what is live in it. Raises NotFound, Conflict."""
    with services.changes, services.catalog.open(world_id) as world:
        services.queue.check_idle(world_id)
        yield world


def _unknown_words(engine: EngineInfo, prompt: str) -> tuple[UnknownWord, ...]:
    return read_prompt(prompt, engine.vocabulary).unknown if engine.vocabulary else ()


def _painted_take(services: Services, world_id: str, take_id: str) -> TakeInfo:
    """The facts of a take that the world has: made in it, or in one that it was forked from. Raises NotFound."""
    info = services.takes.info(take_id)
    if info.world_id != world_id:
        with services.catalog.open(world_id) as world:
            if not world.has_segment(take_id):
                raise NotFound(f"The take {take_id} is not of this world.", "Choose the world that it was made in.")
    return info


def _queued_take(
    world_id: str, take_id: str, request: TakeRequest, weights: str, unknown_words: tuple[str, ...]
) -> TakeInfo:
    return TakeInfo(
        take_id=take_id,
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
        base_take=request.base_take,
        author=request.author,
        look_strength=request.look_strength,
        unknown_words=unknown_words,
    )
