"""What changes its topology keeps its memory: tokens lie where the surface is in the object's own space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.wire.arrays import content_hash, pack
from blender_mirage.wire.greybox import GreyboxTracks
from inference_backend.generation.greybox_frames import GreyboxFrames
from inference_backend.generation.sights import CameraPath
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from inference_backend.worlds.placing import carries
from tests.support.engines import CountingEngine
from tests.support.greybox import look_at, pinhole
from tests.support.place import HEIGHT, WIDTH, Place, request_along

CRATE = 5
STILL = [((-1.2, -1.5, 1.0), (-1.2, -0.2, 0.4))] * 2


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def stacked(place, request, arrays, turns):
    """The same with the crate, and in its place at the frames where `turns` is 1 two crates, one upon the other."""
    crate = request.greybox.instances[CRATE]
    mesh = dict(place.meshes.get(crate.mesh))
    count = len(mesh["vertices"])
    mesh["vertices"] = np.concatenate([mesh["vertices"], mesh["vertices"] + np.float32([0, 0, 1])])
    mesh["triangles"] = np.concatenate([mesh["triangles"], mesh["triangles"] + np.int32(count)])
    mesh["face_material"] = np.concatenate([mesh["face_material"]] * 2)
    blob = pack(mesh)
    place.meshes.put(content_hash(blob), blob)
    one = replace(crate, anchored_by="place")
    instances = [*request.greybox.instances, replace(one, mesh=content_hash(blob))]
    instances[CRATE] = one
    turns = np.array(turns, np.uint8)
    tracks = GreyboxTracks.from_arrays(request.greybox, arrays, len(turns))
    placed = np.concatenate([tracks.transforms, tracks.transforms[CRATE : CRATE + 1]])
    moving = np.append(tracks.moving, len(placed) - 1).astype(np.int32)
    at = tracks.moving.tolist().index(CRATE)
    moved = np.concatenate([tracks.moving_transforms, tracks.moving_transforms[at : at + 1]])
    visible = np.concatenate([tracks.visible, turns[None]])
    visible[CRATE] = 1 - turns
    new = GreyboxTracks(placed, moving, moved, visible, tracks.lamp_transforms)
    cameras = {name: arrays[name] for name in ("c2w", "K")}
    greybox = replace(request.greybox, instances=tuple(instances))
    return replace(request, greybox=greybox), {**cameras, **new.to_arrays()}


def sights(place, engine, request, arrays, index):
    """(cells, whether each is covered) of one frame."""
    memory = place.memory(engine)
    with place.catalog.open(place.world_id) as world:
        path = CameraPath(request, arrays, place.context("0" * 32, world), engine)
        cells = path.sight(index, memory).cells
        names = {anchor.name: anchor.id for anchor in world.anchors()}
    return cells, memory.read(cells).covered, names


def test_the_part_that_was_there_is_known_and_the_new_one_is_not(place) -> None:
    engine = CountingEngine()
    place.take(engine, *stacked(place, *request_along(place.data_dir, STILL), turns=(0, 0)))
    grown = stacked(place, *request_along(place.data_dir, STILL), turns=(0, 1))
    cells, covered, names = sights(place, engine, *grown, index=1)
    assert [name for name in names if name.startswith("object-5|")] == ["object-5|place"]
    crate = cells.anchor == names["object-5|place"]
    height = cells.position[:, 2]
    assert crate.sum() > 10 and covered[crate & (height < 0.2)].float().mean() > 0.95
    assert (crate & (height > 0.45)).sum() > 3 and covered[crate & (height > 0.45)].float().mean() < 0.05


def test_a_take_is_made_over_the_change_and_its_rest_space_stays(place) -> None:
    engine = CountingEngine()
    request, arrays = stacked(place, *request_along(place.data_dir, STILL), turns=(0, 1))
    assert len(place.take(engine, request, arrays).frames) == 2
    tracks = GreyboxTracks.from_arrays(request.greybox, arrays, 2)
    c2w, K = look_at(*STILL[0]), pinhole(HEIGHT, WIDTH, 1.1)
    with place.catalog.open(place.world_id) as world:
        frames = GreyboxFrames(request.greybox, tracks, place.meshes, world)
        seen = [pixel_gbuffer(frames.caster(index), c2w, K, HEIGHT, WIDTH) for index in (0, 1)]
        back = pixel_gbuffer(frames.caster(0), c2w, K, HEIGHT, WIDTH)
        alone = pixel_gbuffer(Raycaster(frames.frame_set(1)), c2w, K, HEIGHT, WIDTH)
        ways = carries(request.greybox, replace(tracks, visible=tracks.visible[:, 1:]), place.meshes, world.anchors())
    crate = seen[0].anchor == seen[0].anchor[HEIGHT // 2, WIDTH // 2]
    both = crate & (seen[1].anchor == seen[0].anchor) & np.isclose(seen[0].depth_z, seen[1].depth_z, atol=1e-3)
    assert both.sum() > 0.6 * crate.sum() and (seen[1].anchor == seen[0].anchor[crate][0]).sum() > 1.4 * crate.sum()
    np.testing.assert_allclose(seen[1].rest_position[both], seen[0].rest_position[both], atol=1e-3)
    np.testing.assert_array_equal(back.depth_z, seen[0].depth_z)
    np.testing.assert_allclose(alone.depth_z, seen[1].depth_z, atol=1e-3)
    anchor = int(seen[1].anchor[crate][0])
    there = seen[1].anchor == anchor
    found = ways[anchor](seen[1].rest_position[there].astype(np.float64))
    np.testing.assert_allclose(found, seen[1].position[there], atol=1e-3)
