from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_mirage.wire.codec import from_bundle, to_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import TakeRequest
from inference_backend.demo.baseline import ends_without_memory
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.take_files import TakeFiles
from tests.support.stored_takes import make_take

EYES = [(-1.5, -4.0, 2.0), (0.0, -4.0, 2.0), (1.5, -4.0, 2.0)]


@pytest.fixture
def stored(tmp_path):
    world = WorldCatalog(tmp_path).create("World").world_id
    return from_bundle(TakeRequest, TakeFiles(tmp_path).request(make_take(tmp_path, world, "walk", EYES, 0.0)))


def test_only_the_ends_are_asked_for_and_only_memory_differs(stored):
    request, arrays = stored
    shorter, cut = ends_without_memory(request, arrays)
    assert replace(shorter, frames=request.frames, use_memory=True) == request
    assert (shorter.frames, shorter.use_memory) == ((1, 3), False)
    for name in ("c2w", "K"):
        assert np.array_equal(cut[name], arrays[name][[0, 2]])
    again, arrays_again = from_bundle(TakeRequest, to_bundle(shorter, cut))
    tracks = GreyboxTracks.from_arrays(again.greybox, arrays_again, 2)
    assert tracks.transforms_at(1)[1, 0, 3] == pytest.approx(0.2)


def test_a_deforming_set_is_refused(stored):
    request, arrays = stored
    bending = tuple(replace(instance, vertex_track="a" * 32) for instance in request.greybox.instances)
    with pytest.raises(ValueError, match="deforming"):
        ends_without_memory(replace(request, greybox=replace(request.greybox, instances=bending)), arrays)
