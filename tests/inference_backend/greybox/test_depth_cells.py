"""Cells of an estimated depth against the exact ones of the greybox that the depth was cast from."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.greybox.depth_cells import depth_cells
from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from inference_backend.greybox.geometry import SKY, VOID
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import look_at, pinhole, room

STRIDE, GRID = 4, (18, 32)
SIZE = (GRID[0] * STRIDE, GRID[1] * STRIDE)
K = pinhole(*SIZE)
POSE = look_at((0.4, -2.6, 1.3), (0.1, 1.0, 0.8))


@pytest.fixture(scope="module")
def exact():
    caster = Raycaster(room(np.random.default_rng(1)))
    pixels = pixel_gbuffer(caster, POSE, K, *SIZE)
    return pixels, cell_gbuffer(caster, POSE, K, pixels, STRIDE)


def test_on_smooth_surfaces_the_cells_are_those_of_the_greybox(exact):
    pixels, cells = exact
    found = depth_cells(pixels.depth_z, POSE, K, STRIDE)
    inner = (cells.depth_z > 0) & (cells.purity == 1)
    assert ((found.anchor == VOID) == (found.depth_z > 0)).all() and (found.anchor[inner] == VOID).all()
    error = np.linalg.norm(found.position - cells.position, axis=-1)[inner]
    assert np.percentile(error / cells.depth_z[inner], 90) < 0.01
    agree = (found.normal * cells.normal).sum(-1)[inner]
    assert np.percentile(agree, 20) > 0.98 and (found.normal * found.view).sum(-1).min() > -1e-6
    ratio = found.footprint()[inner] / cells.footprint()[inner]
    assert np.percentile(ratio, 10) > 0.8 and np.percentile(ratio, 90) < 1.25
    np.testing.assert_array_equal(found.position, found.rest_position)


def test_no_point_flies_between_an_object_and_what_is_behind_it():
    """A post before a far wall, off the grid of cells: every cell is on one or on the other."""
    depth = np.full(SIZE, 8.0, np.float32)
    depth[:, 42:67] = 2.0
    found = depth_cells(depth, POSE, K, STRIDE)
    assert set(np.unique(found.depth_z.round(3))) == {2.0, 8.0}
    # The cell of columns 40 to 43 has two of each: of equals the nearer is taken; that of 64 to 67 has three near ones.
    assert (found.depth_z[:, 10] == 2).all() and (found.depth_z[:, 16] == 2).all() and (found.depth_z[:, 17] == 8).all()
    assert (found.purity[:, 10] == 0.5).all() and (found.purity[:, 16] == 0.75).all()
    camera = (found.position - POSE[:3, 3]) @ POSE[:3, :3]
    column = (camera / camera[..., 2:] @ K.T)[..., 0]
    assert ((column[:, 10] > 42) & (column[:, 10] < 44)).all(), "the point lies on the part of the cell that is near"


def test_a_few_wild_depths_do_not_move_a_cell():
    rng = np.random.default_rng(0)
    depth = np.full(SIZE, 4.0, np.float32) + rng.normal(0, 0.02, SIZE).astype(np.float32)
    wild = rng.random(SIZE) < 0.1
    depth[wild] = rng.uniform(0.5, 30, wild.sum())
    found = depth_cells(depth, POSE, K, STRIDE)
    assert np.abs(found.depth_z - 4).max() < 0.15


def test_what_has_no_depth_is_nothing_and_what_is_infinitely_far_is_the_sky():
    depth = np.full(SIZE, 3.0, np.float32)
    depth[:16] = np.inf
    depth[16:32] = 0
    depth[32:40] = np.nan
    depth[40:44, :2] = np.nan
    depth[40:44, 4:7] = np.inf
    found = depth_cells(depth, POSE, K, STRIDE)
    assert (found.anchor[:10] == SKY).all() and (found.anchor[11:] == VOID).all()
    assert (found.purity[:4] == 1).all() and (found.purity[4:10] == 0).all()
    np.testing.assert_allclose(np.linalg.norm(found.rest_position[:4], axis=-1), 1, atol=1e-5)
    assert found.anchor[10, 0] == VOID and found.purity[10, 0] == 0.5, "half of it is known"
    assert found.anchor[10, 1] == SKY and found.purity[10, 1] == 0.75
    for field in vars(found).values():
        assert np.isfinite(field).all()


def test_where_the_depth_does_not_tell_a_normal_faces_the_camera():
    depth = np.full(SIZE, np.nan, np.float32)
    depth[24:28, 40:44] = 5.0
    found = depth_cells(depth, POSE, K, STRIDE)
    alone = found.anchor == VOID
    assert alone.sum() == 1
    np.testing.assert_allclose(found.normal[alone], found.view[alone], atol=1e-6)
