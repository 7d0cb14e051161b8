"""What a first frame needs is there after the warm-up."""

from __future__ import annotations

import numba
import numpy as np

from inference_backend.generation import warm_up as module
from inference_backend.generation.warm_up import warm_up
from inference_backend.greybox import gbuffer, lightmap, patches, raycast, surfaces
from inference_backend.memory import kernel
from inference_backend.models.previz import planes
from tests.support.engines import CountingEngine
from tests.support.place import Place, pan, request_along


def compiled() -> dict[str, int]:
    """How many signatures each compiled function has."""
    found = {}
    for part in (gbuffer, lightmap, patches, raycast, surfaces, kernel, planes):
        for name, value in vars(part).items():
            if isinstance(value, numba.core.registry.CPUDispatcher):
                found[f"{part.__name__}.{name}"] = len(value.signatures)
    return found


def test_a_take_compiles_nothing_that_the_warm_up_has_not(tmp_path) -> None:
    engine = CountingEngine()
    warm_up()
    warm_up(engine)
    assert engine.calls["refine"] == engine.calls["decode"] == engine.calls["generate"] == 1
    before = compiled()
    assert sum(before.values()) > 12
    place = Place(tmp_path)
    place.take(engine, *request_along(place.data_dir, pan(2)))
    assert {name: count for name, count in compiled().items() if count != before[name]} == {}


def test_its_frame_shows_both_boxes_lit() -> None:
    caster = raycast.Raycaster(module._boxes(), moving=(1,))
    camera = np.array([[1.0, 0, 0, 0], [0, 0, 1, -4], [0, -1, 0, 0.5], [0, 0, 0, 1]])
    pixels, mesh = gbuffer.look(caster, camera, module._intrinsics(), 64, 64)
    assert {0, 1} <= set(np.unique(mesh).tolist())
