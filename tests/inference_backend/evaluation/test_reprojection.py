"""Reprojection against analytic truth: pictures painted from each pixel's own rest position."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.reprojection import Reprojection, View, compare, correspond, map_surfaces
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet, Mesh, PlacedMesh
from inference_backend.greybox.raycast import Raycaster

HEIGHT, WIDTH = 72, 128
FLOOR, BOX = 1, 2
K = np.array([[110.0, 0, 64.0], [0, 110.0, 36.0], [0, 0, 1]])


def placed(vertices: np.ndarray, triangles: list[tuple[int, int, int]], anchor: int, transform: np.ndarray):
    mesh = Mesh(np.float32(vertices), np.int32(triangles), np.zeros(len(triangles), np.int32))
    return PlacedMesh(mesh, transform, anchor, (1,), np.ones((1, 3), np.float32), mesh.vertices)


def box_at(x: float, turn: float = 0.0) -> PlacedMesh:
    corners = [(i & 1, i >> 1 & 1, i >> 2) for i in range(8)]
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    transform = np.eye(4)
    transform[:3, :3] = [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    transform[:3, 3] = x, 0, 0.4
    return placed(np.array(corners) - 0.5, triangles, BOX, transform)


def set_with(box: PlacedMesh) -> Raycaster:
    floor = placed(np.array([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)]), [(0, 1, 2), (0, 2, 3)], FLOOR, np.eye(4))
    return Raycaster(FrameSet((floor, box), (), np.zeros(3, np.float32)), moving=(1,))


def looking(eye: tuple[float, float, float], target: tuple[float, float, float]) -> np.ndarray:
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    c2w = np.eye(4)
    c2w[:3, :3] = np.stack([right, np.cross(forward, right), forward], 1)
    c2w[:3, 3] = eye
    return c2w


def paint(caster: Raycaster, c2w: np.ndarray, shift: float = 0.0) -> View:
    """A picture whose colour is a smooth function of the rest position; `shift` moves its pixels sideways."""
    moved = K.copy()
    moved[0, 2] += shift
    rest = pixel_gbuffer(caster, c2w, moved, HEIGHT, WIDTH).rest_position.astype(np.float64)
    waves = [np.sin(5.0 * rest[..., 0] + 2.0 * rest[..., 1 + c % 2] + c) for c in range(3)]
    image = np.round(127.5 + 100 * np.stack(waves, -1)).astype(np.uint8)
    return View(image, c2w, K, caster)


EYE_A, EYE_B = looking((-1.2, -3.2, 1.6), (0, 0, 0.3)), looking((1.4, -2.9, 1.9), (0.1, 0, 0.3))


def pooled(a: View, b: View, moving: frozenset[int] = frozenset({BOX})) -> Reprojection:
    total = Reprojection()
    first, second = map_surfaces(a), map_surfaces(b)
    compare(first, second, moving, total)
    compare(second, first, moving, total)
    return total


def test_a_world_painted_on_its_surfaces_scores_high():
    total = pooled(paint(set_with(box_at(0)), EYE_A), paint(set_with(box_at(0)), EYE_B))
    assert total.static.psnr > 38
    assert total.moving[BOX].psnr > 38
    assert total.static.pixels > 3000 and total.moving[BOX].pixels > 300
    assert 0.2 < total.compared_share < 1.0


def test_a_box_that_moves_and_turns_is_followed():
    before, after = set_with(box_at(-0.4)), set_with(box_at(0.5, turn=0.5))
    total = pooled(paint(before, EYE_A), paint(after, EYE_B))
    assert total.moving[BOX].psnr > 38
    assert total.static.psnr > 38


def test_wrong_object_motion_lowers_the_figure_of_that_object_alone():
    before, after = set_with(box_at(-0.4)), set_with(box_at(0.5, turn=0.5))
    wrong = View(paint(after, EYE_B).image, EYE_B, K, set_with(box_at(0.42, turn=0.5)))
    total = pooled(paint(before, EYE_A), wrong)
    assert total.moving[BOX].psnr < 30
    assert total.static.psnr > 36


@pytest.mark.parametrize("shift", [0.5, -0.5])
def test_half_a_pixel_of_shift_is_noticed(shift):
    caster = set_with(box_at(0))
    right = pooled(paint(caster, EYE_A), paint(caster, EYE_B))
    wrong = pooled(paint(caster, EYE_A), paint(caster, EYE_B, shift))
    assert wrong.static.psnr < right.static.psnr - 6


def test_occluded_and_slanted_surfaces_and_edges_are_left_out():
    caster = set_with(box_at(0))
    a, b = map_surfaces(paint(caster, EYE_A)), map_surfaces(paint(caster, EYE_B))
    pixels, sample = correspond(a, b)
    assert np.array_equal(a.anchor.reshape(-1)[pixels], b.anchor[tuple(np.int64(sample[:, ::-1].T))])
    beside = a.anchor[:, 1:] != a.anchor[:, :-1]
    assert beside.any() and not a.comparable[:, 1:][beside].any()
    # A level camera sees a row r of the floor at atan((r + 0.5 - 36) / 110) below the horizon: 15 degrees at row 65.
    level = map_surfaces(paint(caster, looking((0, -6, 0.12), (0, 0, 0.12))))
    floor = level.anchor == FLOOR
    assert floor[50:].any() and not (level.comparable & floor)[:65].any()
    assert (level.comparable & floor)[66:, WIDTH // 2].all()


def test_the_same_camera_corresponds_pixel_by_pixel():
    view = map_surfaces(paint(set_with(box_at(0)), EYE_A))
    pixels, sample = correspond(view, view)
    # On the picture's own border rounding decides whether a sample still has neighbours.
    inner = view.comparable.copy()
    inner[[0, -1]] = inner[:, [0, -1]] = False
    assert inner.any() and np.isin(np.flatnonzero(inner), pixels).all()
    expected = np.stack([pixels % WIDTH, pixels // WIDTH], -1) + 0.5
    assert np.abs(sample - expected).max() < 1e-2


def test_frames_that_share_nothing_have_no_figure():
    caster = set_with(box_at(0))
    away = paint(caster, looking((0, -3, 1), (0, -9, 3)))
    total = pooled(paint(caster, EYE_A), away)
    assert total.static.pixels == 0
    with pytest.raises(ValueError, match="no visible surface"):
        _ = total.static.psnr
