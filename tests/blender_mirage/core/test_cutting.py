"""Meshes cut along the edge of what is solid: areas, places, and how many triangles that takes."""

from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.core.cutting import MOST_TRIANGLES, Cut, cut
from blender_mirage.core.greybox_read import MeshRead

SQUARE = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32)


def mesh(copies: int = 1) -> MeshRead:
    """Squares side by side, each of two triangles; their materials are 0, 1, 2 …"""
    vertices = np.concatenate([SQUARE + np.float32([i, 0, 0]) for i in range(copies)])
    triangles = np.concatenate([np.array([(0, 1, 2), (0, 2, 3)], np.int32) + 4 * i for i in range(copies)])
    return MeshRead(vertices, triangles, np.repeat(np.arange(copies), 2).astype(np.int32), triangles.ravel(), triangles)


def in_squares(whole: MeshRead, solid):
    """Opacity of `solid(u, v)`, where u and v are places in the square."""

    def opacity(rows, weights, mip):
        at = np.einsum("pc,bck->bpk", weights, whole.vertices[whole.triangles[rows]])
        return solid(at[..., 0] % 1.0000001, at[..., 1])

    return opacity


def made(whole: MeshRead, solid, span: int, like=None) -> Cut | None:
    rows = np.arange(len(whole.triangles))
    alike = rows if like is None else like
    return cut(whole, np.zeros(len(rows), bool), rows, alike, np.full(len(rows), span), in_squares(whole, solid))


def areas(found: MeshRead) -> np.ndarray:
    """[F] signed, as seen from above."""
    a, b, c = (found.vertices[found.triangles[:, i]].astype(np.float64) for i in range(3))
    return np.cross(b - a, c - a)[:, 2] / 2


def disc(u, v):
    return 0.5 + 8 * (0.3 - np.hypot(u - 0.5, v - 0.5))


@pytest.mark.parametrize("span", [4, 6, 8])
def test_a_disc_has_its_area_and_few_triangles(span) -> None:
    whole = mesh()
    found = made(whole, disc, span).of(whole)
    area = areas(found)
    assert (area > 0).all(), "every triangle faces as the square did"
    assert area.sum() == pytest.approx(np.pi * 0.09, rel=4.0**-span * 100)
    assert len(found.triangles) < 20 * 2**span and len(found.vertices) < len(found.triangles)
    assert np.hypot(*(found.vertices[:, :2] - 0.5).T).max() < 0.3 + 2.0**-span


def test_a_hole_in_the_middle_of_a_triangle_is_found() -> None:
    whole = mesh()
    found = made(whole, lambda u, v: 1 - (np.hypot(u - 0.7, v - 0.3) < 0.05), 6).of(whole)
    assert areas(found).sum() == pytest.approx(1 - np.pi * 0.05**2, abs=0.002)


def test_an_edge_that_is_no_slope_is_found_between_the_points() -> None:
    whole = mesh()
    found = made(whole, lambda u, v: (u + 0.3 * v < 0.537) * 1.0, 4).of(whole)
    assert areas(found).sum() == pytest.approx(0.537 - 0.15, abs=0.001)


def test_what_is_solid_all_over_stays_as_it_is_and_what_is_nowhere_solid_goes() -> None:
    whole = mesh()
    assert made(whole, lambda u, v: np.ones_like(u), 7) is None
    gone = made(whole, lambda u, v: np.zeros_like(u), 7)
    assert gone is not None and len(gone.of(whole).triangles) == 0


def test_only_the_triangles_that_are_asked_are_cut_and_keep_their_material() -> None:
    whole = mesh(3)
    kept = np.array([1, 1, 0, 0, 0, 0], bool)
    rows = np.array([2, 3])
    found = cut(whole, kept, rows, rows, np.array([6, 6]), in_squares(whole, disc)).of(whole)
    by_material = [areas(found)[found.face_material == i].sum() for i in range(3)]
    assert by_material == pytest.approx([1, np.pi * 0.09, 0], abs=0.002)


def test_the_cut_follows_the_mesh_as_it_bends() -> None:
    whole = mesh()
    made_of = made(whole, disc, 6)
    bent = MeshRead(whole.vertices * np.float32([2, 3, 1]), whole.triangles, whole.face_material, whole.corners)
    np.testing.assert_allclose(made_of.weights.sum(1), 1, atol=1e-6)
    assert areas(made_of.of(bent)).sum() == pytest.approx(6 * np.pi * 0.09, rel=0.01)
    assert made_of.of(bent).triangles is made_of.of(whole).triangles


def test_triangles_that_are_alike_are_cut_once() -> None:
    whole = mesh(50)
    asked = []

    def opacity(rows, weights, mip):
        asked.extend(rows)
        return in_squares(whole, disc)(rows, weights, mip)

    rows = np.arange(100)
    found = cut(whole, np.zeros(100, bool), rows, rows % 2, np.full(100, 5), opacity).of(whole)
    assert set(asked) == {0, 1} and areas(found).sum() == pytest.approx(50 * np.pi * 0.09, rel=0.02)


def test_however_many_leaves_there_are_the_triangles_are_bounded() -> None:
    whole = mesh(5000)
    found = made(whole, disc, 9, like=np.arange(10000) % 2).of(whole)
    assert len(found.triangles) <= MOST_TRIANGLES
    assert areas(found).sum() == pytest.approx(5000 * np.pi * 0.09, rel=0.15)
