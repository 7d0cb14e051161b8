"""G-buffers against what can be said without rays: projection, neighbours, rest space, majority."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.greybox.gbuffer import (
    cell_gbuffer,
    centres_gbuffer,
    look,
    pixel_gbuffer,
    rays,
    show_their_centres,
)
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import MOVING, box, look_at, pinhole, place, room

H, W = 72, 128
C2W = look_at((0.2, -2.6, 1.3), (0, 1, 0.8))
K = pinhole(H, W)


def see(frame_set, moving=MOVING):
    return pixel_gbuffer(Raycaster(frame_set, moving), C2W, K, H, W)


def test_positions_project_back_to_pixel_centres():
    seen = see(room(np.random.default_rng(0)))
    met = seen.depth_z > 0
    camera = (seen.position[met] - C2W[:3, 3]) @ C2W[:3, :3]
    pixels = camera @ K.T
    v, u = np.nonzero(met)
    np.testing.assert_allclose(pixels[:, 0] / pixels[:, 2], u + 0.5, atol=2e-3)
    np.testing.assert_allclose(pixels[:, 1] / pixels[:, 2], v + 0.5, atol=2e-3)
    np.testing.assert_allclose(camera[:, 2], seen.depth_z[met], rtol=1e-4)


def test_normals_and_rest_normals_face_the_camera_and_are_unit():
    seen = see(room(np.random.default_rng(0), crate_at=0.6, bend=0.2))
    met = seen.depth_z > 0
    toward = C2W[:3, 3] - seen.position[met]
    assert (np.einsum("ij,ij->i", seen.normal[met], toward) > 0).all()
    np.testing.assert_allclose(np.linalg.norm(seen.rest_normal[met], axis=-1), 1, atol=1e-4)


def test_rest_position_of_a_surface_point_does_not_change_when_it_moves():
    """The same material point of the crate and of the bent flag, found in two frames, has one rest position."""
    for anchor in (6, 7):
        before = see(room(np.random.default_rng(0)))
        after = see(room(np.random.default_rng(0), crate_at=0.5, bend=0.25))
        a, b = before.rest_position[before.anchor == anchor], after.rest_position[after.anchor == anchor]
        assert len(a) > 30 and len(b) > 30
        # Both views sample the same rest surface: every point of one lies within a pixel's width of that surface.
        bounds = (np.minimum(a.min(0), b.min(0)), np.maximum(a.max(0), b.max(0)))
        limit = {6: 0.25, 7: 0.8}[anchor]
        assert (np.abs(np.stack(bounds)) <= limit + 1e-3).all()
    flag = after.rest_position[after.anchor == 7]
    assert np.abs(flag[:, 1]).max() < 1e-4, "a bent flag lies flat in rest space"
    assert np.ptp(after.position[after.anchor == 7][:, 1]) > 0.2, "and is bent in the world"


def test_differentials_are_the_differences_of_neighbours():
    seen = see(room(np.random.default_rng(0), crate_at=0.3, bend=0.1))
    step = seen.rest_position[:, 1:] - seen.rest_position[:, :-1]
    mean = 0.5 * (seen.du[:, 1:] + seen.du[:, :-1])
    flat = (seen.anchor[:, 1:] == seen.anchor[:, :-1]) & (seen.anchor[:, 1:] > 0)
    flat &= (seen.rest_normal[:, 1:] * seen.rest_normal[:, :-1]).sum(-1) > 0.999
    steep = np.abs((seen.view * seen.rest_normal).sum(-1))[:, 1:] > 0.15
    error = np.linalg.norm(step - mean, axis=-1)[flat & steep]
    size = np.linalg.norm(step, axis=-1)[flat & steep]
    assert (error < 0.03 * size + 1e-4).mean() > 0.99


def test_a_cell_takes_the_majority_and_never_a_depth_between_two_surfaces():
    frame_set = room(np.random.default_rng(3))
    caster = Raycaster(frame_set, MOVING)
    pixels = pixel_gbuffer(caster, C2W, K, H, W)
    cells = cell_gbuffer(caster, C2W, K, pixels, 4)
    for row in range(H // 4):
        for column in range(W // 4):
            block = (slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4))
            anchors, counts = np.unique(pixels.anchor[block], return_counts=True)
            assert counts[anchors == cells.anchor[row, column]] == counts.max()
            assert cells.purity[row, column] == pytest.approx(counts.max() / 16)
            mine = pixels.depth_z[block][pixels.anchor[block] == cells.anchor[row, column]]
            slack = 0.1 * mine.max() + 1e-3
            assert mine.min() - slack <= cells.depth_z[row, column] <= mine.max() + slack


def test_a_mirrored_object_keeps_its_rest_side():
    """Negative scale turns the winding in the world; the rest normal of the seen side must not flip with it."""
    plain, mirrored = place((2, 2, 2), (0, 1.5, 1)), place((2, 2, 2), (0, 1.5, 1))
    mirrored[:3, 0] *= -1
    for transform in (plain, mirrored):
        seen = see(FrameSet((box(transform, 1),), (), np.zeros(3, np.float32)), ())
        front = seen.normal[..., 1] < -0.99
        assert front.sum() > 100
        np.testing.assert_allclose(seen.rest_normal[front], np.tile([0, -1, 0], (front.sum(), 1)), atol=1e-4)


def test_the_sky_is_a_direction():
    seen = see(FrameSet((), (), np.zeros(3, np.float32)), ())
    assert (seen.anchor == 0).all() and (seen.depth_z == 0).all()
    np.testing.assert_allclose(np.linalg.norm(seen.rest_position, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(seen.footprint(), 1 / (0.9 * W), rtol=0.5)


def test_pixels_are_the_gbuffers_own_and_their_meshes_those_that_were_met() -> None:
    frame_set = room(np.random.default_rng(0))
    caster = Raycaster(frame_set, MOVING)
    whole = pixel_gbuffer(caster, C2W, K, H, W)
    pixels, mesh = look(caster, C2W, K, H, W)
    for name in ("depth_z", "anchor", "normal", "base_color"):
        np.testing.assert_array_equal(getattr(pixels, name), getattr(whole, name))
    anchors = np.array([placed.anchor for placed in frame_set.meshes] + [0])
    np.testing.assert_array_equal(anchors[mesh], whole.anchor)


def test_a_ray_is_the_same_whatever_it_is_cast_with() -> None:
    u, v = np.random.default_rng(0).uniform(0, 128, (2, 999))
    together = rays(C2W, K, u, v)[1]
    apart = [rays(C2W, K, u[i : i + 7], v[i : i + 7])[1] for i in range(0, 999, 7)]
    np.testing.assert_array_equal(np.concatenate(apart), together)


def test_centres_show_where_a_cell_is_of_one_thing() -> None:
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    cells = cell_gbuffer(caster, C2W, K, pixel_gbuffer(caster, C2W, K, H, W), 4)
    centres = centres_gbuffer(caster, C2W, K, (18, 32), 4)
    shown = show_their_centres(caster, C2W, K, centres, 4)
    assert shown[cells.purity == 1].all() and not shown.all()
    assert (centres.anchor == cells.anchor)[shown].mean() > (centres.anchor == cells.anchor).mean()
    for every in (2, 3):
        thin = centres_gbuffer(caster, C2W, K, (18, 32), 4, every)
        np.testing.assert_array_equal(thin.rest_position, centres.rest_position[::every, ::every])
        some = show_their_centres(caster, C2W, K, thin, 4, every)
        np.testing.assert_array_equal(some, shown[::every, ::every])
