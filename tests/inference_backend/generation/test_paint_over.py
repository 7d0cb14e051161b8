"""Painting on a frame: the whole world follows, where it was painted and nowhere else, until it is reverted."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from blender_mirage.wire.messages import Greybox, SeedViewRequest
from inference_backend.errors import InvalidRequest, NotFound
from inference_backend.generation.paint_over import changed_cells
from inference_backend.generation.seed_view import write_seed_view
from inference_backend.memory.cells import Cells
from inference_backend.models.registry import load_engine
from inference_backend.storage.images import decode_image
from inference_backend.worlds.ids import new_id
from tests.support.engines import CountingEngine
from tests.support.greybox import pinhole
from tests.support.place import HEIGHT, WIDTH, Place, pan, request_along

PATH = pan(6)
CRATE = (slice(20, 32), slice(24, 40))
"""Rows and columns of the first frame that show the crate, and some wall and floor."""


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture
def place(tmp_path, engine):
    """A world that knows all of a take, which is its only one."""
    place = Place(tmp_path)
    place.seed_view(engine, np.random.default_rng(0).integers(0, 256, (72, 128, 3), np.uint8))
    request, arrays = request_along(tmp_path, PATH)
    place.first = place.take(engine, request, arrays).take_id
    return place


def frame(place, take_id, index=0):
    return decode_image(place.png(take_id, index))


def paint(place, engine, take_id, image, number=1, world_id=""):
    request = SeedViewRequest("paint-over", "previz", Greybox(()), number, "ada", "Camera", take_id)
    painted_id = new_id()
    with place.catalog.open(world_id or place.world_id) as world:
        write_seed_view(request, {"image": image}, place.context(painted_id, world), engine)
    return painted_id


def red(image, rows_and_columns=CRATE):
    painted = image.copy()
    painted[rows_and_columns] = (255, 20, 20)
    return painted


def cells_at(place, engine, index, request=None):
    """What the take's camera sees at a frame, by a path of its own."""
    from inference_backend.generation.observe import Views
    from inference_backend.generation.sights import CameraPath

    request, arrays = request or request_along(place.data_dir, PATH)
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context(new_id(), world), engine)
        return Cells.from_gbuffer(Views(path).at(index).cells)


def test_painted_cells_read_what_was_painted_and_every_other_what_it_read_before(place, engine) -> None:
    cells, before = cells_at(place, engine, 0), place.memory(engine)
    image = red(frame(place, place.first))
    paint(place, engine, place.first, image)
    after = place.memory(engine)
    mask = torch.from_numpy(changed_cells(image, frame(place, place.first), 4)).view(-1)
    written = mask & (cells.purity >= 0.5)
    assert 6 < written.sum() < 40
    reads = [memory.read(cells) for memory in (before, after)]
    features = [read.features(memory.tokens) for read, memory in zip(reads, (before, after), strict=True)]
    assert torch.equal(features[0][~written], features[1][~written])
    assert torch.equal(reads[0].geometry[~written], reads[1].geometry[~written])
    latents = engine.encode(image).flatten(1).T[written]
    torch.testing.assert_close(features[1][written, 0], latents.half().float())


def test_only_frames_that_see_the_paint_are_stale_and_only_they_change(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH)
    assert place.survey(engine, request, arrays, place.first).stale[0].frames == ()
    paint(place, engine, place.first, red(frame(place, place.first)))
    stale = place.survey(engine, request, arrays, place.first).stale[0]
    assert 1 in stale.frames and stale.reasons == ("memory",) and len(stale.frames) < len(PATH)
    again = place.take(engine, replace(request, base_take=place.first), arrays)
    for index, number in enumerate(request.frames):
        assert (place.png(again.take_id, index) == place.png(place.first, index)) == (number not in stale.frames)
    changed = np.abs(frame(place, again.take_id).astype(int) - frame(place, place.first)).max(-1)
    assert changed[CRATE].mean() > 4 * changed[:, 56:].mean()


def test_another_camera_sees_the_paint_on_the_same_surface(place, engine) -> None:
    aside = request_along(place.data_dir, [((-0.4, -2.4, 1.5), (-1.4, 0.5, 0.6))])
    place.take(engine, *aside)
    cells, before = cells_at(place, engine, 0, aside), place.memory(engine)
    painted_id = paint(place, engine, place.first, red(frame(place, place.first)))
    after = place.memory(engine)
    fresh = ~(before.read(cells).features(before.tokens) == after.read(cells).features(after.tokens)).flatten(1).all(1)
    with place.catalog.open(place.world_id) as world:
        tokens = next(info.tokens for info in world.committed_segments() if info.take_id == painted_id)
    read = after.read(cells).token[fresh, 0]
    assert fresh.sum() > 6 and ((read >= 0) & (read < tokens)).all()
    known = after.tokens.select(read)
    assert torch.equal(known.anchor, cells.anchor[fresh])
    assert ((known.position - cells.position[fresh]).norm(dim=-1) < 1.2 * known.footprint).all()


def test_a_second_coat_a_fork_and_a_revert(place, engine) -> None:
    request, arrays = request_along(place.data_dir, PATH[:1])
    image, fork = frame(place, place.first), place.catalog.fork(place.world_id, "fork").world_id
    plain = place.memory(engine)
    first = paint(place, engine, place.first, red(image))
    blue = image.copy()
    blue[20:28, 28:36] = (20, 20, 255)
    second = paint(place, engine, place.first, blue)
    cells = cells_at(place, engine, 0)

    def shown(row, column):
        memory = place.memory(engine)
        read = memory.read(cells)
        return read.features(memory.tokens)[row * WIDTH // 4 + column, 0]

    def encoded(picture, row, column):
        return engine.encode(picture)[:, row, column].half().float()

    assert torch.equal(shown(6, 8), encoded(blue, 6, 8)) and torch.equal(shown(7, 6), encoded(red(image), 7, 6))
    with place.catalog.open(place.world_id) as world:
        assert [commit.over_take for commit in world.history().commits][-2:] == [place.first] * 2
        world.revert(second)
        assert torch.equal(shown(6, 8), encoded(red(image), 6, 8))
        world.revert(first)
    now = place.memory(engine)
    assert now.fingerprint(now.read(cells)) == plain.fingerprint(plain.read(cells))
    assert place.survey(engine, request, arrays, place.first).stale[0].frames == ()
    # A fork knows the take, and is painted on by itself.
    paint(place, engine, place.first, red(image), world_id=fork)
    now = place.memory(engine)
    assert now.fingerprint(now.read(cells)) == plain.fingerprint(plain.read(cells))
    with place.catalog.open(fork) as world:
        (look, take, over) = world.history().commits
    assert (over.kind, over.frame, over.camera, over.author) == ("seed_view", 1, "Camera", "ada")
    assert (look.over_take, look.frame, take.over_take, take.frame) == ("", 1, "", -1)


def test_a_newer_picture_of_the_place_hides_the_paint(place, engine) -> None:
    paint(place, engine, place.first, red(frame(place, place.first)))
    request, arrays = request_along(place.data_dir, PATH[:1])
    picture = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    look = SeedViewRequest("look", "previz", request.greybox, 1)
    with place.catalog.open(place.world_id) as world:
        write_seed_view(look, {**arrays, "image": picture}, place.context(new_id(), world), engine)
    cells, memory = cells_at(place, engine, 0), place.memory(engine)
    read = memory.read(cells)
    newest = engine.encode(picture).flatten(1).T.half().float()
    pure = cells.purity >= 0.5
    assert (read.features(memory.tokens)[pure, 0] == newest[pure]).all()


def test_the_noise_of_saving_is_not_paint(place) -> None:
    ramp = np.linspace(40, 200, WIDTH)[None, :, None] + np.linspace(0, 30, HEIGHT)[:, None, None]
    image = (ramp + np.array([0, 10, 20])).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=92)
    saved = np.asarray(Image.open(file))
    assert (saved != image).any() and not changed_cells(saved, image, 4).any()
    hair = saved.copy()
    hair[3:30, 21] = 255 - hair[3:30, 21]
    found = changed_cells(hair, image, 4)
    assert set(np.flatnonzero(found.any(0))) == {5} and set(np.flatnonzero(found.any(1))) == set(range(8))


def test_what_cannot_be_used_is_told_and_nothing_is_written(place, engine) -> None:
    image = frame(place, place.first)
    with pytest.raises(InvalidRequest, match="the same picture as frame 1"):
        paint(place, engine, place.first, image)
    place.takes.frame_path(place.first, 2).unlink()
    with pytest.raises(NotFound, match="[Ff]rame 3 of the take .* is no longer"):
        paint(place, engine, place.first, red(image), number=3)
    place.events.clear()
    paint(place, engine, place.first, 255 - image)
    (note,) = [event.message for event in place.events if event.kind == "note"]
    assert "100% of frame 1 differ" in note and "PNG" in note
    with place.catalog.open(place.world_id) as world:
        assert len(world.history().commits) == 3


@pytest.mark.slow
def test_with_the_shipped_weights_paint_is_seen_in_its_colour_from_elsewhere(tmp_path) -> None:
    """And what was not painted looks as it did."""
    engine, place, size = load_engine("previz", "cpu"), Place(tmp_path), (144, 256)
    ahead, aside = ((0.2, -2.6, 1.3), (0.0, 2.4, 1.2)), ((-0.7, -2.3, 1.4), (0.1, 2.4, 1.2))

    def shot(*cameras):
        request, arrays = request_along(tmp_path, list(cameras), height=size[0], width=size[1])
        return request, {**arrays, "K": np.repeat(pinhole(*size, 1.1)[None], len(cameras), 0)}

    request, arrays = shot(ahead)
    look = np.full((*size, 3), (120, 130, 110), np.uint8)
    look[::8], look[:, ::16] = (90, 100, 80), (90, 100, 80)
    with place.catalog.open(place.world_id) as world:
        seen = SeedViewRequest("look", "previz", request.greybox, 1)
        write_seed_view(seen, {**arrays, "image": look}, place.context(new_id(), world), engine)
    take_id = place.take(engine, request, arrays).take_id
    before = frame(place, place.take(engine, *shot(aside)).take_id).astype(int)
    paint(place, engine, take_id, red(frame(place, take_id), (slice(32, 64), slice(96, 160))))
    after = frame(place, place.take(engine, *shot(aside)).take_id).astype(int)
    redder = (after[..., 0] - after[..., 1]) - (before[..., 0] - before[..., 1])
    rows, columns = np.nonzero(redder > 80)
    assert 1000 < len(rows) < 4000 and np.ptp(rows) < 60 and np.ptp(columns) < 130
    patch = after[redder > 80].mean(0)
    assert patch[0] > 2 * patch[1:].max(), patch
    away = np.ones(size, bool)
    away[max(rows.min() - 24, 0) : rows.max() + 24, max(columns.min() - 24, 0) : columns.max() + 24] = False
    assert away.mean() > 0.3 and np.abs(after - before)[away].mean() < 0.5
