"""Sets are reproducible, their cameras stand in free space, and their views are neither black nor burnt out."""

import numpy as np
import pytest

from inference_backend.training.sets.cameras import CLEARANCE
from inference_backend.training.sets.views import ProceduralSet, make_set, render_view, sample_cameras

SEEDS = range(8)
HEIGHT, WIDTH = 36, 64


@pytest.fixture(scope="module", params=SEEDS)
def pset(request: pytest.FixtureRequest) -> ProceduralSet:
    return make_set(request.param)


def test_every_object_has_an_anchor_of_its_own_and_known_materials(pset: ProceduralSet) -> None:
    anchors = [placed.anchor for placed in pset.frame_set.meshes]
    assert anchors == list(range(1, len(anchors) + 1))
    for placed in pset.frame_set.meshes:
        assert set(placed.materials) <= set(pset.materials)
        assert placed.mesh.face_material.max() < len(placed.materials) == len(placed.base_colors)


def test_cameras_stand_clear_and_turn_rigidly(pset: ProceduralSet) -> None:
    for c2w, k in sample_cameras(pset, np.random.default_rng(0), 6, HEIGHT, WIDTH):
        assert pset.surfaces.clearance(c2w[:3, 3]) >= CLEARANCE
        np.testing.assert_allclose(c2w[:3, :3].T @ c2w[:3, :3], np.eye(3), atol=1e-9)
        assert np.linalg.det(c2w[:3, :3]) == pytest.approx(1.0)
        assert 20 <= k[0, 0] / WIDTH * 36 <= 60


def test_a_view_is_well_exposed_and_agrees_with_its_gbuffer(pset: ProceduralSet) -> None:
    camera = sample_cameras(pset, np.random.default_rng(1), 1, HEIGHT, WIDTH)[0]
    view = render_view(pset, *camera, HEIGHT, WIDTH, np.random.default_rng(2))
    assert view.rgb.shape == (HEIGHT, WIDTH, 3) and view.rgb.dtype == np.uint8
    assert 0.1 < view.rgb.mean() / 255 < 0.8
    assert view.gbuffer.shape == view.occlusion.shape == view.light.shape[:2] == (HEIGHT, WIDTH)
    assert np.isfinite(view.light).all() and np.isfinite(view.gbuffer.rest_position).all()
    assert set(np.unique(view.gbuffer.material[view.gbuffer.depth_z > 0])) <= set(pset.materials)


def test_the_same_seed_gives_the_same_picture() -> None:
    def picture() -> np.ndarray:
        pset = make_set(3)
        camera = sample_cameras(pset, np.random.default_rng(0), 1, HEIGHT, WIDTH)[0]
        return render_view(pset, *camera, HEIGHT, WIDTH, np.random.default_rng(0)).rgb

    np.testing.assert_array_equal(picture(), picture())


def test_a_wall_keeps_its_colour_from_another_camera() -> None:
    """Reprojecting a view into a second one through the rest positions finds the same pictures on matte surfaces."""
    pset = make_set(2)
    (c2w, k), *_ = sample_cameras(pset, np.random.default_rng(0), 1, 72, 128)
    other = c2w.copy()
    other[:3, 3] += 0.15 * c2w[:3, 0]
    first = render_view(pset, c2w, k, 72, 128, np.random.default_rng(0))
    second = render_view(pset, other, k, 72, 128, np.random.default_rng(1))
    met = first.gbuffer.depth_z > 0
    local = (first.gbuffer.position[met] - other[:3, 3]) @ other[:3, :3]
    column, row = (local[:, :2] / local[:, 2:] * [k[0, 0], k[1, 1]] + k[:2, 2]).astype(int).T
    inside = (column >= 0) & (column < 128) & (row >= 0) & (row < 72)
    row, column, rest = row[inside], column[inside], first.gbuffer.rest_position[met][inside]
    same = np.linalg.norm(second.gbuffer.rest_position[row, column] - rest, axis=1) < 0.03
    same &= second.gbuffer.anchor[row, column] == first.gbuffer.anchor[met][inside]
    assert same.sum() > 1000
    difference = np.abs(first.rgb[met][inside][same].astype(float) - second.rgb[row, column][same])
    assert np.median(difference) < 8
