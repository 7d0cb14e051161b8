"""The row of rooms: can its path be walked, and is its light right?"""

from __future__ import annotations

import numpy as np

from inference_backend.evaluation.previz_bench.long_path import rooms_of, walk
from inference_backend.greybox.gbuffer import pixel_gbuffer


def test_the_path_leads_through_every_door_and_back():
    stage, path = rooms_of(1, 4)
    cameras = walk(path, 80)
    places = np.array([c2w[:3, 3] for c2w, _ in cameras])
    steps = np.diff(places, axis=0)
    hits = stage.caster.cast(places[:-1].astype(np.float32), steps.astype(np.float32))
    assert (hits.distance > 1).all(), "nothing stands in the way from one frame to the next"
    assert places[:, 0].max() > 3 * 5.0 and np.linalg.norm(places[-1] - places[0]) < 1.0
    assert min(stage.pset.surfaces.clearance(place) for place in places) > 0.15


def test_each_room_is_closed_lit_and_its_own():
    stage, _ = rooms_of(1, 3)
    seen = pixel_gbuffer(stage.caster, *stage.camera, *stage.size)
    assert (seen.anchor > 0).all(), "no camera inside looks out"
    picture = stage.truth(stage.camera)
    assert 60 < picture.mean() < 160
    assert len({placed.materials for placed in stage.pset.frame_set.meshes}) >= 6
