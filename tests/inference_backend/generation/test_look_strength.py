"""The strength of the look: what was seen stays, what was not seen goes from the prompt alone to the look in full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference_backend.generation.look_strength import following, withheld
from inference_backend.generation.remember import Memory
from inference_backend.memory.cells import Cells
from inference_backend.memory.write import write
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along

PATH = pan(6)


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture(scope="module")
def frames(tmp_path_factory, engine):
    """The views of a camera path, and the memory of its first frame only."""
    from inference_backend.generation.observe import Views
    from inference_backend.generation.sights import CameraPath
    from inference_backend.worlds.ids import new_id

    place = Place(tmp_path_factory.mktemp("place"))
    request, arrays = request_along(place.data_dir, PATH)
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context(new_id(), world), engine)
        views = Views(path)
        seen = [views.at(index) for index in range(len(path))]
    cells = Cells.from_gbuffer(seen[0].cells)
    latents = torch.randn(len(cells), engine.spec.channels, generator=torch.Generator().manual_seed(0))
    return seen, Memory(write(latents, cells))


def told(frames, index):
    views, memory = frames
    return views[index], memory.knowledge(memory.recall(Cells.from_gbuffer(views[index].cells)), "brick")


MAKERS = {
    "refine": lambda engine, view, knowledge: engine.refine(view, knowledge),
    "generate": lambda engine, view, knowledge: engine.generate(view, knowledge, 2, 7),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_unseen_cells_go_from_nothing_known_to_all_known_and_seen_ones_stay(engine, frames, make) -> None:
    view, knowledge = told(frames, 2)
    covered = knowledge.readout.covered
    assert 0 < covered.sum() < len(covered) and knowledge.readout.borrowed.any()
    full, alone = make(engine, view, knowledge), make(engine, view, withheld(knowledge))
    seen = covered.view(full.shape[-2:])
    for strength in (0.0, 0.3, 1.0):
        made = make(following(engine, strength), view, knowledge)
        assert torch.equal(made[:, seen], full[:, seen])
        expected = alone + strength * (full - alone)
        torch.testing.assert_close(made[:, ~seen], expected[:, ~seen])
    assert not torch.allclose(full[:, ~seen], alone[:, ~seen])


def test_nothing_of_the_look_is_left_when_it_is_withheld_but_the_cells_own(frames) -> None:
    _, knowledge = told(frames, 2)
    left = withheld(knowledge)
    assert not left.moments.look().any() and not left.readout.borrowed.any()
    assert not left.moments.palette(torch.arange(9)).any()
    own = knowledge.readout.covered
    assert torch.equal(left.readout.token[own], knowledge.readout.token[own])
    assert (left.readout.token[knowledge.readout.borrowed] == -1).all()
    assert not left.readout.features(left.tokens)[knowledge.readout.borrowed].any()
    assert left.prompt == "brick"


def test_a_frame_that_was_all_seen_is_the_same_and_costs_the_same(engine, frames) -> None:
    view, knowledge = told(frames, 0)
    known = replace(knowledge, readout=replace(knowledge.readout, covered=torch.ones_like(knowledge.readout.covered)))
    engine.calls.clear()
    made = following(engine, 0.0).refine(view, known)
    assert engine.calls == {"refine": 1}
    assert torch.equal(made, engine.refine(view, known))
    assert following(engine, 1.0) is engine


def test_a_take_notes_its_strength_and_is_stale_under_another(tmp_path, engine) -> None:
    place = Place(tmp_path)
    place.seed_view(engine, np.random.default_rng(0).integers(0, 256, (72, 128, 3), np.uint8))
    request, arrays = request_along(tmp_path, PATH[3:5])
    fork = place.catalog.fork(place.world_id, "fork").world_id
    full = place.take(engine, request, arrays)
    home, place.world_id = place.world_id, fork
    none = place.take(engine, replace(request, look_strength=0.0), arrays)
    assert place.png(full.take_id, 0) != place.png(none.take_id, 0)
    assert place.survey(engine, request, arrays, none.take_id).stale[0].reasons == ("settings",)
    same = replace(request, look_strength=0.0)
    assert place.survey(engine, same, arrays, none.take_id).stale[0].frames == ()
    place.world_id = home
    assert place.survey(engine, request, arrays, full.take_id).stale[0].frames == ()
