"""Regenerating only what is stale: what is taken over, what is asked of the engine, and what the new take then is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.engines import CountingEngine
from tests.support.place import HEIGHT, Place, pan, request_along

PATH = pan(6)


@pytest.fixture
def engine():
    return CountingEngine()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def notes(place) -> list[str]:
    return [event.message for event in place.events if event.kind == "note"]


def test_only_what_a_moved_crate_changed_is_made_anew(place, engine) -> None:
    base = place.take(engine, *request_along(place.data_dir, PATH)).take_id
    request, arrays = request_along(place.data_dir, PATH, crate_at=0.3, base_take=base)
    (found,) = place.survey(engine, request, arrays, base).stale
    made_anew = {request.frames.index(frame) for frame in found.frames}
    engine.calls.clear()
    place.events.clear()
    info = place.take(engine, request, arrays)
    assert set(info.reused) == set(range(6)) - made_anew and 0 < len(made_anew) < 6
    assert info.base_take == base and not notes(place)
    assert engine.calls["decode"] == engine.calls["refine"] == len(made_anew)
    assert engine.calls["generate"] == len(info.key_frames) and set(info.key_frames) <= made_anew
    assert [event.index for event in place.events if event.kind == "frame"] == list(range(6))
    for index in range(6):
        same = place.png(info.take_id, index) == place.png(base, index)
        assert same or index in made_anew
    changed = [i for i in made_anew if place.png(info.take_id, i) != place.png(base, i)]
    assert changed, "the crate is somewhere else"


def test_the_new_take_is_a_commit_like_any_other_and_up_to_date(place, engine) -> None:
    base = place.take(engine, *request_along(place.data_dir, PATH)).take_id
    request, arrays = request_along(place.data_dir, PATH, crate_at=0.3, base_take=base)
    known = len(place.memory(engine).tokens)
    info = place.take(engine, request, arrays)
    assert place.survey(engine, request, arrays, info.take_id).stale[0].frames == ()
    with place.catalog.open(place.world_id) as world:
        assert [commit.take_id for commit in world.history().commits] == [base, info.take_id]
        assert world.history().commits[1].tokens == len(place.memory(engine).tokens) - known
    # What was taken over belongs to the new take: the base may go.
    kept = [place.png(info.take_id, index) for index in range(6)]
    place.takes.delete(base)
    assert [place.png(info.take_id, index) for index in range(6)] == kept


def test_where_nothing_changed_the_engine_is_not_asked(place, engine) -> None:
    base = place.take(engine, *request_along(place.data_dir, PATH))
    engine.calls.clear()
    request, arrays = request_along(place.data_dir, PATH[2:] + PATH[-1:], frames=(3, 4, 5, 6, 7))
    info = place.take(engine, replace(request, base_take=base.take_id), arrays)
    assert info.reused == (0, 1, 2, 3), "matched by Blender's frame numbers"
    assert engine.calls == {"refine": 1, "decode": 1}
    assert [place.png(info.take_id, i) for i in range(4)] == [place.png(base.take_id, i) for i in range(2, 6)]


def test_a_take_of_a_take_of_a_take(place, engine) -> None:
    take_id = place.take(engine, *request_along(place.data_dir, PATH)).take_id
    for crate_at in (0.3, 0.0, 0.0):
        request, arrays = request_along(place.data_dir, PATH, crate_at=crate_at, base_take=take_id)
        take_id = place.take(engine, request, arrays).take_id
    assert len(place.takes.info(take_id).reused) == 6


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"height": HEIGHT + 8}, "another size"),
        ({"prompt": "brick"}, "another prompt"),
        ({"seed": 8}, "another seed"),
        ({"use_memory": False}, "another use of memory"),
        ({"look_strength": 0.5}, "another strength of the look"),
    ],
)
def test_a_base_of_other_settings_lends_nothing_and_a_note_says_why(place, engine, change, word) -> None:
    base = place.take(engine, *request_along(place.data_dir, PATH[:2])).take_id
    request, arrays = request_along(place.data_dir, PATH[:2], base_take=base)
    info = place.take(engine, replace(request, **change), arrays)
    (note,) = notes(place)
    assert info.reused == () and word in note


def test_a_base_by_other_weights_or_from_elsewhere_lends_nothing(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH[:2])
    base = place.take(engine, request, arrays).take_id
    assert place.take(CountingEngine("newer"), replace(request, base_take=base), arrays).reused == ()
    never_finished = place.queue(request, arrays)
    assert place.take(engine, replace(request, base_take=never_finished), arrays).reused == ()
    assert place.take(engine, replace(request, base_take="0" * 32), arrays).reused == ()
    home, place.world_id = place.world_id, place.catalog.create("another").world_id
    assert place.take(engine, replace(request, base_take=base), arrays).reused == ()
    words = ["another weights", "was not finished", "no take", "another world"]
    assert [word in note for word, note in zip(words, notes(place), strict=True)] == [True] * 4
    place.world_id = place.catalog.fork(home, "fork").world_id
    assert place.take(engine, replace(request, base_take=base), arrays).reused == (0, 1), "a fork knows the take"


def test_a_frame_whose_picture_is_gone_is_made_anew(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH[:3])
    base = place.take(engine, request, arrays).take_id
    place.takes.frame_path(base, 1).unlink()
    assert place.take(engine, replace(request, base_take=base), arrays).reused == (0, 2)


def test_without_memory_frames_are_taken_over_too(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH[:3], use_memory=False)
    base = place.take(engine, request, arrays).take_id
    place.seed_view(engine, np.full((72, 128, 3), 90, np.uint8))
    arrays["c2w"][2, 0, 3] += 0.1
    engine.calls.clear()
    assert place.take(engine, replace(request, base_take=base), arrays).reused == (0, 1)
    assert engine.calls == {"generate": 1, "decode": 1}
