"""A take that is cut short anywhere and begun again is the take that was never cut short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference_backend.errors import Cancelled
from inference_backend.generation import take as take_module
from inference_backend.generation.resume import Progress
from inference_backend.generation.take import TakeJob
from inference_backend.memory.tokens import Tokens
from inference_backend.storage.tensors import load_arrays
from inference_backend.worlds.take_files import FINGERPRINTS, PROGRESS
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along

COUNT, CHUNK = 10, 3
PATH = pan(COUNT)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch):
    """As a take of a few hundred frames has them, in one of ten."""
    monkeypatch.setattr(take_module, "CHUNK", CHUNK)


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, engine):
    """(events of the take, its frames, its tokens)."""
    before = take_module.CHUNK
    take_module.CHUNK = CHUNK
    place = Place(tmp_path_factory.mktemp("uninterrupted"))
    seeded(place, engine)
    info = place.take(engine, *request_along(place.data_dir, PATH))
    take_module.CHUNK = before
    return place, info


def seeded(place, engine):
    """A picture, so that the take both reads and generates."""
    place.seed_view(engine, np.random.default_rng(1).integers(0, 255, (40, 64, 3), np.uint8))
    place.events.clear()


def attempt(place, engine, take_id, request, arrays, events=None):
    """One attempt; with `events`, its process dies as it tells of that many."""
    told = []

    def report(event):
        told.append(event)
        if len(told) == events:
            raise Killed

    with place.catalog.open(place.world_id) as world:
        return TakeJob(request, arrays, place.context(take_id, world, report=report), engine).run(), told


def frames(place, take_id):
    return [place.png(take_id, index) for index in range(COUNT)]


def segment(place):
    with place.catalog.open(place.world_id) as world:
        return load_arrays(world.committed_segments()[-1].path)[0]


@pytest.mark.parametrize("draw", range(6))
def test_a_take_that_was_cut_short_is_the_same_to_the_bit(tmp_path, engine, uninterrupted, draw) -> None:
    whole, info = uninterrupted
    place = Place(tmp_path)
    seeded(place, engine)
    request, arrays = request_along(tmp_path, PATH)
    take_id = place.queue(request, arrays)
    # A cut in each sixth of the take, and before that up to two early ones.
    steps = len(whole.events)
    rng = np.random.default_rng(draw)
    last = int(rng.integers(draw * steps, (draw + 1) * steps)) // 6 + 1
    for cut in [*rng.integers(1, 2 + last // 4, rng.integers(0, 3)), last * 7 // 8]:
        with pytest.raises(Killed):
            attempt(place, engine, take_id, request, arrays, max(1, int(cut)))
        assert len(place.catalog.history(place.world_id).commits) == 1, "the picture's alone"
    resumed, _ = attempt(place, engine, take_id, request, arrays)
    assert frames(place, take_id) == frames(whole, info.take_id)
    ours, theirs = segment(place), segment(whole)
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    assert (resumed.key_frames, resumed.coverage) == (info.key_frames, info.coverage)
    assert (
        place.takes.file(take_id, FINGERPRINTS).read_bytes()
        == whole.takes.file(info.take_id, FINGERPRINTS).read_bytes()
    )
    assert not place.takes.file(take_id, PROGRESS).exists()


def test_finished_frames_are_not_made_again(tmp_path, engine) -> None:
    place = Place(tmp_path)
    request, arrays = request_along(tmp_path, PATH)
    take_id = place.queue(request, arrays)
    before_the_end = 1 + next(i for i, e in enumerate(place_events(place, engine, request, arrays)) if e.index == 7)
    with pytest.raises(Killed):
        attempt(place, engine, take_id, request, arrays, before_the_end)
    engine.calls.clear()
    _, told = attempt(place, engine, take_id, request, arrays)
    assert [event.index for event in told if event.kind == "frame"] == [6, 7, 8, 9], "6 frames are two chunks"
    assert engine.calls == {"refine": 4, "decode": 4}, "and the key frames are known"


def place_events(place, engine, request, arrays):
    """The events of the same take in a world of its own."""
    other = Place(place.data_dir / "other")
    take_id = other.queue(request, arrays)
    for path in (place.data_dir / "meshes").iterdir():
        (other.data_dir / "meshes" / path.name).write_bytes(path.read_bytes())
    return attempt(other, engine, take_id, request, arrays)[1]


def test_a_take_whose_world_has_changed_meanwhile_is_begun_anew(tmp_path, engine) -> None:
    place = Place(tmp_path)
    request, arrays = request_along(tmp_path, PATH[:5])
    take_id = place.queue(request, arrays)
    with pytest.raises(Killed):
        attempt(place, engine, take_id, request, arrays, 16)
    assert place.takes.file(take_id, PROGRESS).is_file()
    seeded(place, engine)
    expected = place.take(engine, request, arrays)
    with place.catalog.open(place.world_id) as world:
        world.discard(expected.take_id)
    resumed, _ = attempt(place, engine, take_id, request, arrays)
    assert resumed.coverage == expected.coverage > 0
    assert [place.png(take_id, i) for i in range(5)] == [place.png(expected.take_id, i) for i in range(5)]


def test_with_a_base_take_and_without_memory(tmp_path, engine) -> None:
    place = Place(tmp_path)
    base = place.take(engine, *request_along(tmp_path, PATH)).take_id
    for changes in ({"crate_at": 0.3, "base_take": base}, {"use_memory": False}):
        request, arrays = request_along(tmp_path, PATH, **changes)
        take_id = place.queue(request, arrays)
        with pytest.raises(Killed):
            attempt(place, engine, take_id, request, arrays, 30)
        resumed, _ = attempt(place, engine, take_id, request, arrays)
        with place.catalog.open(place.world_id) as world:
            if world.has_segment(take_id):
                world.discard(take_id)
        expected = place.take(engine, request, arrays)
        assert resumed.reused == expected.reused
        assert frames(place, take_id) == frames(place, expected.take_id)


def test_cancelled_between_hashes_and_commit_the_world_is_as_before(tmp_path, engine) -> None:
    place = Place(tmp_path)
    request, arrays = request_along(tmp_path, PATH[:3])
    take_id = place.queue(request, arrays)
    with place.catalog.open(place.world_id) as world:
        late = lambda: any(event.phase == "finishing" for event in place.events)  # noqa: E731
        with pytest.raises(Cancelled):
            TakeJob(request, arrays, place.context(take_id, world, late), engine).run()
        assert world.committed_segments() == [] and not place.takes.file(take_id, FINGERPRINTS).exists()


def test_progress_comes_back_piece_by_piece_or_not_at_all(tmp_path) -> None:
    generator = torch.Generator().manual_seed(0)
    pieces = tuple(
        replace(Tokens.empty(12).select(torch.zeros(0, dtype=torch.long)), **some(count, generator)) for count in (3, 5)
    )
    path = tmp_path / PROGRESS
    progress = Progress("basis", 32, (4, 1), 0.25, pieces)
    assert Progress.read(path, "basis", torch.device("cpu")) is None
    progress.write(path)
    found = Progress.read(path, "basis", torch.device("cpu"))
    assert (found.frames, found.key_frames, found.coverage) == (32, (4, 1), 0.25)
    for ours, theirs in zip(found.pieces, pieces, strict=True):
        assert all(np.array_equal(ours.to_arrays()[name], array) for name, array in theirs.to_arrays().items())
    assert Progress.read(path, "another basis", torch.device("cpu")) is None
    Progress("basis", 0, (), 0.0, ()).write(path)
    assert Progress.read(path, "basis", torch.device("cpu")).pieces == ()
    path.write_bytes(path.read_bytes()[:-5])
    assert Progress.read(path, "basis", torch.device("cpu")) is None


def some(count, generator):
    empty = Tokens.empty(12)
    return {
        name: (100 * torch.rand((count, *getattr(empty, name).shape[1:]), generator=generator)).to(
            getattr(empty, name).dtype
        )
        for name in empty.to_arrays()
    }
