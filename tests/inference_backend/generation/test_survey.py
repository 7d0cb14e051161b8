"""Coverage of a camera path, over real worlds: before and after a take, from near and far, of copies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference_backend.errors import Cancelled
from inference_backend.generation.context import SurveyContext
from inference_backend.generation.coverage_picture import NEVER, PARTLY, SEEN, coverage_picture, picture_size
from inference_backend.generation.sights import CameraPath, memory_for, read_together
from inference_backend.generation.survey import coverage, make_survey
from inference_backend.memory.cells import Cells
from inference_backend.memory.directions import to_octahedral
from inference_backend.memory.read import GEOMETRY, ReadOut
from inference_backend.memory.tokens import Tokens
from inference_backend.storage.images import decode_image
from tests.support.engines import CountingEngine
from tests.support.place import HEIGHT, WIDTH, Place, pan, request_along

PATH = pan(6)


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory, engine):
    place = Place(tmp_path_factory.mktemp("made"))
    place.take(engine, *request_along(place.data_dir, PATH))
    return place


def test_before_anything_is_generated_nothing_was_seen_and_no_network_runs(place, engine) -> None:
    engine.calls.clear()
    survey = place.survey(engine, *request_along(place.data_dir, PATH))
    assert [(frame.seen, frame.partly, frame.never) for frame in survey.frames] == [(0, 0, 1)] * 6
    assert [frame.frame for frame in survey.frames] == [1, 2, 3, 4, 5, 6] and survey.stale == ()
    assert not engine.calls and place.catalog.stats(place.world_id).tokens == 0


def test_after_a_take_its_path_was_seen_and_the_way_back_was_not(made, engine) -> None:
    survey = made.survey(engine, *request_along(made.data_dir, PATH))
    assert min(frame.seen for frame in survey.frames) > 0.9
    turned = [((0.2, 2.0, 1.3), (x, -2.0, 0.7)) for x in (-1.0, 1.0)]
    behind = made.survey(engine, *request_along(made.data_dir, turned))
    assert max(frame.seen for frame in behind.frames) < 0.4 < min(frame.never for frame in behind.frames)
    for frame in (*survey.frames, *behind.frames):
        assert frame.seen + frame.partly + frame.never == pytest.approx(1)
        assert {len(frame.camera), len(frame.greybox), len(frame.readout)} == {16}


@pytest.mark.parametrize(("zoom", "seen"), [(1.0, True), (1.6, True), (2.6, False), (6.0, False)])
def test_close_up_what_was_seen_from_afar_is_partly_seen(made, engine, zoom, seen) -> None:
    request, arrays = request_along(made.data_dir, PATH)
    arrays["K"] = arrays["K"] * [[zoom, 1, 1], [1, zoom, 1], [1, 1, 1]]
    frames = made.survey(engine, request, arrays).frames
    assert min(frame.seen if seen else frame.partly for frame in frames) > 0.8
    assert max(frame.never for frame in frames) < 0.05


def test_shares_are_those_of_the_cells_that_memory_covers(made, engine) -> None:
    request, arrays = request_along(made.data_dir, [((0.6, -2.4, 1.0), (1.9, 0.2, 0.9)), ((1.2, 1.0, 2.0), (0, 0, 0))])
    memory = made.memory(engine)
    with made.catalog.open(made.world_id) as world:
        path = CameraPath(request, arrays, made.context("0" * 32, world), engine)
        lacking = [1 - memory.read(path.sight(i, memory).cells).covered.float().mean().item() for i in range(2)]
    survey = made.survey(engine, request, arrays)
    assert [frame.never for frame in survey.frames] == pytest.approx(lacking)


def test_many_frames_read_at_once_are_read_as_each_alone(made, engine, monkeypatch) -> None:
    request, arrays = request_along(made.data_dir, PATH)
    together = made.survey(engine, request, arrays)
    monkeypatch.setattr("inference_backend.generation.sights.CELLS_AT_ONCE", 1)
    assert made.survey(engine, request, arrays).frames == together.frames


def test_a_copy_shows_what_its_twin_showed_in_part(place, engine) -> None:
    """A duplicated crate, of which nobody has seen anything."""
    request, arrays = request_along(place.data_dir, PATH[:3])
    place.take(engine, request, arrays)
    crate = request.greybox.instances[5]
    twin = replace(crate, anchor="twin", name="Twin")
    doubled = replace(request, greybox=replace(request.greybox, instances=(*request.greybox.instances, twin)))
    there = arrays["transforms"][5].copy()
    there[:3, 3] += (-0.7, 0.1, 0.0)
    arrays |= {
        "transforms": np.concatenate([arrays["transforms"], there[None]]),
        "visible": np.ones((len(doubled.greybox.instances), 3), np.uint8),
    }
    place.survey(engine, doubled, arrays)
    memory = place.memory(engine)
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(doubled, arrays, place.context("0" * 32, world), engine)
        anchor = next(anchor.id for anchor in world.anchors() if anchor.name.startswith("twin|"))
        sights = [path.sight(index, memory) for index in range(3)]
        states = [
            (s.cells.anchor.numpy(), coverage(r, memory.tokens, s.cells)) for s, r in read_together(sights, memory)
        ]
    of_twin = np.concatenate([state[anchors == anchor] for anchors, state in states])
    assert len(of_twin) >= 20 and (of_twin == PARTLY).mean() > 0.5 and not (of_twin == SEEN).any()


@pytest.mark.parametrize(
    ("coarser", "token_cosine", "own_cosine", "shared", "expected"),
    [
        (0.0, 0.9, 0.9, False, SEEN),
        (-2.0, 0.9, 0.9, False, SEEN),
        (0.9, 0.9, 0.9, False, SEEN),
        (1.5, 0.9, 0.9, False, PARTLY),
        (0.0, 0.2, 0.9, False, PARTLY),
        (0.0, 0.2, 0.2, False, SEEN),
        (0.0, 0.9, 0.9, True, PARTLY),
    ],
)
def test_what_partly_means(coarser, token_cosine, own_cosine, shared, expected) -> None:
    """One cell that reads one token, which covers it."""
    up = torch.tensor([[0.0, 0.0, 1.0]])

    def view(cosine):
        return torch.tensor([[np.sqrt(1 - cosine**2), 0.0, cosine]], dtype=torch.float32)

    token = replace(
        Tokens.empty(12).select(torch.zeros(0, dtype=torch.long)),
        anchor=torch.ones(1, dtype=torch.int32),
        normal=to_octahedral(up),
        view=to_octahedral(view(token_cosine)),
    )
    tokens = Tokens(**{**vars(token), **{name: array[:1] for name, array in blank(token).items()}})
    geometry = torch.zeros(1, 1, GEOMETRY)
    geometry[..., 2] = coarser
    true = torch.ones(1, dtype=torch.bool)
    readout = ReadOut(torch.zeros(1, 1, dtype=torch.long), geometry, true, ~true, true if shared else ~true)
    one = torch.ones(1, dtype=torch.int32)
    cells = Cells(one, one, up, up, view(own_cosine), up, up, torch.ones(1))
    assert coverage(readout, tokens, cells).tolist() == [expected]
    unknown = replace(readout, covered=~true, token=torch.full((1, 1), -1))
    assert coverage(unknown, tokens, cells).tolist() == [NEVER]


def blank(token) -> dict:
    """One row for each field that `token` leaves empty."""
    return {
        name: torch.zeros((1, *field.shape[1:]), dtype=field.dtype)
        for name, field in vars(token).items()
        if len(field) == 0
    }


def test_a_survey_stops_when_it_is_cancelled(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH)
    survey_id = place.queue(request, arrays)
    with place.catalog.open(place.world_id) as world:
        stop = lambda: sum(event.phase == "survey" and event.kind == "progress" for event in place.events) == 3  # noqa: E731
        context = SurveyContext(**vars(place.context(survey_id, world, stop)), surveys=place.surveys)
        from blender_mirage.wire.survey import SurveyRequest

        with pytest.raises(Cancelled):
            make_survey(SurveyRequest(request, pictures=False), arrays, context, engine)
    assert [event.done for event in place.events if event.kind == "progress"] == [0, 1, 2]


def test_a_picture_of_every_frame_as_it_is_ready(made, engine) -> None:
    made.events.clear()
    survey = made.survey(engine, *request_along(made.data_dir, PATH), pictures=True)
    assert [event.index for event in made.events if event.kind == "frame"] == list(range(6))
    for index in range(6):
        assert decode_image(made.surveys.picture(survey.survey_id, index)).shape == (HEIGHT, WIDTH, 3)


def test_the_states_are_told_apart_by_lightness_alone() -> None:
    """As somebody sees them who sees no colours; and what was never seen also by its stripes."""
    grey = np.full((60, 90), 140, np.uint8)
    state = np.repeat([[NEVER, PARTLY, SEEN]], 2, 0).astype(np.uint8)
    picture = coverage_picture(grey, state, legend=False)
    luminance = (picture @ np.array([0.2126, 0.7152, 0.0722])).reshape(60, 3, 30)
    never, partly, seen = luminance.mean((0, 2))
    assert abs(never - partly) > 15 and abs(partly - seen) > 15 and abs(never - seen) > 5
    assert luminance[:, 0].std() > 5 and max(luminance[:, 1].std(), luminance[:, 2].std()) < 0.1


def test_the_legend_fits_or_stays_away() -> None:
    grey, state = np.full((360, 640), 140, np.uint8), np.full((90, 160), SEEN, np.uint8)
    plain, told = (coverage_picture(grey, state, legend=legend) for legend in (False, True))
    assert not np.array_equal(plain, told) and np.array_equal(plain[:300], told[:300])
    small = coverage_picture(grey[:40, :64], state[:10, :16])
    assert np.array_equal(small, coverage_picture(grey[:40, :64], state[:10, :16], legend=False))


@pytest.mark.parametrize(
    ("size", "expected"), [((200, 320), (200, 320)), ((1080, 1920), (225, 400)), ((400, 64), (400, 64))]
)
def test_pictures_are_no_larger_than_they_need_be(size, expected) -> None:
    assert picture_size(*size) == expected


def test_who_wants_no_memory_is_shown_none(made, engine) -> None:
    request, arrays = request_along(made.data_dir, PATH[:1], use_memory=False)
    with made.catalog.open(made.world_id) as world:
        assert len(memory_for(request, made.context("0" * 32, world), engine).tokens) == 0
    assert made.survey(engine, request, arrays).frames[0].never == 1


def test_a_mirrored_camera_sees_what_the_other_sees(made, engine) -> None:
    """Under a parent of negative scale Blender renders a mirrored picture; what memory knows of it is the same."""
    request, arrays = request_along(made.data_dir, PATH)
    mirror = np.diag([-1.0, 1.0, 1.0])
    mirror[0, 2] = WIDTH
    plain = made.survey(engine, request, arrays).frames
    mirrored = made.survey(engine, request, {**arrays, "K": mirror @ arrays["K"]}).frames
    for one, other in zip(plain, mirrored, strict=True):
        assert (other.seen, other.partly, other.never) == pytest.approx((one.seen, one.partly, one.never), abs=0.03)
