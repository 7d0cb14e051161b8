"""Pictures that are written into a world: several of them, cut-outs, and which one is seen where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from blender_mirage.wire.messages import SeedViewRequest
from inference_backend.generation.seed_view import opaque_cells, write_seed_view
from inference_backend.memory.cells import Cells
from inference_backend.worlds.ids import new_id
from tests.support.engines import CountingEngine
from tests.support.place import HEIGHT, WIDTH, Place, request_along

LEFT, MIDDLE, RIGHT = (((0.2, -2.6, 1.3), (x, 0.6, 0.7)) for x in (-1.2, -0.3, 0.6))


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def noise(seed):
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def show(place, engine, picture, camera, **more):
    request, arrays = request_along(place.data_dir, [camera])
    look = SeedViewRequest("look", "previz", request.greybox, 1, "ada", "Camera")
    view_id = new_id()
    with place.catalog.open(place.world_id) as world:
        write_seed_view(look, {**arrays, "image": picture, **more}, place.context(view_id, world), engine)
    return view_id


def cells_of(place, engine, camera):
    from inference_backend.generation.observe import Views
    from inference_backend.generation.sights import CameraPath

    request, arrays = request_along(place.data_dir, [camera])
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context(new_id(), world), engine)
        return Cells.from_gbuffer(Views(path).at(0).cells)


def best(place, engine, cells):
    memory = place.memory(engine)
    readout = memory.read(cells)
    return readout, readout.features(memory.tokens)[:, 0]


def encoded(engine, picture):
    return engine.encode(picture).flatten(1).T.half().float()


def known(features, wanted):
    """[N] whether each row of `features` is one of `wanted`."""
    return (features[:, None] == wanted[None]).all(-1).any(1)


def test_of_two_pictures_that_disagree_the_newer_is_seen_where_both_show_the_place(place, engine) -> None:
    show(place, engine, noise(1), LEFT)
    newer = show(place, engine, noise(2), RIGHT)
    first, second = encoded(engine, noise(1)), encoded(engine, noise(2))
    for camera in (LEFT, MIDDLE, RIGHT):
        cells = cells_of(place, engine, camera)
        readout, features = best(place, engine, cells)
        seen_by_newer = known(features, second)
        assert (known(features, first) | seen_by_newer)[readout.covered].all()
        pure = cells.purity >= 0.5
        if camera is RIGHT:
            assert torch.equal(features[pure], second[pure])
        else:
            assert seen_by_newer.any() and known(features, first).any(), "the older one serves beside it"
    # A take made now is of both; without the newer it is of the older alone, where that shows anything.
    with place.catalog.open(place.world_id) as world:
        world.revert(newer)
    left = cells_of(place, engine, LEFT)
    pure = left.purity >= 0.5
    assert torch.equal(best(place, engine, left)[1][pure], first[pure])


def test_the_list_says_what_each_picture_is(place, engine) -> None:
    ids = [show(place, engine, noise(seed), camera) for seed, camera in ((1, LEFT), (2, RIGHT))]
    commits = place.catalog.history(place.world_id).commits
    assert [commit.take_id for commit in commits] == ids
    for commit in commits:
        assert (commit.kind, commit.shot, commit.frame, commit.camera, commit.author, commit.over_take) == (
            "seed_view", "look", 1, "Camera", "ada", ""
        )  # fmt: skip
        assert commit.created and commit.state == "live"


def test_of_a_cut_out_only_what_is_opaque_is_written(place, engine) -> None:
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[8:32, 16:50] = 255
    alpha[8, 16] = 127
    show(place, engine, noise(1), MIDDLE, alpha=alpha)
    cells = cells_of(place, engine, MIDDLE)
    readout, features = best(place, engine, cells)
    inside = torch.zeros(HEIGHT // 4, WIDTH // 4, dtype=torch.bool)
    inside[2:8, 4:12] = True
    inside[2, 4] = False
    written = inside.view(-1) & (cells.purity >= 0.5)
    assert torch.equal(features[written], encoded(engine, noise(1))[written])
    assert not readout.covered[~inside.view(-1)].all()
    assert len(place.memory(engine).tokens) == int(written.sum())


def test_opaque_cells_follow_the_picture_when_it_is_reduced() -> None:
    alpha = np.zeros((300, 2048), np.uint8)
    alpha[:, 1024:] = 255
    for longest in (1024, 512):
        found = opaque_cells(alpha, 4, longest).reshape(-1, longest // 4)
        assert not found[:, : longest // 8].any() and found[:, longest // 8 :].all()


def test_a_look_from_another_shape_of_screen_and_a_repeated_look(place, engine) -> None:
    tall = np.random.default_rng(0).integers(0, 256, (96, 64, 3), np.uint8)
    request, arrays = request_along(place.data_dir, [MIDDLE])
    look = replace(SeedViewRequest("look", "previz", request.greybox, 1), camera="Phone")
    for _ in range(2):
        with place.catalog.open(place.world_id) as world:
            write_seed_view(look, {**arrays, "image": tall}, place.context(new_id(), world), engine)
    memory = place.memory(engine)
    assert len(memory.tokens) > 0 and memory.read(cells_of(place, engine, MIDDLE)).covered.any()


def test_a_look_is_written_on_what_its_camera_sees_between_its_planes(tmp_path, engine) -> None:
    """The wall at the back is beyond Clip End: what the picture shows there is the sky, and no token hangs on it."""
    written = []
    for number, clip in enumerate(((0.1, 100.0), (0.1, 4.0))):
        place = Place(tmp_path / str(number))
        show(place, engine, noise(1), MIDDLE, clip=np.array([clip]))
        with place.catalog.open(place.world_id) as world:
            ids = {anchor.name.split()[0][: len("object-0")]: anchor.id for anchor in world.anchors()}
        anchors = place.memory(engine).tokens.anchor
        written.append({name for name, anchor in ids.items() if (anchors == anchor).any()})
    assert "object-1" in written[0] and "object-1" not in written[1]
    assert "object-0" in written[1], "the floor before it"
