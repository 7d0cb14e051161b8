"""What moves is painted in even light, as it takes its paint along."""

from __future__ import annotations

import numpy as np

from inference_backend.generation.observe import in_even_light, observe
from inference_backend.greybox.geometry import PlacedLamp
from inference_backend.greybox.raycast import Raycaster
from tests.support.greybox import MOVING, look_at, pinhole, room

H, W = 72, 128
CRATE = 6


def lit_view():
    frame_set = room(np.random.default_rng(0))
    pose = np.eye(4)
    pose[:3, 3] = (1.5, -1.0, 2.2)
    lamp = PlacedLamp("POINT", np.ones(3, np.float32), 80.0, 0.05, 0.0, 0.0, pose)
    caster = Raycaster(type(frame_set)(frame_set.meshes, (lamp,), frame_set.ambient), MOVING)
    return observe(caster, look_at((0.2, -2.6, 1.3), (0, 1, 0.8)), pinhole(H, W), H, W, 4)


def test_only_what_moves_is_lit_evenly_and_as_bright_as_the_rest():
    view = lit_view()
    moves = view.cells.anchor == CRATE
    assert moves.sum() > 10 and np.ptp(view.light[moves], axis=0).max() > 0.01
    even = in_even_light(view, frozenset({CRATE}))
    assert np.array_equal(even.light[~moves], view.light[~moves])
    assert np.array_equal(even.occlusion[~moves], view.occlusion[~moves])
    stands = ~moves & (view.cells.depth_z > 0)
    np.testing.assert_allclose(even.light[moves], np.broadcast_to(view.light[stands].mean(0), (moves.sum(), 3)))
    assert np.ptp(even.occlusion[moves]) == 0


def test_a_set_that_stands_still_is_lit_as_it_is():
    view = lit_view()
    assert in_even_light(view, frozenset()) is view and in_even_light(view, frozenset({999})) is view
