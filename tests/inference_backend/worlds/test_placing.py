"""Tokens follow a bent surface into the world; the nearest point of a mesh is found as by trying every triangle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_backend.worlds import placing
from inference_backend.worlds.placing import follow
from tests.support.greybox import BOX_TRIANGLES, sheet


def on_surface(rng, vertices, triangles, count):
    """Random points of a mesh: (triangle [N], weights [N,3], point [N,3])."""
    triangle = rng.integers(0, len(triangles), count)
    weights = rng.dirichlet((1, 1, 1), count)
    return triangle, weights, np.einsum("nk,nkd->nd", weights, vertices[triangles[triangle]])


@given(seed=st.integers(0, 1000))
def test_tokens_on_a_bent_sheet_are_where_their_triangle_took_them(seed) -> None:
    rng = np.random.default_rng(seed)
    flag = sheet(1, (0, 0, 0), bend=float(rng.uniform(0, 0.6)))
    rest, bent = flag.rest_vertices.astype(np.float64), flag.mesh.vertices.astype(np.float64)
    triangle, weights, points = on_surface(rng, rest, flag.mesh.triangles, 40)
    expected = np.einsum("nk,nkd->nd", weights, bent[flag.mesh.triangles[triangle]])
    np.testing.assert_allclose(follow(points.astype(np.float32), rest, bent, flag.mesh.triangles), expected, atol=1e-5)


@given(seed=st.integers(0, 1000))
def test_points_off_the_surface_go_to_its_nearest_point(seed) -> None:
    """Held against a fine sampling of the surface: nothing sampled is nearer."""
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(12, 3))
    triangles = rng.integers(0, 12, (9, 3)).astype(np.int32)
    triangles[0] = triangles[0, 0]
    points = rng.normal(size=(6, 3)) * 2
    found = follow(points, vertices, vertices, triangles)
    samples = on_surface(rng, vertices, triangles, 4000)[2]
    off = np.linalg.norm(found - points, axis=1)
    assert np.all(off <= np.linalg.norm(samples[None] - points[:, None], axis=-1).min(1) + 1e-9)
    again = follow(found, vertices, vertices, triangles)
    np.testing.assert_allclose(again, found, atol=1e-5)


@pytest.mark.parametrize("pairs", [1, 50, 100_000])
def test_it_does_not_matter_how_many_are_held_at_once(pairs, monkeypatch) -> None:
    rng = np.random.default_rng(1)
    vertices = rng.normal(size=(8, 3))
    points = rng.normal(size=(30, 3))
    whole = follow(points, vertices, vertices + 1, BOX_TRIANGLES)
    monkeypatch.setattr(placing, "_PAIRS", pairs)
    np.testing.assert_array_equal(follow(points, vertices, vertices + 1, BOX_TRIANGLES), whole)
    assert follow(points[:0], vertices, vertices, BOX_TRIANGLES).shape == (0, 3)
