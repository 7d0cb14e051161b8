"""What a film promises: it closes, its camera has room, its objects move."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.previz_bench.film import film_of
from inference_backend.evaluation.previz_bench.stage import NEAR, TURN, stage_of
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster, world_vertices

SIZE = (72, 128)


@pytest.fixture(scope="module")
def stage():
    return stage_of(3, SIZE)


@pytest.fixture(scope="module")
def film(stage):
    return film_of(stage, 9)


def test_the_last_frame_is_the_first_again(film):
    for a, b in zip(film.cameras[0], film.cameras[-1], strict=True):
        assert np.array_equal(a, b)
    first, last = (pixel_gbuffer(Raycaster(film.frame_sets[i]), *film.cameras[i], *SIZE) for i in (0, -1))
    assert np.abs(first.position - last.position).max() < 1e-5


def test_the_movers_move_and_bend_and_all_else_stays(film):
    first, later = film.frame_sets[0].meshes, film.frame_sets[2].meshes
    for a, b in zip(first, later, strict=True):
        moved = np.abs(world_vertices(a) - world_vertices(b)).max()
        assert (moved > 0.02) == (a.anchor in film.movers)
    crate, figure = ([a.mesh.vertices for a in (first[i], later[i])] for i in (-2, -1))
    assert np.array_equal(*crate) and not np.array_equal(*figure)
    seen = [np.isin(pixel_gbuffer(Raycaster(s), *c, *SIZE).anchor, film.movers).any() for s, c in _frames(film)]
    assert any(seen)


def test_its_true_pictures_show_the_movers(film):
    sets, camera = film.frame_sets, film.cameras[0]
    anchor = pixel_gbuffer(Raycaster(sets[2]), *camera, *SIZE).anchor
    still = film.still(anchor) & film.still(pixel_gbuffer(Raycaster(sets[0]), *camera, *SIZE).anchor)
    change = np.abs(film.stage.truth(camera, sets[2]).astype(float) - film.stage.truth(camera, sets[0])).mean(-1)
    assert change[~still].mean() > 3 * change[still].mean()


def test_near_cameras_are_as_near_as_the_trial_says_and_clear(stage):
    cameras = stage.near_cameras(4)
    assert len(cameras) == 4
    for c2w, K in cameras:
        assert np.abs(c2w[:3, 3] - stage.camera[0][:3, 3]).max() <= NEAR
        flat = [pose[:2, 2] / np.linalg.norm(pose[:2, 2]) for pose in (c2w, stage.camera[0])]
        assert np.degrees(np.arccos(min(1.0, float(flat[0] @ flat[1])))) <= TURN + 1e-6
        assert np.array_equal(K, stage.camera[1])
        assert stage.pset.surfaces.clearance(c2w[:3, 3]) > 0.2


def _frames(film):
    return zip(film.frame_sets, film.cameras, strict=True)
