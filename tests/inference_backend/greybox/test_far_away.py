"""A set far from the world's origin is seen as the same set beside it. float32 holds no more than 4 mm at 50 km."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.wire.greybox import GreyboxTracks
from inference_backend.generation.greybox_frames import GreyboxFrames
from inference_backend.greybox.gbuffer import GBuffer, cells_met, look, pixel_gbuffer
from inference_backend.greybox.geometry import ORIGIN, FrameSet, Mesh, origin_near
from inference_backend.greybox.lightmap import Lightmap
from inference_backend.greybox.raycast import Raycaster
from inference_backend.worlds.mesh_store import MeshStore
from tests.support.greybox import MOVING, look_at, pinhole, room
from tests.support.place import Place
from tests.support.take_requests import send

H, W = 48, 64
K = pinhole(H, W)
HERE = look_at((0.2, -2.6, 1.3), (0, 1, 0.8))
PLACES = [(50_000.0, 50_000.0, 0.0), (-1_000_000.3, 700_000.7, 2_000.1)]


def moved(c2w, away):
    there = c2w.copy()
    there[:3, 3] += away
    return there


def seen_there(tmp_path, away) -> tuple[GBuffer, np.ndarray]:
    """(G-buffer, light of its cells) of the set at `away`, through the whole way of a request."""
    place = Place(tmp_path)
    greybox, tracks = send([room(np.random.default_rng(0))], MeshStore(place.data_dir))
    arrays = {name: array.copy() for name, array in tracks.to_arrays().items()}
    for name in ("transforms", "moving_transforms", "lamp_transforms"):
        arrays[name][..., :3, 3] += away
    c2w = moved(HERE, away)
    there = GreyboxTracks.from_arrays(greybox, arrays, 1)
    with place.catalog.open(place.world_id) as world:
        caster = GreyboxFrames(greybox, there, place.meshes, world, origin_near(c2w[:3, 3])).caster(0)
    pixels, _ = look(caster, c2w, K, H, W)
    light, _ = Lightmap(caster).guide(caster, *cells_met(caster, c2w, K, pixels, 4))
    return pixel_gbuffer(caster, c2w, K, H, W), light


@pytest.mark.parametrize("away", PLACES)
def test_it_looks_as_it_does_at_home(tmp_path, away) -> None:
    here, lit = seen_there(tmp_path / "here", (0, 0, 0))
    there, lit_there = seen_there(tmp_path / "there", away)
    assert (here.anchor == there.anchor).mean() > 0.998
    same = (here.anchor == there.anchor) & (here.depth_z > 0)
    np.testing.assert_allclose(there.depth_z[same], here.depth_z[same], rtol=1e-4)
    apart = np.linalg.norm(there.rest_position - here.rest_position, axis=-1)[same]
    assert np.quantile(apart, 0.99) < 1e-3, "metres, along walls that are seen at a slant"
    assert np.median(np.abs(lit_there - lit)) < 1e-3 and np.mean(np.abs(lit_there - lit)) < 0.02 * lit.mean()


def test_near_the_origin_nothing_is_told_from_elsewhere() -> None:
    assert origin_near(np.array([500.0, -511.0, 3.0])) == ORIGIN
    assert origin_near(np.array([50_000.0, -600.0, 3.0])) == (50_176.0, -1024.0, 0.0)


def test_a_mesh_that_was_modelled_far_from_its_own_origin_moves_as_well() -> None:
    """Maps and scans lie so: the object stands at the world's origin, its vertices do not."""
    frame_set = room(np.random.default_rng(0))
    away = np.array([65_536.0, 0.0, 0.0])

    def baked(placed):
        shift = np.linalg.solve(placed.transform[:3, :3], away)
        vertices = (placed.mesh.vertices + shift).astype(np.float32)
        transform = placed.transform.copy()
        transform[:3, 3] -= placed.transform[:3, :3] @ (vertices.astype(np.float64) - placed.mesh.vertices).mean(0)
        mesh = Mesh(vertices, placed.mesh.triangles, placed.mesh.face_material)
        return replace(placed, mesh=mesh, transform=transform)

    # Only the crate: the box of unit size holds its vertices there to 4 mm and less, of 0.5 m.
    far = FrameSet(
        tuple(baked(p) if i == MOVING[0] else p for i, p in enumerate(frame_set.meshes)),
        frame_set.lamps,
        frame_set.ambient,
    )
    still, moving = (pixel_gbuffer(Raycaster(far, which), HERE, K, H, W) for which in ((), MOVING))
    crate = frame_set.meshes[MOVING[0]].anchor
    assert (still.anchor == crate).sum() > 20
    assert (still.anchor == moving.anchor).mean() > 0.998
    both = (still.anchor == crate) & (moving.anchor == crate)
    np.testing.assert_allclose(moving.depth_z[both], still.depth_z[both], rtol=1e-3)
