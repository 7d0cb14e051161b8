"""Whatever people build, the greybox is what the render shows: the depth of every pixel, by a Cycles render."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")
pytest.importorskip("embreex", reason="the backend is not installed here")

from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.depth_judge import agreement, cycles_depth, greybox_depth  # noqa: E402
from tests.support.random_sets import draw_set  # noqa: E402

pytestmark = pytest.mark.bpy

HEIGHT, WIDTH = 90, 160
QUICK = (6, 14)
"""Among them: a second view layer, a background scene, particles, a scatter, clear materials, holdouts, Clip Start."""

SEEDS = [pytest.param(seed, marks=() if seed in QUICK else pytest.mark.slow) for seed in range(30)]


@pytest.fixture(scope="module", autouse=True)
def addon():
    with enabled_addon():
        yield


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=() if seed in QUICK else pytest.mark.slow) for seed in range(30)]
)
def test_a_set_drawn_at_random(seed):
    frame = draw_set(seed)
    scene = bpy.context.scene
    scene.mirage.keep_glass = True  # the depth pass ends at a pane
    ours = greybox_depth(scene, frame, HEIGHT, WIDTH)
    theirs = cycles_depth(scene, frame, HEIGHT, WIDTH)
    assert (theirs > 0).mean() > 0.05, "the camera sees something of the set"
    assert agreement(ours, theirs) >= 0.995
