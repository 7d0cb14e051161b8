"""Sets are reproducible, their cameras stand in free space, and their views are neither black nor burnt out."""

import numpy as np
import pytest

from inference_backend.training.sets.cameras import CLEARANCE
from inference_backend.training.sets.sky import HOURS
from inference_backend.training.sets.views import KINDS, ProceduralSet, make_set, render_view, sample_cameras

HEIGHT, WIDTH = 36, 64


@pytest.fixture(scope="module", params=sorted(KINDS))
def pset(request: pytest.FixtureRequest) -> ProceduralSet:
    """A set of each kind."""
    return make_set(3, request.param)


def test_a_set_says_what_it_is(pset: ProceduralSet) -> None:
    assert pset.name.rpartition("-")[0] in KINDS
    assert pset.hour in ("", *HOURS) and pset.weather in ("", "clear", "overcast", "fog")
    assert pset.lamplit <= any(lamp.kind != "SUN" for lamp in pset.frame_set.lamps)
    assert (pset.weather == "fog") == (pset.grade.fog > 0)


def test_triangles_look_outward_and_have_vertices(pset: ProceduralSet) -> None:
    """From the camera's path a ray meets the front of a surface, whatever was built."""
    for place in pset.path:
        assert pset.surfaces.clearance(np.array([*place, 1.6])) > 0
    for placed in pset.frame_set.meshes:
        assert placed.mesh.triangles.max() < len(placed.mesh.vertices)
        assert np.isfinite(placed.mesh.vertices).all()


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
        assert 18 - 1e-9 <= k[0, 0] / WIDTH * 36 <= 85 + 1e-9


def test_a_view_is_well_exposed_and_agrees_with_its_gbuffer(pset: ProceduralSet) -> None:
    camera = sample_cameras(pset, np.random.default_rng(1), 1, HEIGHT, WIDTH)[0]
    view = render_view(pset, *camera, HEIGHT, WIDTH, np.random.default_rng(2))
    assert view.rgb.shape == (HEIGHT, WIDTH, 3) and view.rgb.dtype == np.uint8
    assert 0.05 < view.rgb.mean() / 255 < 0.85
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
