"""Worlds without geometry: a picture with a depth is seeded and read from the side, by real engines and stores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, SeedViewRequest, TakeInfo, TakeRequest
from inference_backend.errors import InvalidRequest
from inference_backend.generation import void
from inference_backend.generation.context import JobContext
from inference_backend.generation.observe import observe
from inference_backend.generation.remember import Memory
from inference_backend.generation.seed_view import fit, fit_depth, write_seed_view
from inference_backend.generation.take import TakeJob
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import SKY, VOID, FrameSet
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.splat import splat
from inference_backend.memory.write import write
from inference_backend.storage.images import decode_image
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles
from tests.support.engines import CountingEngine, random_engine
from tests.support.greybox import look_at, pinhole, room

STRIDE, GRID = 4, (36, 64)
SIZE = (GRID[0] * STRIDE, GRID[1] * STRIDE)
K, K_LATENT = pinhole(*SIZE), pinhole(*GRID)
TARGET = np.array((0.1, 1.2, 0.7))
EMPTY = Raycaster(FrameSet((), (), np.zeros(3, np.float32)))
SET = Raycaster(room(np.random.default_rng(1)))


def orbit(degrees):
    """The seed's camera, turned about what it looks at."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return look_at(tuple(TARGET + turn @ (0.3, -5.0, 0.9)), tuple(TARGET))


def depth_of(pose):
    """As a network that knows the sky would estimate it."""
    seen = pixel_gbuffer(SET, pose, K, *SIZE).depth_z
    return np.where(seen > 0, seen, np.inf).astype(np.float32)


def painted(position):
    """[12,...] what the world looks like: smooth functions of the place, so that any view knows its truth."""
    waves = np.random.default_rng(5).normal(0, 2.5, (12, 3))
    return torch.from_numpy(np.sin(position.astype(np.float64) @ waves.T + np.arange(12)).astype(np.float32))


@pytest.fixture(scope="module")
def memory():
    """One look, from its depth alone."""
    blank = observe(EMPTY, orbit(0), K, *SIZE, STRIDE).cells
    cells = void.seed(blank, depth_of(orbit(0)), orbit(0), K, STRIDE)
    true = observe(SET, orbit(0), K, *SIZE, STRIDE).cells
    return Memory(write(painted(true.rest_position).reshape(-1, 12), Cells.from_gbuffer(cells)))


def read(memory, pose, **changes):
    view = observe(EMPTY, pose, K, *SIZE, STRIDE)
    return void.read_void(view, Cells.from_gbuffer(view.cells), memory, pose, K_LATENT, **changes)


def seen_cells(pose):
    """(true cells, [h*w] which of their surfaces the look saw): by rays back to its camera."""
    true = observe(SET, pose, K, *SIZE, STRIDE).cells
    camera = (true.position - orbit(0)[:3, 3]) @ orbit(0)[:3, :3]
    u, v, z = np.moveaxis(camera / np.maximum(camera[..., 2:], 1e-3) @ K.T, -1, 0)[[0, 1]].tolist() + [camera[..., 2]]
    u, v = np.asarray(u), np.asarray(v)
    inside = (z > 0) & (u >= 0) & (u < SIZE[1]) & (v >= 0) & (v < SIZE[0]) & (true.depth_z > 0)
    ray = true.position - orbit(0)[:3, 3].astype(np.float32)
    origins = np.broadcast_to(orbit(0)[:3, 3], ray.shape).reshape(-1, 3).astype(np.float32)
    reached = np.abs(SET.cast(origins, ray.reshape(-1, 3)).distance - 1).reshape(GRID) < 0.01
    return true, (inside & reached & (true.purity == 1)).reshape(-1)


@pytest.mark.parametrize("degrees", [15, -20])
def test_from_the_side_a_look_reads_as_it_truly_is_with_few_holes(memory, degrees):
    view, cells, readout = read(memory, orbit(degrees))
    true, seen = seen_cells(orbit(degrees))
    assert seen.mean() > 0.4
    covered = readout.covered.numpy()
    holes = 1 - covered[seen].mean()
    error = readout.features(memory.tokens)[:, 0] - painted(true.rest_position).reshape(-1, 12)
    psnr = 10 * np.log10(4 / float(error[torch.from_numpy(seen & covered)].square().mean()))
    published = read(memory, orbit(degrees), radius=0)[2]
    their_holes = 1 - (published.token[:, 0] >= 0).numpy()[seen].mean()
    assert holes < 0.08 and holes < their_holes, (holes, their_holes)
    assert psnr > 24
    depth = view.cells.depth_z.reshape(-1)[seen & covered] / true.depth_z.reshape(-1)[seen & covered]
    assert np.median(np.abs(depth - 1)) < 0.01 and np.percentile(np.abs(depth - 1), 90) < 0.08


def test_at_the_look_s_own_camera_everything_is_known(memory):
    view, cells, readout = read(memory, orbit(0))
    assert readout.covered.float().mean() > 0.97
    assert ((view.cells.anchor == VOID) == (observe(SET, orbit(0), K, *SIZE, STRIDE).cells.depth_z > 0)).mean() > 0.97
    error = readout.features(memory.tokens)[:, 0] - painted(
        observe(SET, orbit(0), K, *SIZE, STRIDE).cells.rest_position
    ).reshape(-1, 12)
    assert error[readout.covered].abs().median() < 0.01


def test_without_a_radius_exactly_the_published_points_are_read(memory):
    pose = orbit(15)
    view, cells, readout = read(memory, pose, radius=0)
    rows = torch.nonzero(memory.tokens.anchor == VOID)[:, 0]
    points = memory.tokens.position[rows]
    seen = splat(points, torch.from_numpy(pose)[None], torch.from_numpy(K_LATENT)[None], GRID).token[0]
    held = seen >= 0
    assert torch.equal(readout.token[held, 0], rows[seen[held]]) and (readout.token[held, 1:] == -1).all()
    assert not (readout.token[~held, 0] >= 0)[cells.anchor[~held] == VOID].any()


def test_close_up_a_surface_has_no_gaps(memory):
    """Three times closer: the published method reads every ninth cell of the wall."""
    near = orbit(0).copy()
    near[:3, 3] += 0.66 * (TARGET - near[:3, 3])
    ours, published = read(memory, near)[2], read(memory, near, radius=0)[2]
    assert ours.covered.float().mean() > 0.9 and (published.token[:, 0] >= 0).float().mean() < 0.5


def test_what_was_never_seen_goes_on_behind_what_is_known_and_the_sky_stays(memory):
    view, cells, readout = read(memory, orbit(0))
    assert (view.cells.anchor[~readout.covered.view(GRID).numpy()] != SKY).all()
    sky = observe(SET, orbit(0), K, *SIZE, STRIDE).cells.anchor == SKY
    assert sky.any() and (view.cells.anchor[sky] == SKY).mean() > 0.9
    aside = read(memory, orbit(40))
    new = ~aside[2].covered.view(GRID).numpy() & (aside[0].cells.anchor == VOID)
    assert new.mean() > 0.1
    around = aside[0].cells.depth_z
    assert around[new].max() <= around[~new].max() + 1e-3


def test_a_frame_that_sees_a_greybox_keeps_its_sky(memory):
    view = observe(SET, orbit(10), K, *SIZE, STRIDE)
    mixed, cells, _ = void.read_void(view, Cells.from_gbuffer(view.cells), memory, orbit(10), K_LATENT)
    modelled = view.cells.anchor > SKY
    np.testing.assert_array_equal(mixed.cells.anchor[modelled], view.cells.anchor[modelled])
    assert (mixed.pixels.anchor[view.pixels.anchor > SKY] > SKY).all()


def test_a_world_without_points_is_read_as_always():
    view = observe(SET, orbit(0), K, *SIZE, STRIDE)
    cells = Cells.from_gbuffer(view.cells)
    memory = Memory(write(painted(view.cells.rest_position).reshape(-1, 12), cells))
    same, own, readout = void.read_void(view, cells, memory, orbit(0), K_LATENT)
    assert same is view and own is cells and torch.equal(readout.token, memory.recall(cells).token)


def request_of(frames):
    tracks = GreyboxTracks(
        np.zeros((0, 4, 4)), np.zeros(0, np.int32), np.zeros((0, frames, 4, 4)), np.zeros((0, frames), np.uint8),
        np.zeros((0, frames, 4, 4)),
    )  # fmt: skip
    return Greybox(()), tracks.to_arrays()


@pytest.fixture
def world(tmp_path):
    catalog = WorldCatalog(tmp_path)
    with catalog.open(catalog.create("void").world_id) as opened:
        yield opened, MeshStore(tmp_path), TakeFiles(tmp_path)


def context(world, take_id):
    opened, meshes, takes = world
    return JobContext(take_id, opened, meshes, takes, lambda event: None, lambda: False)


def seed_arrays(depth):
    image = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), np.uint8)
    greybox, arrays = request_of(1)
    return SeedViewRequest("photo", "previz", greybox, 1), {
        "image": image, "depth": depth, "c2w": orbit(0)[None], "K": K[None], **arrays
    }  # fmt: skip


def take_along(world, engine, angles):
    greybox, tracks = request_of(len(angles))
    K_each = np.repeat(K[None], len(angles), 0)
    arrays = {"c2w": np.stack([orbit(angle) for angle in angles]), "K": K_each, **tracks}
    request = TakeRequest("shot", "previz", *SIZE, tuple(range(1, 1 + len(angles))), 24.0, 7, greybox, steps=1)
    take_id = new_id()
    info = TakeInfo(take_id, "", "shot", "previz", "", 7, "", *SIZE, request.frames, 24.0, 0, "queued", "")
    world[2].create(take_id, to_bundle(request, arrays), info)
    return TakeJob(request, arrays, context(world, take_id), engine).run()


def test_a_take_in_a_world_without_geometry_from_the_look_to_its_frames(world):
    engine = random_engine()
    write_seed_view(*seed_arrays(depth_of(orbit(0))), context(world, new_id()), engine)
    seeded = Memory.load(world[0], engine).tokens
    assert (seeded.anchor == VOID).float().mean() > 0.5 and (seeded.anchor == SKY).any()
    done = take_along(world, engine, (0, 6, 0))
    take_id = done.take_id
    first, aside, last = (decode_image(world[2].frame_path(take_id, i).read_bytes()).astype(int) for i in range(3))
    assert done.coverage > 0.9 and 0 not in done.key_frames
    assert np.abs(first - last).mean() < 0.5 < np.abs(first - aside).mean()
    learned = Memory.load(world[0], engine).tokens
    assert len(learned) < 1.2 * len(seeded) and (learned.anchor[len(seeded) :] == VOID).any()


def test_a_frame_without_geometry_is_painted_over_where_it_was_painted_and_nowhere_else(world):
    engine = CountingEngine()
    write_seed_view(*seed_arrays(depth_of(orbit(0))), context(world, new_id()), engine)
    take_id = take_along(world, engine, (0,)).take_id
    before = Memory.load(world[0], engine)
    image = decode_image(world[2].frame_path(take_id, 0).read_bytes()).copy()
    image[80:104, 100:140] = (255, 20, 20)
    over = SeedViewRequest("paint", "previz", Greybox(()), 1, over_take=take_id)
    write_seed_view(over, {"image": image}, context(world, new_id()), engine)
    after = Memory.load(world[0], engine)
    for degrees in (0, 12):
        then, now = read(before, orbit(degrees)), read(after, orbit(degrees))
        np.testing.assert_array_equal(then[0].cells.depth_z, now[0].cells.depth_z)
        features = [of[2].features(memory.tokens) for of, memory in ((then, before), (now, after))]
        fresh = (features[0] != features[1]).flatten(1).any(1).view(GRID)
        rows, columns = (torch.nonzero(fresh.any(axis))[:, 0] for axis in (1, 0))
        assert 30 < fresh.sum() < 90 and rows[-1] - rows[0] < 9 and columns[-1] - columns[0] < 14
        if degrees == 0:
            assert (rows[0], rows[-1], columns[0], columns[-1]) == (20, 25, 25, 34)


def test_a_look_without_greybox_and_without_any_depth_is_refused(world):
    with pytest.raises(InvalidRequest, match="sees nothing"):
        write_seed_view(*seed_arrays(np.zeros(SIZE, np.float32)), context(world, new_id()), random_engine())


@pytest.mark.parametrize("size", [(1080, 1920), (301, 203)])
def test_a_depth_is_fitted_as_its_picture_is(size):
    ramp = np.add.outer(np.arange(size[0]), np.arange(size[1])).astype(np.float32) + 1
    picture, _ = fit(np.repeat((ramp / ramp.max() * 255).astype(np.uint8)[..., None], 3, 2), K, 4, 512)
    fitted = fit_depth(ramp, 4, 512)
    assert fitted.shape == picture.shape[:2] and set(np.unique(fitted)) <= set(np.unique(ramp))
    assert np.abs(fitted / ramp.max() * 255 - picture[..., 0]).max() < 4


def test_a_world_of_points_and_greybox_is_seeded_by_the_greybox_where_it_is():
    exact = observe(SET, orbit(0), K, *SIZE, STRIDE).cells
    cells = void.seed(exact, depth_of(orbit(0)) * 1.1, orbit(0), K, STRIDE)
    modelled = exact.anchor > SKY
    np.testing.assert_array_equal(cells.depth_z[modelled], exact.depth_z[modelled])
    farther = void.seed(replace(exact, anchor=np.zeros_like(exact.anchor)), depth_of(orbit(0)), orbit(0), K, STRIDE)
    assert (farther.anchor[modelled] == VOID).mean() > 0.97
