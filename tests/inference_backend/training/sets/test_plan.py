"""Floor plans: the walk lies inside, and props leave it free."""

import numpy as np
import pytest

from inference_backend.training.sets import plan as plans

PLANS = [plans.room_plan, plans.corridor_plan, plans.l_corridor_plan, plans.street_plan]


@pytest.mark.parametrize("draw", PLANS)
def test_the_path_lies_inside_and_corners_go_clockwise(draw) -> None:
    for seed in range(20):
        plan = draw(np.random.default_rng(seed))
        assert all(plan.contains(point) for point in plan.path)
        x, y = plan.corners.T
        assert (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() < 0


@pytest.mark.parametrize("draw", PLANS)
def test_props_keep_off_the_path_and_inside_the_walls(draw) -> None:
    rng = np.random.default_rng(5)
    plan = draw(rng)
    spots = [spot for _ in range(12) if (spot := plan.free_spot(rng, 0.3, 0.5)) is not None]
    assert spots
    for spot in spots:
        assert plan.contains(spot)
        legs = zip(plan.path[:-1], plan.path[1:], strict=True)
        assert min(plans.segment_distance(spot, a, b) for a, b in legs) >= 0.8


def test_an_l_has_no_floor_in_its_notch() -> None:
    plan = plans.l_corridor_plan(np.random.default_rng(0))
    reflex = plan.corners[np.abs(plan.corners - plan.corners.mean(axis=0)).sum(axis=1).argmin()]
    low, high = plan.corners.min(axis=0), plan.corners.max(axis=0)
    outside = [not plan.contains(reflex + 0.1 * np.array(d)) for d in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    assert sum(outside) == 1
    assert (low < reflex).all() and (reflex < high).all()
