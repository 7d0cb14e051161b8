"""Tiles: they cover every surface once, keep to it wherever it goes, and are as many as were asked for at most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedMesh
from inference_backend.greybox.raycast import Raycaster
from inference_backend.greybox.surfaces import surfaces_of
from inference_backend.greybox.tiles import is_closed, tiles_of
from tests.support.greybox import BOX_TRIANGLES, box, place, room, sheet

OUTSIDE = np.array([20.0, -30.0, 40.0])


def cut(*meshes: PlacedMesh, eye: np.ndarray = OUTSIDE, most: int = 4000):
    frame_set = FrameSet(tuple(meshes), (), np.ones(3, np.float32))
    return tiles_of(frame_set, surfaces_of(frame_set), eye, most)


def sphere(radius: float, rings: int = 24) -> PlacedMesh:
    polar, around = np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1)[:-1]
    points = [(0, 0, radius), (0, 0, -radius)]
    points += [
        (radius * np.sin(p) * np.cos(a), radius * np.sin(p) * np.sin(a), radius * np.cos(p))
        for p in polar[1:-1]
        for a in around
    ]
    count = len(around)
    faces = []
    for i in range(count):
        j = (i + 1) % count
        faces += [(0, 2 + i, 2 + j), (1, 2 + (rings - 2) * count + j, 2 + (rings - 2) * count + i)]
        for ring in range(rings - 2):
            a, b = 2 + ring * count, 2 + (ring + 1) * count
            faces += [(a + i, b + i, b + j), (a + i, b + j, a + j)]
    vertices, triangles = np.array(points, np.float32), np.array(faces, np.int32)
    mesh = Mesh(vertices, triangles, np.zeros(len(faces), np.int32))
    return PlacedMesh(mesh, np.eye(4), 1, (1,), np.ones((1, 3), np.float32), vertices)


def turned_at_random(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    transform = np.eye(4)
    transform[:3, :3] = rotation * rng.uniform(0.3, 2.0, 3) * rng.choice([-1.0, 1.0])
    transform[:3, 3] = rng.uniform(-3, 3, 3)
    return transform


@pytest.mark.parametrize("seed", range(3))
def test_a_box_is_tiled_without_gap_or_overlap(seed: int) -> None:
    """Stretched, turned and mirrored: each point of its surface lies in one tile."""
    placed = box(turned_at_random(seed), 1)
    tiles = cut(placed)
    size = 2 * np.linalg.norm(placed.transform[:3, :3], axis=0)
    area = 2 * (size[0] * size[1] + size[1] * size[2] + size[2] * size[0])
    assert tiles.areas().sum() == pytest.approx(area, rel=1e-4)
    corners = placed.mesh.vertices[placed.mesh.triangles] @ placed.transform[:3, :3].T + placed.transform[:3, 3]
    weights = np.random.default_rng(seed).dirichlet((1, 1, 1), 40)
    for triangle in corners:
        points = weights @ triangle
        away = points[:, None] - tiles.position
        normal = tiles.normals()
        on_plane = np.abs((away * normal).sum(-1)) < 1e-4
        along = np.linalg.solve(
            np.stack([tiles.edges[:, 0], tiles.edges[:, 1], normal], -1)[None], away[..., None].astype(np.float64)
        )[..., 0]
        inside = on_plane & (np.abs(along[..., :2]) <= 1 + 1e-4).all(-1)
        assert (inside.sum(1) >= 1).all() and inside.sum() <= 1.05 * len(points)


def test_all_tiles_of_a_closed_mesh_face_outwards_however_it_is_turned() -> None:
    for seed in range(4):
        placed = box(turned_at_random(seed), 1)
        tiles = cut(placed)
        assert (((tiles.position - placed.transform[:3, 3]) * tiles.normals()).sum(-1) > 0).all()


def test_of_a_room_that_was_modelled_as_a_box_the_inside_is_tiled_when_the_camera_stands_there() -> None:
    placed = box(place((6, 4, 3), (0, 0, 1.5)), 1)
    inside = np.array([1.0, 0.5, 1.6])
    within, without = cut(placed, eye=inside), cut(placed)
    inward = ((within.position - inside) * within.normals()).sum(-1) < 0
    assert inward.mean() == pytest.approx(0.5)
    mesh = replace(placed.mesh, triangles=np.ascontiguousarray(placed.mesh.triangles[:, ::-1]))
    as_a_room = replace(placed, mesh=mesh)
    of_room = cut(as_a_room, eye=inside)
    assert (((of_room.position - inside) * of_room.normals()).sum(-1) < 0).all()
    assert (((without.position - inside) * without.normals()).sum(-1) > 0).all()


def test_a_sheet_has_a_tile_on_either_side() -> None:
    tiles = cut(sheet(7, (0.9, 0.2, 1.4), 0.2))
    position, count = np.unique(tiles.position, axis=0, return_counts=True)
    assert (count == 2).all() and len(position) > 500
    assert np.abs(tiles.normals().reshape(-1, 2, 3).sum(1)).max() < 1e-5


def test_a_round_surface_is_covered_evenly() -> None:
    """Everywhere within a tile's length of a middle, and of the sphere's own area but for the facets."""
    tiles = cut(sphere(0.7))
    assert tiles.areas().sum() == pytest.approx(4 * np.pi * 0.49, rel=0.02)
    directions = np.random.default_rng(0).normal(size=(600, 3))
    points = 0.7 * directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    apart = np.linalg.norm(points[:, None] - tiles.position, axis=-1).min(1)
    assert apart.max() < 2 * np.sqrt(tiles.areas().mean())


def test_tiles_lie_where_their_triangle_says() -> None:
    frame_set = room(np.random.default_rng(1), 0.4, 0.2)
    caster = Raycaster(frame_set)
    tiles = tiles_of(frame_set, caster.surfaces, OUTSIDE, 3000)
    start = tiles.position + 1e-3 * tiles.normals()
    hits = caster.cast(start.astype(np.float32), -tiles.normals())
    found = (hits.distance < 1.5e-3) & (hits.mesh == tiles.mesh)
    assert found.mean() > 0.9  # the others stand on something
    assert (hits.triangle[found] == tiles.triangle[found]).mean() > 0.9  # some lie on an edge
    same = found & (hits.triangle == tiles.triangle)
    np.testing.assert_allclose(hits.u[same], tiles.u[same], atol=1e-3)
    np.testing.assert_allclose(hits.v[same], tiles.v[same], atol=1e-3)


def test_what_moves_keeps_its_tiles_and_the_rest_its_own() -> None:
    before, after = (room(np.random.default_rng(1), at) for at in (0.0, 0.7))
    one, other = (tiles_of(frame_set, surfaces_of(frame_set), OUTSIDE, 3000) for frame_set in (before, after))
    for name in ("mesh", "triangle", "u", "v"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-6)
    stands = one.mesh != 5
    assert np.array_equal(one.position[stands], other.position[stands])
    assert np.abs(one.position[~stands] - other.position[~stands]).max() > 0.5


def test_a_small_edit_elsewhere_leaves_the_tiles_as_they_are() -> None:
    frame_set = room(np.random.default_rng(1))
    grown = replace(frame_set, meshes=(*frame_set.meshes, box(place((0.1, 0.1, 0.1), (0, 0, 0.05)), 9)))
    one, other = (tiles_of(each, surfaces_of(each), OUTSIDE, 3000) for each in (frame_set, grown))
    assert np.array_equal(one.position, other.position[other.mesh < 7])


@pytest.mark.parametrize("most", [0, 1, 7, 100, 1000, 20_000])
def test_there_are_no_more_than_asked_and_not_many_fewer(most: int) -> None:
    frame_set = room(np.random.default_rng(2))
    tiles = tiles_of(frame_set, surfaces_of(frame_set), OUTSIDE, most)
    assert len(tiles) <= most
    assert most < 100 or len(tiles) > 0.55 * most


def test_what_is_small_has_tiles_too_beside_a_plain() -> None:
    plain = box(place((1000, 1000, 1), (0, 0, -0.5)), 1)
    chair = box(place((0.5, 0.5, 1), (0, 0, 0.5)), 2)
    tiles = cut(plain, chair, most=10_000)
    assert (tiles.mesh == 1).sum() >= 10 and tiles.areas()[tiles.mesh == 1].max() < tiles.areas().max() / 20


def test_what_is_hidden_or_flat_or_not_there_has_none() -> None:
    gone = replace(box(np.eye(4), 1), transform=np.diag([0.0, 0.0, 0.0, 1.0]))
    empty = replace(
        box(np.eye(4), 2),
        mesh=Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros(0, np.int32)),
        rest_vertices=np.zeros((0, 3), np.float32),
    )
    assert set(cut(gone, box(place((1, 1, 1), (0, 0, 0)), 3), empty).mesh) == {1}
    assert len(cut(gone)) == len(cut(empty)) == len(cut()) == 0


def test_what_is_closed() -> None:
    assert is_closed(BOX_TRIANGLES) and not is_closed(BOX_TRIANGLES[1:])
    turned = BOX_TRIANGLES.copy()
    turned[3] = turned[3, ::-1]  # one face looks inwards: there is no telling what is inside
    assert not is_closed(turned) and not is_closed(np.zeros((0, 3), np.int32))
    assert is_closed(sphere(1).mesh.triangles)
