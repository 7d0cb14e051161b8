"""What is kept between jobs is what would be loaded, or is not used."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.errors import Cancelled
from inference_backend.generation import shelf as shelf_module
from inference_backend.generation.remember import Memory
from inference_backend.generation.shelf import Shelf
from inference_backend.generation.take import TakeJob
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along

PATH = pan(4)


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture
def loads(monkeypatch):
    """The worlds that were loaded from disk by the shelf."""
    told: list[str] = []

    class Watched(Memory):
        @classmethod
        def load(cls, world, *rest):
            told.append(world.world_id)
            return Memory.load(world, *rest)

    monkeypatch.setattr(shelf_module, "Memory", Watched)
    return told


def take(place, engine, shelf, cancelled=lambda: False, **changes):
    request, arrays = request_along(place.data_dir, PATH, **changes)
    take_id = place.queue(request, arrays)
    with place.catalog.open(place.world_id) as world:
        info = TakeJob(request, arrays, place.context(take_id, world, cancelled), engine, shelf).run()
    return info, [place.png(take_id, index) for index in range(len(PATH))]


def test_takes_of_one_world_load_it_once_and_are_as_without_a_shelf(tmp_path, engine, loads) -> None:
    kept, alone, shelf = Place(tmp_path / "kept"), Place(tmp_path / "alone"), Shelf()
    for crate_at in (0.0, 0.0, 0.3):
        ours, frames = take(kept, engine, shelf, crate_at=crate_at)
        theirs, expected = take(alone, engine, None, crate_at=crate_at)
        assert frames == expected and (ours.key_frames, ours.coverage) == (theirs.key_frames, theirs.coverage)
    assert loads.count(kept.world_id) == 1 and loads.count(alone.world_id) == 3


def test_what_changed_meanwhile_is_loaded_again(tmp_path, engine, loads) -> None:
    place, shelf = Place(tmp_path), Shelf()
    first, _ = take(place, engine, shelf)
    changes = [
        lambda world: world.revert(first.take_id),
        lambda world: world.restore(first.take_id),
        lambda world: world.set_budget(77),
    ]
    for change in changes:
        with place.catalog.open(place.world_id) as world:
            change(world)
            before = len(loads)
            memory = shelf.claim(world, engine)
            assert len(loads) == before + 1
            np.testing.assert_array_equal(memory.tokens.position, Memory.load(world, engine).tokens.position)
            shelf.put(world, engine, memory)
            assert shelf.claim(world, engine) is memory and len(loads) == before + 1
            shelf.put(world, engine, memory)


def test_a_cancelled_take_leaves_behind_nothing_that_it_learned(tmp_path, engine, loads) -> None:
    place, shelf = Place(tmp_path), Shelf()
    take(place, engine, shelf)
    for phase in ("generating", "generating new areas", "finishing"):
        place.events.clear()
        with pytest.raises(Cancelled):
            reached = lambda phase=phase: any(event.phase == phase for event in place.events)  # noqa: E731
            take(place, engine, shelf, reached, crate_at=0.3 if phase != "generating" else 0.0)
        with place.catalog.open(place.world_id) as world:
            memory, expected = shelf.claim(world, engine), Memory.load(world, engine)
            assert len(memory.tokens) == len(expected.tokens) and not memory.pieces
            shelf.put(world, engine, memory)


def test_another_world_takes_its_place(tmp_path, engine, loads) -> None:
    one, other, shelf = Place(tmp_path / "one"), Place(tmp_path / "other"), Shelf()
    for place in (one, other, one):
        take(place, engine, shelf)
    assert loads == [one.world_id, other.world_id, one.world_id]
