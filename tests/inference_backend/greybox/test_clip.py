"""What a camera sees between its planes, against the set without what they cut away, and against arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference_backend.greybox.clip import EVERYTHING, clips_of, cuts_away
from inference_backend.greybox.gbuffer import cells_met, centres_gbuffer, look, pixel_gbuffer, show_their_centres
from inference_backend.greybox.geometry import SKY, FrameSet
from inference_backend.greybox.influence import influence
from inference_backend.greybox.lightmap import Lightmap
from inference_backend.greybox.raycast import Raycaster
from inference_backend.greybox.tiles import tiles_of
from tests.support.greybox import box, lamp, look_at, pinhole, place

H, W, STRIDE = 48, 64, 4
C2W, K = look_at((0, -6, 1), (0, 4, 1)), pinhole(H, W)
WALL = box(place((9, 0.2, 9), (0, -3, 1)), 1)
HERO = box(place((2, 1, 2), (0.3, 1, 1), 0.4), 2)
BACK = box(place((40, 0.2, 40), (0, 9, 1)), 3)
LAMP = lamp((0, -5, 1), 4000.0)
SET = FrameSet((WALL, HERO, BACK), (LAMP,), np.full(3, 0.1, np.float32))
OPEN = replace(SET, meshes=(HERO, BACK))


@pytest.mark.parametrize("moving", [(), (0, 1, 2)], ids=["still", "moving"])
def test_a_wall_nearer_than_clip_start_is_not_there(moving) -> None:
    caster = Raycaster(SET, moving)
    cut, bare = (pixel_gbuffer(c, C2W, K, H, W) for c in (caster.clipped((4.0, np.inf)), Raycaster(OPEN)))
    assert (cut.anchor == 2).any() and np.array_equal(cut.anchor, bare.anchor)
    np.testing.assert_allclose(cut.depth_z, bare.depth_z, rtol=1e-5)
    np.testing.assert_allclose(cut.rest_position, bare.rest_position, atol=1e-4)
    np.testing.assert_allclose(cut.position, bare.position, atol=1e-4)
    assert (pixel_gbuffer(caster, C2W, K, H, W).anchor == 1).all(), "the caster itself sees everything"


def test_every_reading_of_a_view_keeps_to_the_planes() -> None:
    caster = Raycaster(SET).clipped((4.0, 10.0))
    pixels, mesh = look(caster, C2W, K, H, W)
    cells, _ = cells_met(caster, C2W, K, pixels, STRIDE)
    centres = centres_gbuffer(caster, C2W, K, (H // STRIDE, W // STRIDE), STRIDE)
    assert set(np.unique(pixels.anchor)) == set(np.unique(cells.anchor)) == {SKY, 2}
    assert set(np.unique(mesh)) == {-1, 1} and set(np.unique(centres.anchor)) == {SKY, 2}
    assert show_their_centres(caster, C2W, K, centres, STRIDE).mean() > 0.8
    assert 0 in influence(caster, C2W, K, (H, W), cells).meshes, "the wall that is cut away still shades the hero"
    assert influence(Raycaster(SET).clipped((4.0, 4.1)), C2W, K, (H, W), cells).meshes == {0}


def test_beyond_clip_end_is_the_sky() -> None:
    cut = pixel_gbuffer(Raycaster(OPEN).clipped((0.1, 10.0)), C2W, K, H, W)
    whole = pixel_gbuffer(Raycaster(OPEN), C2W, K, H, W)
    assert np.array_equal(cut.anchor, np.where(whole.depth_z > 10.0, SKY, whole.anchor))
    assert (cut.depth_z[cut.anchor == SKY] == 0).all()


def test_planes_lie_across_the_optical_axis() -> None:
    """A floor is cut along a line of equal depth, not of equal distance."""
    floor = FrameSet((box(place((60, 60, 0.2), (0, 0, -0.1)), 1),), (), np.zeros(3, np.float32))
    seen = pixel_gbuffer(Raycaster(floor).clipped((5.0, 8.0)), look_at((0, -6, 2), (0, 0, 0)), K, H, W)
    depth = seen.depth_z[seen.depth_z > 0]
    assert depth.min() >= 5.0 and depth.max() <= 8.0
    held = (seen.depth_z > 0).sum(1)
    assert set(held.tolist()) <= {0, W}, "whole rows, as the camera has no roll"


def test_from_inside_a_box_that_clip_start_opens_its_far_side_is_seen() -> None:
    hall = FrameSet((box(place((8, 8, 4), (0, 0, 1)), 1),), (), np.zeros(3, np.float32))
    seen = pixel_gbuffer(Raycaster(hall).clipped((3.0, 100.0)), C2W, K, H, W)
    assert seen.depth_z[H // 2, W // 2] == pytest.approx(10.0, abs=1e-4), "the wall at y = 4, from y = -6"
    eyes = C2W[:3, 3], C2W[:3, 3] + (0, 3, 0)
    outside, inside = (tiles_of(hall, Raycaster(hall).surfaces, eye, 500) for eye in eyes)
    away = [(tiles.normals() * (tiles.position - (0, 0, 1))).sum(-1) for tiles in (outside, inside)]
    assert (away[0] > 0).all() and (away[1] < 0).any(), "judged from where the view begins, the inside counts"


def test_light_is_not_cut() -> None:
    """The wall between the lamp and the hero is cut away for the camera, and keeps the hero in its shadow."""
    caster = Raycaster(SET)
    cut, behind = caster.clipped((4.0, np.inf)), look_at((0, -2, 1), (0, 4, 1))
    lit = []
    for one, camera in ((cut, C2W), (caster, behind), (Raycaster(OPEN), C2W)):
        pixels, _ = look(one, camera, K, H, W)
        cells, hits = cells_met(one, camera, K, pixels, STRIDE)
        light, _ = Lightmap(one).guide(one, cells, hits)
        lit.append(light[cells.anchor == 2].max())
    assert lit[0] == lit[1] == 0.0 < lit[2]


FLOOR = box(place((90, 90, 0.2), (0, 0, -0.1)), 4)


@pytest.mark.parametrize(
    ("clip", "cut"),
    [
        (EVERYTHING, False),
        ((0.1, 100.0), False),
        ((2.85, 100.0), False),
        ((2.95, 100.0), True),
        ((4.0, 100.0), True),
        ((0.1, 14.0), True),
        ((0.1, 15.2), False),
    ],
)
def test_what_the_planes_cut(clip, cut) -> None:
    assert cuts_away(SET, (C2W, K), (H, W), clip) == cut


def test_what_is_not_in_view_is_not_cut() -> None:
    turned = look_at((0, -6, 1), (0, -20, 1))
    assert not cuts_away(SET, (turned, K), (H, W), (5.0, 100.0)), "it stands behind the camera"
    hidden = replace(WALL, transform=np.diag([0, 0, 0, 1.0]))
    assert not cuts_away(replace(SET, meshes=(hidden, HERO, BACK)), (C2W, K), (H, W), (4.0, 100.0))
    ground = replace(SET, meshes=(FLOOR,))
    first_seen = 1 * 0.9 * W / (H / 2)  # depth at which the lowest rays of a level camera meet the floor, 1 m below
    assert not cuts_away(ground, (C2W, K), (H, W), (first_seen - 0.1, 100.0)), "the camera stands on it"
    assert cuts_away(ground, (C2W, K), (H, W), (first_seen + 0.1, 100.0))
    assert cuts_away(ground, (C2W, K), (H, W), (0.1, 40.0))


def test_requests_of_older_add_ons_cut_nothing() -> None:
    assert clips_of({}, 2) == [EVERYTHING, EVERYTHING]
    assert clips_of({"clip": np.array([[0.1, 50.0], [2.0, np.inf]])}, 2) == [(0.1, 50.0), (2.0, np.inf)]
