"""The pipeline through the studio: the world that a take finds is the set that was given."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.consistency import closed_loop
from inference_backend.evaluation.previz_bench.studio import Studio
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from inference_backend.models.protocol import Engine
from tests.support.engines import CountingEngine
from tests.support.greybox import look_at, pinhole, room

SIZE = (64, 96)
CAMERAS = [(look_at((x, -3, 1.5), (0, 1, 0.8)), pinhole(*SIZE)) for x in (0.0, 0.5, 0.0)]
PICTURE = np.random.default_rng(0).integers(0, 256, (*SIZE, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return CountingEngine()


def film():
    sets = [room(np.random.default_rng(0), crate_at=a, bend=b) for a, b in ((0.0, 0.0), (0.4, 0.2), (0.0, 0.0))]
    # What deforms is known by its vertices: they are the rest ones where it is as it was.
    return [sets[0], sets[1], sets[0]]


def test_a_take_sees_the_set_as_it_was_given_with_all_that_moves_and_bends(engine):
    with Studio(engine) as studio:
        studio.look("room", film()[0], CAMERAS[0], PICTURE)
        take = studio.take("room", film(), CAMERAS, SIZE)
        for i, (frame_set, camera) in enumerate(zip(film(), CAMERAS, strict=True)):
            given = pixel_gbuffer(Raycaster(frame_set), *camera, *SIZE)
            found = pixel_gbuffer(take.greybox.caster(i), *camera, *SIZE)
            assert np.abs(given.depth_z - found.depth_z).max() < 1e-3
            assert np.abs(given.rest_position - found.rest_position).max() < 1e-3
        assert len(take.greybox.moving_anchors) == 2
        assert take.info.coverage > 0.5 and take.image(2).shape == (*SIZE, 3)
        assert closed_loop(take, PICTURE).psnr > 30


def test_a_forgotten_take_leaves_the_world_as_it_was(engine):
    with Studio(engine) as studio:
        studio.look("room", film()[0], CAMERAS[0], PICTURE)
        takes = [studio.take("room", film()[:1], CAMERAS[1:2], SIZE) for _ in range(1)]
        studio.forget(takes[0])
        takes.append(studio.take("room", film()[:1], CAMERAS[1:2], SIZE))
        assert takes[0].info.coverage == takes[1].info.coverage < 1
        assert np.array_equal(takes[0].image(0), takes[1].image(0))
        folder = studio.data_dir
    assert not folder.exists()
