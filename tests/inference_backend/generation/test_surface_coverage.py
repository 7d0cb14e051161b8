"""How well a world knows the surfaces of a set, held against rays, against surveys, and against what was shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.greybox import NAMES, GreyboxTracks
from blender_mirage.wire.live import SurfaceInfo, SurfaceRequest, set_key
from blender_mirage.wire.messages import SeedViewRequest
from inference_backend.errors import UnknownSet
from inference_backend.generation.coverage_picture import NEVER, PARTLY, SEEN
from inference_backend.generation.greybox_frames import GreyboxFrames
from inference_backend.generation.live_sets import LiveContext, LiveSets
from inference_backend.generation.seed_view import write_seed_view
from inference_backend.generation.shelf import Shelf
from inference_backend.generation.surface_coverage import Camera, answer_surface, cells_of, surface_coverage
from inference_backend.greybox.gbuffer import centres_gbuffer
from inference_backend.memory.cells import Cells
from inference_backend.worlds.ids import new_id
from tests.support.engines import CountingEngine
from tests.support.greybox import pinhole, room
from tests.support.place import Place, request_along
from tests.support.take_requests import send

FRONT = ((0.2, -2.6, 1.3), (-0.3, 0.6, 0.7))
BACK = ((-1.5, 2.2, 1.2), (-0.2, -2.0, 0.2))
HEIGHT, WIDTH = 120, 192
MANY = 20_000


def along(place, camera, **changes):
    """A frame large enough that most of its cells lie within a surface."""
    request, arrays = request_along(place.data_dir, [camera], **changes)
    return replace(request, height=HEIGHT, width=WIDTH), arrays | {"K": pinhole(HEIGHT, WIDTH, 1.1)[None]}


@pytest.fixture(scope="module")
def engine():
    return CountingEngine()


@pytest.fixture(scope="module")
def shown(tmp_path_factory, engine):
    """A world that was shown one picture, through FRONT."""
    place = Place(tmp_path_factory.mktemp("shown"))
    request, arrays = along(place, FRONT)
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    with place.catalog.open(place.world_id) as world:
        look = SeedViewRequest("look", "previz", request.greybox, 1)
        write_seed_view(look, {**arrays, "image": image}, place.context(new_id(), world), engine)
    return place


class Set:
    """The set of a request at its first frame, and its camera."""

    def __init__(self, place, engine, request, arrays) -> None:
        self.request, self.arrays, self.engine = request, arrays, engine
        self.camera = Camera(arrays["c2w"][0], arrays["K"][0], (request.height, request.width), engine.spec.stride)
        self.memory = place.memory(engine)
        tracks = GreyboxTracks.from_arrays(request.greybox, arrays, len(request.frames))
        with place.catalog.open(place.world_id) as world:
            self.frames = GreyboxFrames(request.greybox, tracks, place.meshes, world)
        self.caster = self.frames.caster(0)

    def coverage(self, most: int = MANY):
        return surface_coverage(self.caster, self.camera, self.memory, "cpu", most)


def from_(place, engine, camera, **changes) -> Set:
    return Set(place, engine, *along(place, camera, **changes))


def visible(place: Set, tiles, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """([N] whether the camera sees the middle of each tile from its side, [N,2] the cell that shows it), by rays."""
    away = tiles.position - camera.c2w[:3, 3]
    local = away @ camera.c2w[:3, :3]
    at = local @ camera.K_latent.T
    at = at[:, :2] / np.where(local[:, 2:] > 0, local[:, 2:], np.inf)
    inside = (local[:, 2] > 0) & (at >= 0).all(1) & (at < camera.grid[::-1]).all(1)
    faces = (away * tiles.normals()).sum(-1) < 0
    hits = place.caster.cast(np.broadcast_to(camera.c2w[:3, 3], away.shape).astype(np.float32), away.astype(np.float32))
    return inside & faces & (np.abs(hits.distance - 1) < 1e-3), np.floor(at).astype(int)


def away_from_silhouettes(anchors: np.ndarray) -> np.ndarray:
    """[h,w] cells whose neighbours are all of their own object."""
    padded = np.pad(anchors, 1, mode="edge")
    h, w = anchors.shape
    around = [padded[i : i + h, j : j + w] for i in range(3) for j in range(3)]
    return np.all([beside == anchors for beside in around], 0)


def test_what_a_picture_showed_is_seen_and_what_it_did_not_is_never(shown, engine) -> None:
    place = from_(shown, engine, FRONT)
    found = place.coverage()
    tiles = found.tiles
    sees, cell = visible(place, tiles, place.camera)
    gbuffer = centres_gbuffer(place.caster, place.camera.c2w, place.camera.K, place.camera.grid, place.camera.stride)
    inner = away_from_silhouettes(gbuffer.anchor)
    well_within = sees.copy()
    well_within[sees] = inner[cell[sees, 1], cell[sees, 0]]
    assert well_within.sum() > 500 and (found.state[well_within] == SEEN).mean() > 0.99
    turned_away = ((tiles.position - place.camera.c2w[:3, 3]) * tiles.normals()).sum(-1) > 0.3
    of_boxes = turned_away & (tiles.mesh < 6)
    assert of_boxes.sum() > 2000 and (found.state[of_boxes] == NEVER).mean() > 0.99


def test_a_world_that_was_shown_nothing_has_seen_nothing(tmp_path, engine) -> None:
    found = from_(Place(tmp_path), engine, FRONT).coverage(2000)
    assert found.shares() == (0, 0, 1) and (found.in_view == NEVER).all()


@pytest.mark.parametrize("camera", [FRONT, BACK, ((0.9, -1.2, 0.8), (-1.4, 0.2, 0.2)), ((0, 0, 6.0), (0.1, 0.1, 0))])
def test_it_says_what_a_survey_of_the_same_camera_says(shown, engine, camera) -> None:
    """At the cells of the picture, away from silhouettes; and the whole picture to the last cell."""
    place = from_(shown, engine, camera)
    found = place.coverage()
    surveyed = shown.survey(engine, place.request, place.arrays).frames[0]
    for share, kind in ((surveyed.seen, SEEN), (surveyed.partly, PARTLY), (surveyed.never, NEVER)):
        assert (found.in_view == kind).mean() == pytest.approx(share)
    gbuffer = centres_gbuffer(place.caster, place.camera.c2w, place.camera.K, place.camera.grid, place.camera.stride)
    inner = away_from_silhouettes(gbuffer.anchor)
    sees, cell = visible(place, found.tiles, place.camera)
    sees[sees] = inner[cell[sees, 1], cell[sees, 0]]
    agrees = found.state[sees] == found.in_view[cell[sees, 1], cell[sees, 0]]
    assert sees.sum() > 300 and agrees.mean() > 0.95, f"{agrees.mean():.3f} of {sees.sum()}"


def test_a_tile_under_the_middle_of_a_cell_is_asked_as_that_cell(shown, engine) -> None:
    """To the last digit that matters: what a survey's own ray meets, and a tile put there."""
    place = from_(shown, engine, ((0.9, -1.2, 0.8), (-1.4, 0.2, 0.2)))
    camera = place.camera
    gbuffer = centres_gbuffer(place.caster, camera.c2w, camera.K, camera.grid, camera.stride)
    wanted = Cells.from_gbuffer(gbuffer)
    surface = np.flatnonzero(gbuffer.depth_z.reshape(-1) > 0)
    eye = camera.c2w[:3, 3]
    position = gbuffer.position.reshape(-1, 3)[surface]
    away = (position - eye).astype(np.float32)
    hits = place.caster.cast(np.broadcast_to(eye, away.shape).astype(np.float32), away)
    from inference_backend.greybox.tiles import Tiles

    first = np.cross(gbuffer.normal.reshape(-1, 3)[surface], (0.3, 0.5, 0.8))
    edges = np.stack([first, np.cross(gbuffer.normal.reshape(-1, 3)[surface], first)], 1).astype(np.float32)
    tiles = Tiles(hits.mesh, hits.triangle, hits.u, hits.v, position, edges)
    cells = cells_of(place.caster, tiles, camera)
    for name, tolerance in (("position", 1e-4), ("normal", 1e-5), ("view", 1e-4), ("du", 1e-3), ("dv", 1e-3)):
        one, other = getattr(cells, name).numpy(), getattr(wanted.select(surface), name).numpy()
        assert np.abs(one - other).max() <= tolerance * max(1, np.abs(other).max()), name
    assert np.array_equal(cells.anchor.numpy(), wanted.select(surface).anchor.numpy())


def test_the_farther_the_camera_the_less_it_asks_for(shown, engine) -> None:
    """What is known from one place is known closely enough for every camera farther away, wherever it looks."""
    near, here, far = (
        from_(shown, engine, (eye, target)).coverage()
        for eye, target in (
            ((0.0, -0.4, 1.0), (0, -3, 1)),
            (FRONT[0], (0.2, -9, 1.3)),
            ((0.2, -30.0, 1.3), (0.2, -60, 1)),
        )
    )
    known = [np.isin(found.state, (SEEN, PARTLY)) for found in (near, here, far)]
    assert np.array_equal(near.tiles.position, far.tiles.position)
    seen = [(found.state == SEEN) for found in (near, here, far)]
    assert seen[0].sum() < seen[1].sum() <= 1.02 * seen[2].sum()
    assert (known[2] | ~seen[1]).mean() > 0.99
    assert (near.state == PARTLY).sum() > (far.state == PARTLY).sum()


def test_a_crate_that_moved_keeps_what_is_known_of_it(shown, engine) -> None:
    place = from_(shown, engine, FRONT)
    moved = from_(shown, engine, FRONT, crate_at=0.6)
    before, after = place.coverage(), moved.coverage()
    crate = before.tiles.mesh == 5
    assert np.abs(before.tiles.position[crate] - after.tiles.position[crate]).max() > 0.5
    known = before.state[crate] == SEEN
    # But for the rims, which reach as far as a cell does, and that lies otherwise on what has turned.
    assert known.sum() > 100 and (after.state[crate][known] != NEVER).mean() > 0.95


def test_a_flag_that_bends_keeps_what_is_known_of_it(shown, engine) -> None:
    """Its tiles lie on the bent cloth; what they ask for is the cloth as it was modelled."""
    flat = from_(shown, engine, FRONT)
    request, arrays = along(shown, FRONT)
    greybox, tracks = send([room(np.random.default_rng(0), bend=0.15)], shown.meshes)
    bent = Set(shown, engine, replace(request, greybox=greybox), arrays | tracks.to_arrays())
    before, after = flat.coverage(), bent.coverage()
    assert np.ptp(before.tiles.position[before.tiles.mesh == 6, 1]) < 1e-5
    assert np.ptp(after.tiles.position[after.tiles.mesh == 6, 1]) > 0.2
    known = []
    for found in (before, after):
        shown_side, of_flag = found.tiles.normals()[:, 1] < 0, found.tiles.mesh == 6
        known.append((found.state[of_flag & shown_side] != NEVER).mean())
        assert (found.state[of_flag & ~shown_side] == NEVER).mean() > 0.9
    assert known[0] > 0.2 and known[1] == pytest.approx(known[0], abs=0.05)


def asked(place: Set, **changes) -> tuple[SurfaceRequest, dict]:
    tracks = {name: place.arrays[name] for name in ("transforms", "moving", "visible", "lamp_transforms")}
    tracks["moving_transforms"] = place.arrays["moving_transforms"][:, :1]
    key = set_key(place.request.greybox, tracks)
    request = SurfaceRequest("previz", HEIGHT, WIDTH, key, place.request.greybox, 5000)
    return replace(request, **changes), {"c2w": place.arrays["c2w"], "K": place.arrays["K"], **tracks}


def test_a_question_is_answered_by_its_set_and_later_by_the_name_of_it(shown, engine) -> None:
    place = from_(shown, engine, FRONT)
    sets, shelf = LiveSets(), Shelf()
    with shown.catalog.open(shown.world_id) as world:
        context = LiveContext(world, shown.meshes, engine, shelf, sets)
        with pytest.raises(UnknownSet):
            answer_surface(*asked(place, greybox=None), context)
        first = answer_surface(*asked(place), context)
        again = answer_surface(*asked(place, greybox=None), context)
    assert first == again
    info, arrays = from_bundle(SurfaceInfo, first)
    expected = place.coverage(5000)
    assert (info.seen, info.partly, info.never) == pytest.approx(expected.shares())
    assert info.never_in_view == pytest.approx((expected.in_view == NEVER).mean())
    assert np.array_equal(arrays["state"], expected.state) and arrays["edges"].shape == (len(expected.tiles), 2, 3)


def test_it_changes_nothing_and_runs_no_network(shown, engine) -> None:
    place = from_(shown, engine, BACK)
    engine.calls.clear()
    before = place.memory.tokens.position.clone()
    place.coverage(3000)
    assert not engine.calls and np.array_equal(before, place.memory.tokens.position)


def test_far_away_a_set_is_coated_as_at_home(shown, engine) -> None:
    """The tiles are told from a point near the camera, and the camera may go on from there."""
    request, arrays = along(shown, FRONT)
    away = np.array([-70_000.0, 50_000.3, 0.0])
    far = {name: array.copy() for name, array in arrays.items()}
    for name in ("c2w", "transforms", "moving_transforms", "lamp_transforms"):
        far[name][..., :3, 3] += away
    answers = []
    with shown.catalog.open(shown.world_id) as world:
        context = LiveContext(world, shown.meshes, engine, Shelf(), LiveSets())
        for set_arrays in (arrays, far):
            tracks = {name: set_arrays[name] for name in NAMES}
            key = set_key(request.greybox, tracks)
            asked = SurfaceRequest("previz", HEIGHT, WIDTH, key, request.greybox, 2000)
            answers.append(from_bundle(SurfaceInfo, answer_surface(asked, set_arrays, context)))
    (here, tiles), (there, far_tiles) = answers
    assert here.origin == (0, 0, 0) and np.abs(np.array(there.origin) - away).max() < 1024
    assert np.abs(far_tiles["position"]).max() < 1100
    np.testing.assert_allclose(far_tiles["position"] + (there.origin - away), tiles["position"], atol=1e-3)
    assert (tiles["state"] == far_tiles["state"]).mean() > 0.995
