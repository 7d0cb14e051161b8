"""Takes end to end below the server: real stores on disk, the real memory, the real networks at random weights."""

from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.messages import TakeInfo
from inference_backend.errors import Cancelled, Conflict, InvalidRequest
from inference_backend.generation.context import JobContext
from inference_backend.generation.remember import Memory
from inference_backend.generation.seed_view import fit, write_seed_view
from inference_backend.generation.take import TakeJob
from inference_backend.storage.images import decode_image
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles
from tests.support.engines import random_engine
from tests.support.take_requests import HEIGHT, WIDTH, seed_view_request, take_request


@pytest.fixture(scope="module")
def engine():
    return random_engine()


class Place:
    """A data directory with one world."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self.catalog = WorldCatalog(data_dir)
        self.world_id = self.catalog.create("test").world_id
        self.meshes, self.takes = MeshStore(data_dir), TakeFiles(data_dir)
        self.events = []

    def context(self, take_id, world, cancelled=lambda: False):
        return JobContext(take_id, world, self.meshes, self.takes, self.events.append, cancelled)

    def take(self, engine, cancelled=lambda: False, **changes):
        request, arrays = take_request(self.data_dir, **changes)
        take_id = new_id()
        info = TakeInfo(
            take_id, self.world_id, request.shot, "previz", "", request.seed, "", HEIGHT, WIDTH, request.frames, 24.0,
            0, "queued", "",
        )  # fmt: skip
        self.takes.create(take_id, to_bundle(request, arrays), info)
        with self.catalog.open(self.world_id) as world:
            done = TakeJob(request, arrays, self.context(take_id, world, cancelled), engine).run()
        return done, [self.frame(take_id, i) for i in range(len(request.frames))]

    def frame(self, take_id, index):
        return decode_image(self.takes.frame_path(take_id, index).read_bytes())

    def seed_view(self, engine, image):
        request, arrays = seed_view_request(self.data_dir, image)
        with self.catalog.open(self.world_id) as world:
            write_seed_view(request, arrays, self.context(new_id(), world), engine)

    def tokens(self, engine):
        with self.catalog.open(self.world_id) as world:
            return Memory.load(world, engine).tokens


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_take_makes_every_frame_and_becomes_part_of_the_world(place, engine):
    info, frames = place.take(engine)
    assert all(frame.shape == (HEIGHT, WIDTH, 3) for frame in frames)
    assert info.frames_done == 5 and info.key_frames and info.coverage == 0
    assert {"raycast", "read", "denoise", "decode", "write"} <= set(info.seconds)
    assert [e.index for e in place.events if e.kind == "frame"] == [0, 1, 2, 3, 4]
    assert place.catalog.stats(place.world_id).tokens == len(place.tokens(engine)) > 0


def test_a_closed_loop_comes_back_to_the_same_frame(place, engine):
    """First and last camera are equal, and the movers are back: memory must give the same picture."""
    _, frames = place.take(engine)
    difference = np.abs(frames[0].astype(int) - frames[-1].astype(int))
    assert difference.mean() < 0.5 and np.abs(frames[0].astype(int) - frames[2].astype(int)).mean() > 2


def test_without_memory_the_loop_does_not_close_and_nothing_is_remembered(place, engine):
    _, frames = place.take(engine, use_memory=False)
    assert np.abs(frames[0].astype(int) - frames[-1].astype(int)).mean() > 0.5
    assert len(place.tokens(engine)) == 0


def test_a_second_take_of_a_known_place_generates_nothing(place, engine):
    first, frames = place.take(engine)
    again, repeated = place.take(engine)
    assert again.key_frames == () and again.coverage > 0.97
    known = len(place.tokens(engine))
    place.take(engine)
    assert len(place.tokens(engine)) - known < 0.02 * known, "memory is bounded by surface, not by takes"
    assert np.abs(frames[0].astype(int) - repeated[0].astype(int)).mean() < 1.0
    assert first.take_id != again.take_id


def test_a_seed_view_is_what_the_first_key_frame_does_not_generate(place, engine):
    image = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    place.seed_view(engine, image)
    seeded = len(place.tokens(engine))
    info, _ = place.take(engine)
    assert seeded > 0 and 0 not in info.key_frames and 0.3 < info.coverage < 1


def test_cancel_keeps_finished_frames_and_leaves_the_world_as_it_was(place, engine):
    place.take(engine)
    before = len(place.tokens(engine))
    made = []

    def after_two_frames():
        made.extend(e for e in place.events if e.kind == "frame")
        return len({e.index for e in place.events[-4:] if e.kind == "frame"}) >= 1

    place.events.clear()
    with pytest.raises(Cancelled):
        place.take(engine, cancelled=after_two_frames, seed=1)
    assert any(e.kind == "frame" for e in place.events)
    assert len(place.tokens(engine)) == before


def test_other_weights_than_asked_for_are_refused(place, engine):
    with pytest.raises(Conflict, match="asks for the weights abc"):
        place.take(engine, weights="abc")


def test_a_look_that_sees_nothing_is_refused_in_one_sentence(place, engine):
    request, arrays = seed_view_request(place.data_dir, np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    arrays["c2w"] = arrays["c2w"].copy()
    arrays["c2w"][:, :3, 3] += 1000
    with place.catalog.open(place.world_id) as world, pytest.raises(InvalidRequest, match="sees nothing"):
        write_seed_view(request, arrays, place.context(new_id(), world), engine)
    assert len(place.tokens(engine)) == 0


@pytest.mark.parametrize("size", [(1080, 1920), (301, 203), (36, 64), (2000, 500)])
def test_a_look_is_fitted_without_moving_what_it_shows(size):
    height, width = size
    image = np.zeros((height, width, 3), np.uint8)
    K = np.array([[800.0, 0, width / 2], [0, 800, height / 2], [0, 0, 1]])
    fitted, scaled = fit(image, K, 4, 960)
    assert fitted.shape[0] % 4 == fitted.shape[1] % 4 == 0 and max(fitted.shape) <= 960
    # The same ray: relative to the whole resized picture, the principal point and focal length stay.
    assert scaled[0, 2] / scaled[0, 0] == pytest.approx(K[0, 2] / K[0, 0])
    assert scaled[1, 2] / scaled[1, 1] == pytest.approx(K[1, 2] / K[1, 1])
    assert scaled[1, 1] / scaled[0, 0] == pytest.approx(1, abs=0.01)
