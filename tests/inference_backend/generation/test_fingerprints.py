"""What a change makes stale: real takes, then the same path surveyed after the change. The oracles look at the whole
frames and at the rows of the store, which the hashes never do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from blender_mirage.wire.greybox import lamp_values
from blender_mirage.wire.history import ForgetRequest
from blender_mirage.wire.survey import FrameSurvey
from inference_backend.errors import BackendError
from inference_backend.generation.fingerprints import FrameFingerprint, Settings, TakeFingerprints, staleness
from inference_backend.generation.observe import Views
from inference_backend.generation.sights import CameraPath
from inference_backend.worlds.forgetting import forget
from inference_backend.worlds.take_files import FINGERPRINTS
from tests.support.engines import CountingEngine
from tests.support.place import HEIGHT, WIDTH, Place, pan, request_along

PATH = pan(6)
ASIDE = [((1.0 - 0.2 * k, -2.2, 1.6), (0.3, 0.5, 0.4)) for k in range(3)]
"""Another shot, of which only a part lies in the first one's view."""


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture(scope="module")
def made(tmp_path_factory, engine):
    """A world with one take. Tests that change the world take one of their own."""
    place = Place(tmp_path_factory.mktemp("made"))
    info = place.take(engine, *request_along(place.data_dir, PATH))
    return place, info.take_id


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def stale(place, engine, request, arrays, take_id):
    (found,) = place.survey(engine, request, arrays, take_id).stale
    assert found.take_id == take_id
    return found.frames, found.reasons


def views(place, engine, request, arrays):
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context("0" * 32, world), engine)
        every = Views(path)
        return [every.at(index) for index in range(len(path))]


def rows_read(place, engine, request, arrays):
    """The memory, and the rows of it that each frame's cells read, [N,K] each."""
    memory = place.memory(engine)
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context("0" * 32, world), engine)
        return memory, [memory.read(path.sight(index, memory).cells).token for index in range(len(path))]


def test_where_nothing_changed_nothing_is_stale(made, engine) -> None:
    place, take_id = made
    assert stale(place, engine, *request_along(place.data_dir, PATH), take_id) == ((), ())
    # The newest live take of the shot is the one that is meant when none is named.
    assert place.survey(engine, *request_along(place.data_dir, PATH)).stale[0].take_id == take_id
    assert place.survey(engine, *request_along(place.data_dir, PATH, shot="another")).stale == ()


def test_planes_count_where_they_cut_something_away(made, engine) -> None:
    """Takes of add-ons that did not send them stay fresh where nothing is cut, and those of others where that stays."""
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    planes = np.repeat([[0.01, 100.0]], len(PATH), 0)
    assert stale(place, engine, request, {**arrays, "clip": planes}, take_id) == ((), ())
    planes[2:4, 0] = 3.5
    assert stale(place, engine, request, {**arrays, "clip": planes}, take_id) == ((3, 4), ("camera",))


def test_part_of_a_shot_is_as_fresh_as_the_whole(made, engine) -> None:
    """Which objects count as moving, and the frame before, must not matter."""
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH[3:], frames=(4, 5, 6))
    assert stale(place, engine, request, arrays, take_id) == ((), ())
    arrays["moving"] = np.zeros(0, np.int32)
    arrays["moving_transforms"] = arrays["moving_transforms"][:0]
    assert stale(place, engine, request, arrays, take_id) == ((), ())


@pytest.mark.parametrize("first", [0, 1, 4])
@pytest.mark.parametrize("what", ["place", "turn", "lens"])
def test_a_camera_that_moved_from_a_frame_on(made, engine, first, what) -> None:
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    if what == "place":
        arrays["c2w"][first:, 0, 3] += 1e-3
    elif what == "turn":
        angle = 1e-3
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        arrays["c2w"][first:, :3, :3] = turn @ arrays["c2w"][first:, :3, :3]
    else:
        arrays["K"][first:, 0, 0] += 0.05
    assert stale(place, engine, request, arrays, take_id) == (request.frames[first:], ("camera",))


def test_another_resolution_and_frames_that_were_never_made(made, engine) -> None:
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    larger = replace(request, height=HEIGHT + 8)
    assert stale(place, engine, larger, arrays, take_id) == (request.frames, ("camera",))
    request, arrays = request_along(place.data_dir, pan(6) + [PATH[-1]])
    assert stale(place, engine, request, arrays, take_id) == ((7,), ("camera",))


@pytest.mark.parametrize("crate_at", [0.02, 0.3, -0.4])
def test_a_crate_that_was_moved_makes_stale_the_frames_that_it_changes(made, engine, crate_at) -> None:
    place, take_id = made
    before = views(place, engine, *request_along(place.data_dir, PATH))
    after = views(place, engine, *request_along(place.data_dir, PATH, crate_at=crate_at))
    seen = [differ(a.pixels, b.pixels) or differ(a.cells, b.cells, ("rest_position",))
            for a, b in zip(before, after, strict=True)]  # fmt: skip
    shaded = [not (np.array_equal(a.light, b.light) and np.array_equal(a.occlusion, b.occlusion))
              for a, b in zip(before, after, strict=True)]  # fmt: skip
    frames, reasons = stale(place, engine, *request_along(place.data_dir, PATH, crate_at=crate_at), take_id)
    assert reasons == ("greybox",)
    assert {i + 1 for i, changed in enumerate(seen) if changed} <= set(frames)
    assert set(frames) <= {i + 1 for i, changed in enumerate(np.logical_or(seen, shaded)) if changed}
    assert 0 < len(frames) < len(PATH), "the crate is in view in some frames only"


def differ(a, b, names=("anchor", "depth_z")) -> bool:
    return any(not np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_a_lamp_that_is_dimmed_over_the_shot(made, engine) -> None:
    """Only the frames at which it is dim are lit otherwise, and only those are stale."""
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    before = views(place, engine, request, arrays)
    values = np.tile(lamp_values(request.greybox.lamps[0]), (1, len(PATH), 1))
    assert stale(place, engine, request, {**arrays, "lamp_values": values}, take_id) == ((), ())
    values[0, 3:, 3] /= 4
    dimmed = {**arrays, "lamp_values": values}
    assert stale(place, engine, request, dimmed, take_id) == ((4, 5, 6), ("greybox",))
    after = views(place, engine, request, dimmed)
    ratios = [float(now.light.sum() / then.light.sum()) for then, now in zip(before, after, strict=True)]
    assert ratios == pytest.approx([1, 1, 1, 0.25, 0.25, 0.25], rel=1e-3)
    dark = {**arrays, "ambient": np.tile(request.greybox.ambient, (len(PATH), 1)) * np.arange(1, 7)[:, None]}
    assert stale(place, engine, request, dark, take_id) == ((2, 3, 4, 5, 6), ("greybox",))


def test_a_lamp_that_went_dark_and_a_wall_that_was_painted(made, engine) -> None:
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    dark = replace(request.greybox, lamps=(replace(request.greybox.lamps[0], energy=100.0),))
    frames, reasons = stale(place, engine, replace(request, greybox=dark), arrays, take_id)
    assert frames == request.frames and reasons == ("greybox",)
    floor, *others = request.greybox.instances
    painted = replace(floor, materials=(replace(floor.materials[0], base_color=(0.1, 0.2, 0.3)),))
    bright = replace(request.greybox, instances=(painted, *others))
    assert stale(place, engine, replace(request, greybox=bright), arrays, take_id)[1] == ("greybox",)
    renamed = tuple(replace(instance, name=f"My {instance.name}") for instance in request.greybox.instances)
    same = replace(request, greybox=replace(request.greybox, instances=renamed))
    assert stale(place, engine, same, arrays, take_id) == ((), ()), "names are for people"


@pytest.mark.parametrize(
    ("change", "stays"),
    [({"prompt": "brick"}, False), ({"seed": 8}, False), ({"steps": 3}, False), ({"fps": 30}, True)],
)
def test_other_settings_make_every_frame_stale(made, engine, change, stays) -> None:
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    expected = ((), ()) if stays else (request.frames, ("settings",))
    assert stale(place, engine, replace(request, **change), arrays, take_id) == expected


def test_other_weights_make_every_frame_stale(made) -> None:
    place, take_id = made
    request, arrays = request_along(place.data_dir, PATH)
    assert stale(place, CountingEngine("newer"), request, arrays, take_id) == (request.frames, ("settings",))


def test_an_object_that_is_forgotten_makes_stale_the_frames_that_read_it(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH)
    take_id = place.take(engine, request, arrays).take_id
    memory, rows = rows_read(place, engine, request, arrays)
    crate = request.greybox.instances[5].anchor
    with place.catalog.open(place.world_id) as world:
        anchor = next(anchor.id for anchor in world.anchors() if anchor.name.startswith(f"{crate}|"))
    of_crate = torch.nonzero(memory.tokens.anchor == anchor)[:, 0]
    expected = tuple(i + 1 for i, read in enumerate(rows) if torch.isin(read, of_crate).any())
    forget(place.catalog, place.world_id, ForgetRequest(anchor=crate), {})
    assert stale(place, engine, request, arrays, take_id) == (expected, ("memory",))
    assert 0 < len(expected) < len(PATH)


def test_a_take_that_is_reverted_makes_stale_the_frames_that_read_it_until_it_is_restored(place, engine) -> None:
    first, first_arrays = request_along(place.data_dir, ASIDE, shot="first")
    first_id = place.take(engine, first, first_arrays).take_id
    known = len(place.memory(engine).tokens)
    second, arrays = request_along(place.data_dir, PATH, shot="second")
    second_id = place.take(engine, second, arrays).take_id
    _, rows = rows_read(place, engine, second, arrays)
    expected = tuple(i + 1 for i, read in enumerate(rows) if ((read >= 0) & (read < known)).any())
    assert stale(place, engine, second, arrays, second_id) == ((), ())
    with place.catalog.open(place.world_id) as world:
        world.revert(first_id)
    assert stale(place, engine, second, arrays, second_id) == (expected, ("memory",))
    assert expected, "the two see a part of the room in common"
    with place.catalog.open(place.world_id) as world:
        world.restore(first_id)
    assert stale(place, engine, second, arrays, second_id) == ((), ())


def test_a_new_picture_makes_stale_the_frames_that_read_it(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH)
    take_id = place.take(engine, request, arrays).take_id
    _, before = rows_read(place, engine, request, arrays)

    def at_the_far_end(arrays) -> None:
        arrays["c2w"] = request_along(place.data_dir, [((1.6, -0.6, 1.0), (2.6, 2.0, 0.9))])[1]["c2w"]

    place.seed_view(engine, np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8), at_the_far_end)
    # New tokens come behind the old ones, whose rows stay. A picture also puts older tokens in its place behind others.
    _, after = rows_read(place, engine, request, arrays)
    expected = tuple(i + 1 for i, (old, new) in enumerate(zip(before, after, strict=True)) if not torch.equal(old, new))
    assert stale(place, engine, request, arrays, take_id) == (expected, ("memory",))
    assert 0 < len(expected) < len(PATH)


def test_a_take_without_memory_does_not_mind_what_the_world_remembers(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH[:2], use_memory=False)
    take_id = place.take(engine, request, arrays).take_id
    place.take(engine, *request_along(place.data_dir, PATH[:2]))
    assert stale(place, engine, request, arrays, take_id) == ((), ())
    with_memory = replace(request, use_memory=True)
    assert stale(place, engine, with_memory, arrays, take_id)[1] == ("memory", "settings")


def test_a_take_that_kept_no_fingerprints_is_stale_as_a_whole(made, engine, tmp_path) -> None:
    place, take_id = made
    assert TakeFingerprints.read(tmp_path / FINGERPRINTS) is None
    request, arrays = request_along(place.data_dir, PATH[:2])
    never_finished = place.queue(request, arrays)
    assert stale(place, engine, request, arrays, never_finished) == ((1, 2), ("settings",))
    (tmp_path / FINGERPRINTS).write_text('{"frames": 3}')
    with pytest.raises(BackendError, match="damaged"):
        TakeFingerprints.read(tmp_path / FINGERPRINTS)


def test_reasons_come_in_the_contracts_order_and_memory_is_none_where_something_else_changed() -> None:
    settings = Settings("previz", "w", "", 1, 4, True, HEIGHT, WIDTH)
    made = TakeFingerprints(settings, tuple(FrameFingerprint(i, "c", "g", "r") for i in range(4)))
    now = (
        FrameSurvey(0, 1, 0, 0, "c", "g", "r"),
        FrameSurvey(1, 1, 0, 0, "c", "g", "other"),
        FrameSurvey(2, 1, 0, 0, "other", "g", "other"),
        FrameSurvey(3, 1, 0, 0, "c", "other", "other"),
    )
    found = staleness("take", "shot", made, settings, now)
    assert found.frames == (1, 2, 3) and found.reasons == ("camera", "greybox", "memory")
    assert staleness("take", "shot", made, settings, (now[0], now[3])).reasons == ("greybox",)
