"""What a view depends on, against the views themselves: what is left out may go without a trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference_backend.greybox.gbuffer import look, pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.influence import influence, seen_in
from inference_backend.greybox.raycast import Raycaster
from inference_backend.greybox.shading import guide
from tests.support.greybox import MOVING, box, lamp, look_at, pinhole, place, room

SIZE, GRID = (48, 64), (12, 16)
K = pinhole(*SIZE)
K_CELLS = np.diag([1 / 4, 1 / 4, 1.0]) @ K
FLOOR = box(place((20, 20, 0.2), (0, 0, -0.1)), 1)
LIGHT = lamp((0, -4, 6), 800)
FORWARD = look_at((0, -4, 1.5), (0, 0, 0.5))


def of(frame_set: FrameSet, c2w=FORWARD):
    caster = Raycaster(frame_set)
    return influence(caster, c2w, K, SIZE, pixel_gbuffer(caster, c2w, K_CELLS, *GRID))


def test_what_is_seen_counts_and_what_stands_behind_the_camera_does_not() -> None:
    crate, behind = box(place((1, 1, 1), (0, 0, 0.5)), 2), box(place((1, 1, 1), (0, -9, 0.5)), 3)
    found = of(FrameSet((FLOOR, crate, behind), (LIGHT,), np.zeros(3, np.float32)))
    assert found.meshes == {0, 1} and found.lamps == {0}


def test_what_throws_its_shadow_into_view_counts() -> None:
    roof = box(place((2, 2, 0.1), (0, -2.2, 3.5)), 2)
    with_light = FrameSet((FLOOR, roof), (LIGHT,), np.zeros(3, np.float32))
    caster = Raycaster(with_light)
    assert 2 not in pixel_gbuffer(caster, FORWARD, K, *SIZE).anchor, "the roof itself is not in view"
    assert of(with_light).meshes == {0, 1}
    assert of(replace(with_light, lamps=())).meshes == {0}


def test_what_darkens_its_neighbour_counts() -> None:
    """A board a hand's breadth beyond the edge of the picture."""
    board = box(place((0.05, 4, 1.0), (-1.62, -2.0, 0.5)), 2)
    frame_set = FrameSet((FLOOR, board), (), np.ones(3, np.float32))
    c2w = look_at((0, -2, 2.6), (0, -1.99, 0))
    assert 2 not in pixel_gbuffer(Raycaster(frame_set), c2w, K, *SIZE).anchor
    assert of(frame_set, c2w).meshes == {0, 1}


def test_a_lamp_behind_a_wall_does_not_count() -> None:
    wall = box(place((20, 0.2, 9), (0, 3, 4.5)), 2)
    hidden = lamp((0, 6, 2))
    found = of(FrameSet((FLOOR, wall), (LIGHT, hidden), np.zeros(3, np.float32)))
    assert found.lamps == {0}


@pytest.mark.parametrize("seed", range(6))
def test_without_all_that_has_no_influence_the_view_is_the_same(seed) -> None:
    rng = np.random.default_rng(seed)
    frame_set = room(rng)
    extra = [box(place((0.4, 0.4, 0.4), (*rng.uniform(-9, 9, 2), 0.3), rng.uniform(0, 3)), 20 + i) for i in range(12)]
    lamps = (*frame_set.lamps, *(lamp(tuple(rng.uniform(-6, 6, 3))) for _ in range(3)))
    whole = FrameSet((*frame_set.meshes, *extra), lamps, frame_set.ambient)
    c2w = look_at((*rng.uniform(-2, 2, 1), -2.6, 1.3), (*rng.uniform(-1, 1, 2), 0.7))
    found = of(whole, c2w)
    assert 0 < len(found.meshes) < len(whole.meshes)
    kept = FrameSet(
        tuple(whole.meshes[i] for i in sorted(found.meshes)),
        tuple(lamps[i] for i in sorted(found.lamps)),
        whole.ambient,
    )
    a, b = (seen(part, c2w) for part in (whole, kept))
    assert np.array_equal(a[0].anchor, b[0].anchor) and np.array_equal(a[0].depth_z, b[0].depth_z)
    assert np.abs(a[1] - b[1]).mean() < 4e-3, "what none of 768 rays met darkens next to nothing"


def seen(frame_set, c2w):
    caster = Raycaster(frame_set)
    pixels = pixel_gbuffer(caster, c2w, K, *SIZE)
    return pixels, guide(caster, pixels, replace(frame_set, lamps=()), np.random.default_rng(0), rays=16)[1]


def test_pixels_tell_the_meshes_that_rays_of_its_own_would_find() -> None:
    caster = Raycaster(room(np.random.default_rng(0)), MOVING)
    c2w = look_at((0.2, -2.6, 1.3), (0, 1, 0.8))
    mesh = look(caster, c2w, K, *SIZE)[1]
    cells = pixel_gbuffer(caster, c2w, K_CELLS, *GRID)
    assert influence(caster, c2w, K, SIZE, cells, seen_in(mesh)) == influence(caster, c2w, K, SIZE, cells)
    assert len(seen_in(mesh)) > 3
