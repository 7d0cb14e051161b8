"""A view is what a take would show there; it learns nothing and leaves the world as it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from blender_mirage.wire.arrays import Arrays, content_hash, pack
from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.live import ViewInfo, ViewRequest, set_key
from blender_mirage.wire.messages import Greybox, TakeInfo, TakeRequest
from inference_backend.errors import InvalidRequest, UnknownSet
from inference_backend.generation.context import JobContext
from inference_backend.generation.live_sets import KEPT, LiveContext, LiveSets
from inference_backend.generation.shelf import Shelf
from inference_backend.generation.take import TakeJob
from inference_backend.generation.view import make_view
from inference_backend.models.previz.engine import PrevizEngine
from inference_backend.storage.images import decode_image
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles
from inference_backend.worlds.world_files import WorldFiles
from tests.support.engines import CountingEngine
from tests.support.take_requests import HEIGHT, WIDTH, take_request


@pytest.fixture(scope="module")
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
def world(tmp_path):
    catalog = WorldCatalog(tmp_path)
    with catalog.open(catalog.create("world").world_id) as opened:
        yield opened


def context(world: WorldFiles, data_dir: Path, engine: PrevizEngine, sets: LiveSets | None = None) -> LiveContext:
    return LiveContext(world, MeshStore(data_dir), engine, Shelf(), sets or LiveSets())


def at_frame(arrays: Arrays, index: int) -> Arrays:
    """One frame's camera and set of a take's arrays."""
    moving = arrays["moving_transforms"][:, index : index + 1]
    transforms = arrays["transforms"].copy()
    transforms[arrays["moving"]] = moving[:, 0]
    one = {"transforms": transforms, "moving": arrays["moving"][:0], "moving_transforms": moving[:0]}
    one |= {name: arrays[name][:, index : index + 1] for name in ("visible", "lamp_transforms")}
    return {**one, **{name: arrays[name][index : index + 1] for name in ("c2w", "K")}}


def rigid(request: TakeRequest) -> Greybox:
    """Its greybox without what bends."""
    instances = tuple(replace(one, vertex_track="") for one in request.greybox.instances)
    return replace(request.greybox, instances=instances)


def bent(request: TakeRequest, index: int, store: MeshStore) -> Greybox:
    """Its greybox at one frame, with what bends in that frame's pose."""
    instances = []
    for instance in request.greybox.instances:
        if instance.vertex_track:
            pose = pack({"vertices": store.get(instance.vertex_track)["vertices"][index : index + 1]})
            store.put(content_hash(pose), pose)
            instance = replace(instance, vertex_track=content_hash(pose))
        instances.append(instance)
    return replace(request.greybox, instances=tuple(instances))


def ask(greybox: Greybox | None, arrays: Arrays, key: str = "", **changes: object) -> tuple[ViewRequest, Arrays]:
    key = key or set_key(greybox, arrays)
    return replace(ViewRequest("previz", HEIGHT, WIDTH, 1, key, greybox, seed=7), **changes), arrays


def view(question: tuple[ViewRequest, Arrays], where: LiveContext) -> tuple[ViewInfo, np.ndarray]:
    info, arrays = from_bundle(ViewInfo, make_view(*question, where))
    assert info.seen + info.partly + info.never == pytest.approx(1)
    return info, arrays["image"]


def make_take(request: TakeRequest, arrays: Arrays, world: WorldFiles, data_dir: Path, engine: PrevizEngine) -> Path:
    """The picture of the take's first frame."""
    takes, take_id = TakeFiles(data_dir), new_id()
    size = (request.height, request.width)
    info = TakeInfo(take_id, world.world_id, "s", "previz", "", 7, "", *size, request.frames, 24.0, 0, "queued", "")
    takes.create(take_id, b"", info)
    job = JobContext(take_id, world, MeshStore(data_dir), takes, lambda event: None, lambda: False)
    TakeJob(request, arrays, job, engine).run()
    return takes.frame_path(take_id, 0)


def still_take(data_dir: Path) -> tuple[TakeRequest, Arrays]:
    request, arrays = take_request(data_dir, 1)
    return replace(request, greybox=rigid(request)), arrays


def test_of_a_place_that_is_known_it_is_the_frame_of_a_take(tmp_path, world, engine) -> None:
    request, arrays = still_take(tmp_path)
    make_take(request, arrays, world, tmp_path, engine)
    again = decode_image(make_take(request, arrays, world, tmp_path, engine).read_bytes())
    engine.calls.clear()
    info, image = view(ask(request.greybox, arrays, steps=4), context(world, tmp_path, engine))
    # The frames of a take are made with fewer threads each, and convolutions round accordingly.
    np.testing.assert_allclose(image.astype(int), again.astype(int), atol=1)
    assert info.never < 0.02 and engine.calls == {"refine": 1, "decode": 1}


def test_of_an_empty_world_it_makes_up_all_and_the_same_each_time(tmp_path, world, engine) -> None:
    request, arrays = still_take(tmp_path)
    where = context(world, tmp_path, engine)
    info, image = view(ask(request.greybox, arrays, steps=1), where)
    assert info.never == 1
    np.testing.assert_array_equal(view(ask(None, arrays, set_key(request.greybox, arrays), steps=1), where)[1], image)
    guess = view(ask(request.greybox, arrays), where)[1]
    other = view(ask(request.greybox, arrays, steps=1, seed=8), where)[1]
    assert (guess != image).any() and (other != image).any()
    np.testing.assert_array_equal(view(ask(request.greybox, arrays, seed=8), where)[1], guess)


def test_the_world_is_left_as_it_was(tmp_path, world, engine) -> None:
    request, arrays = still_take(tmp_path)
    make_take(request, arrays, world, tmp_path, engine)
    new = replace(request.greybox.instances[0], anchor="never seen before")
    greybox = replace(request.greybox, instances=(new, *request.greybox.instances[1:]))
    world.database.scrub()

    def files() -> dict[str, str]:
        found = (path for path in tmp_path.rglob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    before = files()
    where = context(world, tmp_path, engine)
    assert view(ask(greybox, arrays), where)[0].never < 1
    view(ask(greybox, arrays, steps=1), where)
    assert files() == before


def test_a_copy_that_the_world_has_not_met_is_known_from_its_twin(tmp_path, world, engine) -> None:
    request, arrays = still_take(tmp_path)
    make_take(request, arrays, world, tmp_path, engine)
    named = tuple(replace(one, anchor=f"new {one.anchor}") for one in request.greybox.instances)
    info, _ = view(ask(replace(request.greybox, instances=named), arrays), context(world, tmp_path, engine))
    assert info.never < 0.02, "all are copies of what was seen"


def test_a_set_is_sent_once_and_forgotten_at_last(tmp_path, world, engine) -> None:
    request, arrays = still_take(tmp_path)
    where = context(world, tmp_path, engine)
    with pytest.raises(UnknownSet):
        view(ask(None, arrays, "0" * 32), where)
    with pytest.raises(InvalidRequest, match="key"):
        view(ask(request.greybox, arrays, "0" * 32), where)
    first = set_key(request.greybox, arrays)
    view(ask(request.greybox, arrays), where)
    for number in range(KEPT):
        dimmer = replace(request.greybox, ambient=(0.0, 0.0, 0.01 * number))
        view(ask(None, arrays, first) if number == 1 else ask(dimmer, arrays), where)
    view(ask(None, arrays, first), where)
    for number in range(KEPT):
        view(ask(replace(request.greybox, ambient=(0.0, 0.5, 0.01 * number)), arrays), where)
    with pytest.raises(UnknownSet):
        view(ask(None, arrays, first), where)


@pytest.mark.parametrize("bends", [False, True])
def test_what_is_moved_from_one_set_to_the_next_looks_as_in_a_new_one(tmp_path, world, engine, bends) -> None:
    request, arrays = take_request(tmp_path, 4)
    sets = LiveSets()
    for index in range(4):
        greybox, one = rigid(request), at_frame(arrays, index)
        if bends:
            greybox = bent(request, index, MeshStore(tmp_path))
        kept = view(ask(greybox, one), context(world, tmp_path, engine, sets))[1].astype(int)
        fresh = view(ask(greybox, one), context(world, tmp_path, engine))[1].astype(int)
        assert np.abs(kept - fresh).mean() < 0.5, index
        assert (np.abs(kept - fresh).max(-1) > 8).mean() < 0.01, index


def test_a_take_in_between_is_seen(tmp_path, world, engine) -> None:
    """Names that were the view's own until then are the world's now."""
    request, arrays = still_take(tmp_path)
    where = context(world, tmp_path, engine)
    assert view(ask(request.greybox, arrays), where)[0].never == 1
    make_take(request, arrays, world, tmp_path, engine)
    info, image = view(ask(None, arrays, set_key(request.greybox, arrays)), where)
    assert info.never < 0.02
    np.testing.assert_array_equal(image, view(ask(request.greybox, arrays), context(world, tmp_path, engine))[1])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_it_is_the_same_picture(tmp_path, world) -> None:
    from tests.support.engines import random_engine

    request, arrays = still_take(tmp_path)
    here = random_engine()
    there = PrevizEngine(here._model, "random", "cuda")
    images = [view(ask(request.greybox, arrays), context(world, tmp_path, one))[1].astype(int) for one in (here, there)]
    assert np.abs(images[0] - images[1]).mean() < 2
