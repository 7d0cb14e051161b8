"""Embree against triangle-by-triangle arithmetic, and movers against the same set declared static."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.greybox.raycast import Raycaster, world_vertices
from tests.support.greybox import MOVING, room


def nearest_triangle(frame_set, origins, directions):
    """Brute force (Moller-Trumbore) over every triangle: distance [N], mesh [N]."""
    best = np.full(len(origins), np.inf)
    owner = np.full(len(origins), -1)
    for i, placed in enumerate(frame_set.meshes):
        corners = world_vertices(placed)[placed.mesh.triangles].astype(np.float64)
        for a, b, c in corners:
            e1, e2 = b - a, c - a
            p = np.cross(directions, e2)
            det = p @ e1
            with np.errstate(divide="ignore", invalid="ignore"):
                s = origins - a
                u = np.einsum("ij,ij->i", s, p) / det
                q = np.cross(s, e1)
                v = np.einsum("ij,ij->i", directions, q) / det
                t = q @ e2 / det
            hit = (np.abs(det) > 1e-12) & (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-6) & (t < best)
            best[hit], owner[hit] = t[hit], i
    return best, owner


@pytest.fixture
def rays():
    rng = np.random.default_rng(5)
    origins = np.tile(np.array([[0.0, -2.5, 1.2]], np.float32), (400, 1))
    directions = rng.normal([0, 1, 0], [0.4, 0.1, 0.3], (400, 3)).astype(np.float32)
    return origins, directions


def test_first_hit_is_that_of_brute_force(rays):
    frame_set = room(np.random.default_rng(1), crate_at=0.4, bend=0.2)
    hits = Raycaster(frame_set, MOVING).cast(*rays)
    distance, owner = nearest_triangle(frame_set, *rays)
    assert len(set(owner.tolist())) >= 5
    assert (hits.mesh == owner).mean() > 0.995  # rays along a shared edge may go either way
    agree = hits.mesh == owner
    np.testing.assert_allclose(hits.distance[agree], distance[agree], rtol=1e-4)


def test_movers_give_what_a_fresh_static_set_gives(rays):
    first = Raycaster(room(np.random.default_rng(1)), MOVING)
    later = room(np.random.default_rng(1), crate_at=0.7, bend=0.3)
    moved, fresh = first.moved(later).cast(*rays), Raycaster(later).cast(*rays)
    assert (moved.mesh == fresh.mesh).mean() > 0.995
    same = moved.mesh == fresh.mesh
    np.testing.assert_allclose(moved.distance[same], fresh.distance[same], rtol=1e-4)


def test_a_mover_shrunk_to_nothing_is_not_there(rays):
    hidden = room(np.random.default_rng(1))
    shrunk = [*hidden.meshes]
    shrunk[5] = type(shrunk[5])(**{**shrunk[5].__dict__, "transform": np.diag([0.0, 0, 0, 1])})
    caster = Raycaster(hidden, MOVING).moved(type(hidden)(tuple(shrunk), hidden.lamps, hidden.ambient))
    assert 5 not in caster.cast(*rays).mesh
    assert 5 in Raycaster(hidden, MOVING).cast(*rays).mesh


def test_occlusion_ends_at_the_given_distance(rays):
    caster = Raycaster(room(np.random.default_rng(1)), MOVING)
    hits = caster.cast(*rays)
    met = hits.mesh >= 0
    origins, directions = rays[0][met], rays[1][met]
    distance = hits.distance[met]
    assert caster.occluded(origins, directions, distance * 1.01).all()
    assert not caster.occluded(origins, directions, distance * 0.99).any()
