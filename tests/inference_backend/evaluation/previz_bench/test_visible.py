"""What another camera sees, against pictures that are painted from the surface points themselves."""

from __future__ import annotations

import numpy as np

from inference_backend.evaluation.previz_bench.references import Shown, carried, filled
from inference_backend.evaluation.previz_bench.visible import eroded, visible_from
from inference_backend.generation.observe import observe
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import SKY, FrameSet
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import box, look_at, pinhole, place, room

SIZE = (48, 80)
K = pinhole(*SIZE)
LOOK = (look_at((0, -3, 1.5), (0, 1, 0.8)), K)
ASIDE = (look_at((1.2, -2.6, 1.7), (0, 1, 0.8)), K)


def painted(caster: Raycaster, camera) -> np.ndarray:
    rest = pixel_gbuffer(caster, *camera, *SIZE).rest_position
    waves = [np.sin(2.0 * rest[..., 0] + 1.5 * rest[..., (1 + c) % 3] + c) for c in range(3)]
    return np.round(127.5 + 100 * np.stack(waves, -1)).astype(np.uint8)


def test_a_camera_sees_every_surface_of_its_own_picture_where_it_is():
    caster = Raycaster(room(np.random.default_rng(0)))
    pixels = pixel_gbuffer(caster, *LOOK, *SIZE)
    found = visible_from(pixels, caster, LOOK, SIZE)
    slant = np.abs((pixels.view * pixels.rest_normal).sum(-1))
    assert (found.seen == (pixels.anchor != SKY))[slant > 0.1].mean() > 0.99
    v, u = np.indices(SIZE) + 0.5
    assert np.abs(found.place - np.stack([u, v], -1))[found.seen].max() < 1e-3


def test_pixels_carried_to_another_camera_are_what_it_sees():
    caster = Raycaster(room(np.random.default_rng(0)))
    own = pixel_gbuffer(caster, *LOOK, *SIZE)
    look = Shown(painted(caster, LOOK), LOOK, own, observe(caster, *LOOK, *SIZE, 4))
    pixels = pixel_gbuffer(caster, *ASIDE, *SIZE)
    found = visible_from(pixels, caster, LOOK, SIZE)
    inner = eroded(found.seen, 2)
    error = np.abs(carried(look, found) - painted(caster, ASIDE))
    assert inner.sum() > 300 and np.median(error[inner]) < 3
    assert not carried(look, found)[~found.seen].any()


def test_what_stands_behind_or_faces_away_or_moved_is_not_seen():
    wall = box(place((2, 0.2, 2), (0, 1, 1)), 1)
    behind = box(place((1, 0.2, 1), (0, 3, 1)), 2)
    caster = Raycaster(FrameSet((wall, behind), (), np.zeros(3, np.float32)))
    back = (look_at((0.5, 6, 1), (0, 0, 1)), K)
    pixels = pixel_gbuffer(caster, *back, *SIZE)
    assert {1, 2} <= set(np.unique(pixels.anchor))
    assert not visible_from(pixels, caster, (look_at((0, -3, 1), (0, 1, 1)), K), SIZE).seen.any()
    again = visible_from(pixels, caster, back, SIZE, still=pixels.anchor != 2)
    assert again.seen[pixels.anchor == 1].any() and not again.seen[pixels.anchor == 2].any()


def test_holes_are_filled_from_their_edges_and_what_is_held_stays():
    field = np.random.default_rng(0).uniform(0, 1, (12, 12, 2)).astype(np.float32)
    held = np.ones((12, 12), bool)
    held[5:7, 5:7] = False
    whole = filled(np.where(held[..., None], field, 0), held, 1)
    assert np.array_equal(whole[held], field[held])
    low, high = field[4:8, 4:8].min(), field[4:8, 4:8].max()
    assert ((whole[~held] > 0) & (whole[~held] >= low) & (whole[~held] <= high)).all()
    assert not filled(np.zeros((12, 12, 1)), np.zeros((12, 12), bool), 3).any()
    assert np.array_equal(filled(field, held, 0), field)
