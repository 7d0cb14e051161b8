"""The bench's oracle, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.memory_bench.footage import Look
from inference_backend.evaluation.memory_bench.truth import (
    GHOST,
    RIGHT,
    THROUGH,
    WRONG,
    carry,
    judge,
    points_of,
    seen_before,
)
from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import MOVING, look_at, pinhole, room

GRID, STRIDE = (18, 32), 4
FRONT = look_at((0.2, -2.6, 1.3), (0, 1, 0.8))
CRATE, FLAG = 6, 7


def filmed(crate_at=0.0, bend=0.0, pose=FRONT):
    caster = Raycaster(room(np.random.default_rng(0), crate_at, bend), MOVING)
    K = pinhole(GRID[0] * STRIDE, GRID[1] * STRIDE)
    pixels = pixel_gbuffer(caster, pose, K, GRID[0] * STRIDE, GRID[1] * STRIDE)
    return Look(caster, pose, pinhole(*GRID), pixels, cell_gbuffer(caster, pose, K, pixels, STRIDE))


def cells_on(look, anchor):
    return np.flatnonzero(look.cells.anchor.reshape(-1) == anchor)


def test_points_follow_their_meshes():
    before, after = filmed(), filmed(crate_at=0.4, bend=0.2)
    points = points_of(before)
    rows = np.flatnonzero(points.mesh >= 0)
    here, _ = carry(points, rows, before.caster)
    np.testing.assert_allclose(here, points.position[rows], atol=2e-3)
    there, _ = carry(points, rows, after.caster)
    moved = np.linalg.norm(there - here, axis=-1)
    crate = points.mesh[rows] == CRATE - 1
    assert moved[points.mesh[rows] < CRATE - 1].max() < 5e-3 and moved[crate].min() > 0.1


def test_a_frame_has_seen_itself_and_its_mirror_behind_the_wall_has_not():
    look = filmed()
    points = points_of(look)
    surface = points.mesh >= 0
    assert seen_before(points, [look])[surface].mean() > 0.99
    behind = filmed(pose=look_at((0.2, 6, 1.3), (0, 1, 0.8)))
    wall = cells_on(look, 2)
    assert not seen_before(points, [behind])[wall].any() and not seen_before(points, []).any()


def test_what_was_only_seen_from_much_farther_does_not_count():
    near, far = filmed(), filmed(pose=look_at((0.5, -16, 3), (0, 1, 0.8)))
    assert seen_before(points_of(near), [far]).mean() < 0.05


def test_a_cell_that_reads_its_own_token_is_right_also_after_the_object_moved():
    before, after = filmed(), filmed(crate_at=0.4, bend=0.2)
    for look in (before, after):
        own = points_of(look)
        rows = np.flatnonzero(own.mesh >= 0)
        assert (judge(look, rows, own, rows) == RIGHT).all()
    # The crate's tokens, read where the crate now is: each cell takes the one that lies nearest to it.
    written = points_of(before)
    tokens = cells_on(before, CRATE)
    there, normal = carry(written, tokens, after.caster)
    visible = cells_on(after, CRATE)
    apart = np.linalg.norm(after.cells.position.reshape(-1, 3)[visible][:, None] - there, axis=-1)
    close = apart.min(1) < 0.08
    assert close.sum() > 5
    assert (judge(after, visible[close], written, tokens[apart.argmin(1)[close]]) == RIGHT).mean() > 0.9


@pytest.mark.parametrize(("anchor", "expected"), [(CRATE, GHOST), (2, WRONG)])
def test_what_is_read_elsewhere_is_wrong_and_what_moved_away_is_a_ghost(anchor, expected):
    before, after = filmed(), filmed(crate_at=1.0)
    written = points_of(before)
    tokens = cells_on(before, anchor)
    # Every token is read by the cell that it was written from, ten columns to the right of it for what stands still.
    cell = tokens if anchor == CRATE else np.clip(tokens + 10, 0, len(written.mesh) - 1)
    verdicts = judge(after, cell, written, tokens)
    assert (verdicts == expected).mean() > 0.5 and RIGHT not in verdicts[after.cells.anchor.reshape(-1)[cell] == 1]


def test_a_token_of_the_wall_read_on_the_box_before_it_is_seen_through():
    look = filmed()
    written = points_of(look)
    above = filmed(pose=look_at((1.5, -2.0, 2.9), (0, 2, 0.6)))
    wall = points_of(above)
    rows = cells_on(above, 2)
    # Where the camera below has something else before that point of the wall.
    camera = (wall.position[rows] - FRONT[:3, 3]) @ FRONT[:3, :3]
    image = camera / camera[:, 2:] @ pinhole(*GRID).T
    inside = (image[:, 0] >= 0) & (image[:, 0] < GRID[1]) & (image[:, 1] >= 0) & (image[:, 1] < GRID[0])
    cell = (image[inside, 1].astype(int) * GRID[1] + image[inside, 0].astype(int)).astype(np.int64)
    box = np.isin(written.mesh[cell], (2, 3, 4)) & (look.cells.purity.reshape(-1)[cell] == 1)
    assert box.sum() > 1
    verdicts = judge(look, cell[box], wall, rows[inside][box])
    assert (verdicts == THROUGH).mean() > 0.7 and RIGHT not in verdicts
